"""Recount letters and heal the sums that pages and exports read, or only say what differs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from campaign.models import Campaign
from letters import rollup


class Command(BaseCommand):
    help = "Recount letters and heal the sums. With --check: exit with 1 if a sum is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--campaign", metavar="SLUG", help="this one only")
        parser.add_argument("--check", action="store_true", help="change nothing")

    def handle(self, *args: Any, campaign: str | None, check: bool, **options: Any) -> None:
        rollup.fold()
        wrong = sum(self._look(one, check=check) for one in _campaigns(campaign))
        if wrong and check:
            raise CommandError(_("Campaigns whose sums are wrong: %d.") % wrong)

    def _look(self, campaign: Campaign, *, check: bool) -> bool:
        """Say what differs in a campaign, and heal it. Returns whether anything did."""
        found = rollup.differences(campaign)
        for one in found:
            self.stdout.write(f"{campaign.slug}: {one}")
        said = _("sums equal the recount.")
        if not check and not rollup.recount(campaign):
            raise CommandError(_("Another process is counting just now: try again."))
        if found:
            said = _("sums differ from the recount.") if check else _("sums recounted.")
        self.stdout.write(f"{campaign.slug}: {said}")
        return bool(found)


def _campaigns(slug: str | None) -> list[Campaign]:
    rows = Campaign.objects.order_by("pk")
    if slug is None:
        return list(rows)
    found = list(rows.filter(slug=slug))
    if not found:
        raise CommandError(_("There is no campaign %s.") % slug)
    return found
