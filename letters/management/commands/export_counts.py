"""Write the counts of a campaign to a file, or to the standard output."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from letters.dimensions import Dimension
from letters.exports import parameters
from letters.exports.counts import SignatoryCounts
from letters.exports.files import write_whole
from letters.exports.formats import Format
from letters.exports.registry import FORMATS


class Command(BaseCommand):
    help = (
        "Counts the confirmed letters and signatories of a campaign, in its time zone, and "
        "writes a table. Example: export_counts --campaign mine-ban --by government --by day "
        "--format csv --output counts.csv"
    )

    # The choices are checked below: argparse would exit 2, and this command promises 1.
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--campaign", metavar="SLUG", help="the last part of its address")
        parser.add_argument(
            "--by",
            action="append",
            default=[],
            metavar="WHAT",
            help=f"{', '.join(Dimension.values)}; may be given several times",
        )
        parser.add_argument("--from", dest="since", metavar="DAY", help="first day, 2026-11-01")
        parser.add_argument("--to", dest="until", metavar="DAY", help="last day, included")
        parser.add_argument("--format", default="csv", metavar="FORMAT", help=", ".join(FORMATS))
        parser.add_argument("--output", metavar="FILE", help="default: the standard output")
        parser.add_argument(
            "--states",
            default="confirmed",
            help="confirmed (the default: all that count), all, or a list such as sent,bounced",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            format = _format(options["format"])
            export = _export(options)
        except parameters.Refused as refused:
            raise CommandError(str(refused)) from refused
        if options["output"] and options["output"] != "-":
            self._write(format, export, Path(options["output"]))
        else:
            self._print(format, export)

    def _write(self, format: Format, export: SignatoryCounts, path: Path) -> None:
        try:
            write_whole(path, format.chunks(export))
        except OSError as error:
            reason = error.strerror or str(error)
            message = _("Cannot write %(path)s: %(reason)s.") % {"path": path, "reason": reason}
            raise CommandError(message) from error
        self.stderr.write(
            _("%(path)s: %(letters)s letters of %(signatories)s signatories.")
            % {"path": path, **export.totals()},
            self.style.SUCCESS,
        )

    def _print(self, format: Format, export: SignatoryCounts) -> None:
        if not format.is_text and sys.stdout.isatty():
            message = _("%(format)s is not for a terminal: add --output FILE.")
            raise CommandError(message % {"format": format.label})
        out = getattr(self.stdout._out, "buffer", None)
        if out is None:  # a test's StringIO
            text = b"".join(format.chunks(export)).decode()
            self.stdout.write(text, ending="")
            return
        try:
            out.writelines(format.chunks(export))
            out.flush()
        except BrokenPipeError:  # `| head` has seen enough; Python must not flush once more
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise parameters.Refused(
            _("There is no format “%(name)s”. There are: %(known)s.")
            % {"name": name, "known": ", ".join(FORMATS)}
        )
    return FORMATS[name]


def _export(options: dict[str, Any]) -> SignatoryCounts:
    by = parameters.dimensions_named(options["by"])
    if not by:
        known = ", ".join(Dimension.values)
        raise parameters.Refused(_("Say what to count by: --by %(known)s.") % {"known": known})
    since = parameters.day_named(options["since"])
    until = parameters.day_named(options["until"])
    parameters.in_order(since, until)
    states = parameters.states_named(options["states"])
    campaign = parameters.campaign_named(options["campaign"])
    return SignatoryCounts.count(campaign, by, since, until, states)
