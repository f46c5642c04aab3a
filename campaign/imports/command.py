"""The base of the import commands: a file, --dry-run, one line per row that is not unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign.imports.base import Importer, Outcome, Report, RowState, run_import
from campaign.imports.table import BadFile


class ImportCommand(BaseCommand):
    importer: ClassVar[type[Importer]]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument(
            "--dry-run", action="store_true", help=_("Say what would happen and write nothing.")
        )

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            report = run_import(self.importer(), file, dry_run=dry_run)
        except BadFile as error:
            raise CommandError(f"{error} " + _("Nothing was changed.")) from error
        for outcome in report.outcomes:
            if outcome.state != RowState.UNCHANGED:
                self.stdout.write(line_of(outcome))
        self.stdout.write(totals_of(report))
        if report.count(RowState.WRONG):
            raise CommandError(_("Nothing was changed: the file has wrong rows."))
        if dry_run:
            self.stdout.write(_("Dry run: nothing was written."))


def line_of(outcome: Outcome) -> str:
    """Return one row's line, for example “line 4: changed: EE: notes: “” → “Seen””."""
    place = _("line %d") % outcome.line
    parts = [place, str(outcome.state.label), outcome.key, "; ".join(outcome.details)]
    return ": ".join(part for part in parts if part)


def totals_of(report: Report) -> str:
    rows = len(report.outcomes)
    counts = ", ".join(f"{report.count(state)} {state.label}" for state in RowState)
    return ngettext("%d row", "%d rows", rows) % rows + f": {counts}"
