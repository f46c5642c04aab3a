"""Write the counts of a campaign to a file, or to the standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign.models import Campaign
from letters.dimensions import Dimension
from letters.exports import parameters
from letters.exports.counts import SignatoryCounts
from letters.exports.files import write_whole
from letters.exports.formats import Format
from letters.exports.registry import FORMATS


class Command(BaseCommand):
    help = (
        "Counts the confirmed letters and signatories of a campaign, in its time zone, and "
        "writes a table. Example: export_counts --campaign keep-the-ban --by government --by day "
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
            help=f"{', '.join(Dimension.values)}; may be given several times; without: the total",
        )
        parser.add_argument("--from", dest="since", metavar="DAY", help="first day, 2026-11-01")
        parser.add_argument("--to", dest="until", metavar="DAY", help="last day, included")
        parser.add_argument(
            "--format",
            metavar="FORMAT",
            help=f"{', '.join(FORMATS)}; default: what the ending of --output says, else csv",
        )
        parser.add_argument("--output", metavar="FILE", help="default: the standard output")
        parser.add_argument(
            "--states",
            default="confirmed",
            help="confirmed (the default: all that count), all, or a list such as sent,bounced",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        format, asked = _asked(options)
        export = SignatoryCounts.count(*asked)
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
        self.stderr.write(f"{path}: {_summary(**export.totals())}", self.style.SUCCESS)

    def _print(self, format: Format, export: SignatoryCounts) -> None:
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


Asked = tuple[Campaign, list[str], date | None, date | None, frozenset[str]]
T = TypeVar("T")


def _asked(options: dict[str, Any]) -> tuple[Format, Asked]:
    """Return what is asked for. Raises CommandError with all that is wrong, the campaign first."""
    problems: list[str] = []

    def read(reader: Callable[..., T], *values: Any) -> T | None:
        try:
            return reader(*values)
        except parameters.Refused as refused:
            problems.append(str(refused))
            return None

    campaign = read(parameters.campaign_named, options["campaign"])
    by = read(parameters.dimensions_named, options["by"])
    since = read(parameters.day_named, options["since"])
    until = read(parameters.day_named, options["until"])
    read(parameters.in_order, since, until)
    states = read(parameters.states_named, options["states"])
    format = read(_format, options["format"], options["output"])
    if campaign is None or by is None or states is None or format is None or problems:
        raise CommandError("\n".join(problems))
    return format, (campaign, by, since, until, states)


def _format(name: str | None, output: str | None) -> Format:
    """Return the format by its name, else by the file's ending, else CSV."""
    path = None if output in (None, "-") else Path(str(output))
    ending = path.suffix.lower().lstrip(".") if path else ""
    name = name or (ending if ending in FORMATS else "csv")
    if name not in FORMATS:
        raise parameters.Refused(
            _("There is no format “%(name)s”. There are: %(known)s.")
            % {"name": name, "known": ", ".join(FORMATS)}
        )
    if ending in FORMATS and ending != name:
        raise parameters.Refused(
            _("%(path)s ends in .%(ending)s, but --format is %(format)s: leave one out.")
            % {"path": path, "ending": ending, "format": name}
        )
    if path is None and not FORMATS[name].is_text and sys.stdout.isatty():
        message = _("%(format)s is not for a terminal: add --output FILE.")
        raise parameters.Refused(message % {"format": FORMATS[name].label})
    return FORMATS[name]


def _summary(letters: int, signatories: int, **others: int) -> str:
    of = _("%(letters)s of %(signatories)s.")
    return of % {
        "letters": ngettext("%d letter", "%d letters", letters) % letters,
        "signatories": ngettext("%d signatory", "%d signatories", signatories) % signatories,
    }
