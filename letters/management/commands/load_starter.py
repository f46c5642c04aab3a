"""What a fresh site begins with: governments, offices, events, an organiser, a campaign."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from campaign.imports.base import Importer, RowState, run_import
from campaign.imports.command import line_of, totals_of
from campaign.imports.events import EventImporter
from campaign.imports.governments import GovernmentImporter
from campaign.imports.offices import OfficeImporter
from campaign.models import Campaign, Office
from letters.actions.starter import load_campaign, make_organiser

DATA = Path(settings.BASE_DIR) / "campaign" / "data"


class Command(BaseCommand):
    help = "Load governments, offices, events and the starter campaign. Twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing if there is any campaign"
        )
        parser.add_argument(
            "--live", action="store_true", help="open it for signing on a production site, too"
        )

    def handle(self, *args: Any, if_empty: bool, live: bool, **options: Any) -> None:
        if if_empty and Campaign.objects.exists():
            self.stdout.write(_("There are campaigns already: nothing was loaded."))
            return
        self._load(_("Governments"), GovernmentImporter(), DATA / "governments.csv")
        if Office.objects.exists():  # an organiser's own addresses are never put back to samples
            self.stdout.write(_("Offices: there are some already, left as they are."))
        else:
            self._load(_("Offices"), OfficeImporter(), DATA / "offices.csv")
        self._load(_("Events"), EventImporter(), DATA / "states_events.csv")
        # The campaign comes last: where a run was cut short, the next one does the rest.
        self._say_organiser(Path(settings.VAR_DIR) / "organiser.txt")
        campaign, new = load_campaign(live=live or not settings.PRODUCTION)
        message = (
            _("Campaign %(slug)s: new, %(state)s.") if new else _("Campaign %(slug)s: unchanged.")
        )
        self.stdout.write(message % {"slug": campaign, "state": campaign.get_state_display()})

    def _load(self, label: str, importer: Importer, path: Path) -> None:
        report = run_import(importer, path, dry_run=False)
        self.stdout.write(f"{label}: {totals_of(report)}")
        if report.count(RowState.WRONG):
            wrong = [line_of(one) for one in report.outcomes if one.state == RowState.WRONG]
            raise CommandError("\n".join([_("%s has wrong rows.") % path, *wrong]))

    def _say_organiser(self, path: Path) -> None:
        organiser = make_organiser(path)
        if organiser is None:
            self.stdout.write(_("Organiser: there is an administrator already."))
        else:
            message = _("Organiser: new, username and password are in %s.")
            self.stdout.write(message % path)
