"""All letters to an office as print-ready PDFs, made in the foreground."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils.translation import gettext as _

from campaign.models import Campaign, Office
from letters.actions import bundles
from letters.exports.parameters import Refused, campaign_named
from letters.models import Bundle
from letters.moves import NotAllowed
from letters.printing import work
from letters.printing.folder import whole_file

SHOWN = 12


class Command(BaseCommand):
    help = (
        "Makes print-ready PDFs of all letters to one office: cover letter, summary, personal "
        "letters, the standard letter with the list of its signatories; in parts of 500 sheets, "
        "with SHA256SUMS. Example: bundle keep-the-ban EE --output bundle-ee"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("campaign", help="the campaign's short name")
        parser.add_argument(
            "to", nargs="?", default="", metavar="OFFICE",
            help="an office's key (EE-head_of_government), or a government's two-letter code",
        )  # fmt: skip
        parser.add_argument(
            "--all", action="store_true", help="a bundle for each office that letters wait for"
        )
        parser.add_argument(
            "--letters", default=Bundle.Which.WAITING, metavar="WHICH",
            help="waiting: those that wait for paper (the default); all: all approved, sent or not",
        )  # fmt: skip
        parser.add_argument(
            "--one-sided", action="store_true", help="printed on fronts only: no blank backs"
        )
        parser.add_argument("--output", metavar="FOLDER", help="copy the files to this folder, too")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            campaign, offices = _asked(options)
        except Refused as error:
            raise CommandError(str(error)) from error
        failed = [office for office in offices if not self._make(campaign, office, options)]
        if failed:
            names = ", ".join(office.key for office in failed)
            raise CommandError(_("Not made: %s.") % names)

    def _make(self, campaign: Campaign, office: Office, options: dict[str, Any]) -> bool:
        try:
            bundle = bundles.ask(
                campaign, office, which=options["letters"], duplex=not options["one_sided"],
                ring=False,
            )  # fmt: skip
        except NotAllowed as error:
            self.stderr.write(str(error), self.style.ERROR)
            return False
        while work.work(bundle.pk, tell=self._tell):
            pass
        bundle.refresh_from_db()
        self._end_line()
        if bundle.state != Bundle.State.DONE:
            self.stderr.write(f"{office.key}: {bundle.problem}", self.style.ERROR)
            return False
        self._report(bundle)
        return self._copy(bundle, options["output"])

    def _tell(self, bundle: Bundle) -> None:
        line = f"{bundle.office.key}: {bundle.get_step_display()}: {bundle.done_count:,} / {bundle.step_count:,}"
        if sys.stderr.isatty():
            self.stderr.write(f"\r{line:<78}", ending="")
            self.stderr.flush()

    def _end_line(self) -> None:
        if sys.stderr.isatty():
            self.stderr.write("")

    def _report(self, bundle: Bundle) -> None:
        self.stdout.write(
            _("%(bundle)s: %(personal)d personal letters, %(signed)d signatories, %(pages)d pages, "
              "%(sheets)d sheets.")
            % {"bundle": bundle, "personal": bundle.personal, "signed": bundle.signed,
               "pages": bundle.pages, "sheets": bundle.sheets}
        )  # fmt: skip
        if bundle.composed or bundle.plain:
            self.stdout.write(
                _("Set for it: %(composed)d composed, %(plain)d one by one.")
                % {"composed": bundle.composed, "plain": bundle.plain}
            )
        for entry in bundle.entries.exclude(left_out="").select_related("letter")[:SHOWN]:
            self.stdout.write(
                _("Left out: %(letter)s. %(why)s") % {"letter": entry.letter, "why": entry.left_out}
            )
        for file in bundle.files.all():
            self.stdout.write(f"{file.sha256}  {_path(file.file)}")

    def _copy(self, bundle: Bundle, folder: str | None) -> bool:
        if not folder:
            return True
        target = Path(folder)
        try:
            target.mkdir(parents=True, exist_ok=True)
            for file in bundle.files.all():
                with (
                    default_storage.open(file.file) as source,
                    whole_file(target / file.name) as to,
                ):
                    shutil.copyfileobj(source, to)
        except OSError as error:
            raise CommandError(f"{target}: {error.strerror or error}") from error
        self.stdout.write(
            _("Copied to %s: check with “sha256sum --check SHA256SUMS” there.") % target
        )
        return True


def _path(name: str) -> str:
    """Return where a file is on this computer; its name in the storage if it is elsewhere."""
    try:
        return default_storage.path(name)
    except NotImplementedError:
        return name


def _asked(options: dict[str, Any]) -> tuple[Campaign, list[Office]]:
    """Return what is asked for. Raises Refused."""
    campaign = campaign_named(options["campaign"])
    if options["letters"] not in Bundle.Which.values:
        known = ", ".join(Bundle.Which.values)
        raise Refused(
            _("“%(which)s” is not one of: %(known)s.")
            % {"which": options["letters"], "known": known}
        )
    if bool(options["to"]) == options["all"]:
        raise Refused(_("Name an office or a government, or use --all."))
    return campaign, _offices(campaign, options)


def _offices(campaign: Campaign, options: dict[str, Any]) -> list[Office]:
    rows = Office.objects.select_related("government").order_by("key")
    if not options["all"]:
        return _named(campaign, options["to"])
    found = [
        office
        for office in rows.filter(letters__campaign=campaign).distinct()
        if bundles.is_any(campaign, office, options["letters"])
    ]
    if not found:
        raise Refused(_("No letter of %s is there for a bundle.") % campaign)
    return found


def _named(campaign: Campaign, name: str) -> list[Office]:
    """Return the office of a key, or those of a government that letters of the campaign go to."""
    rows = Office.objects.select_related("government").order_by("key")
    exact = list(rows.filter(key=name))
    if exact:
        return exact
    of_government = rows.filter(government__iso2=name.upper())
    if not of_government.exists():
        known = rows.filter(letters__campaign=campaign).distinct().values_list("key", flat=True)
        message = _("There is no office and no government “%s”.") % name
        shown = ", ".join(known[:SHOWN])
        raise Refused(f"{message} " + _("Letters go to: %s.") % shown if shown else message)
    written_to = list(of_government.filter(Q(letters__campaign=campaign)).distinct())
    if not written_to:
        raise Refused(
            _("No letter of %(campaign)s goes to %(name)s.")
            % {"campaign": campaign, "name": name.upper()}
        )
    return written_to
