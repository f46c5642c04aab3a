"""Fill a database with invented submissions, to measure and to try the admin at full size."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from campaign.models import Campaign
from letters.queries import NoLetter
from letters.seeding.seed import AlreadySeeded, Plan, seed


class Command(BaseCommand):
    help = "Fill a campaign with invented submissions. Never on a production site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--submissions", type=int, default=10_000, metavar="N")
        parser.add_argument("--campaign", metavar="SLUG", help="default: the first one")
        parser.add_argument("--in-review", type=int, default=0, metavar="N", help="how many wait")
        parser.add_argument("--days", type=int, default=120, help="spread over so many days")
        parser.add_argument("--seed", type=int, default=1, help="the same gives the same people")

    def handle(self, *args: Any, submissions: int, in_review: int, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(_("This is a production site: nothing is invented here."))
        if submissions < 1 or options["days"] < 1 or not 0 <= in_review <= submissions:
            raise CommandError(
                _("Ask for one submission and one day at least, and no more in review.")
            )
        campaign = _campaign(options["campaign"])
        plan = Plan(campaign, submissions, in_review, options["days"], options["seed"])
        started = time.monotonic()
        try:
            seed(plan, lambda done: self._say(done, submissions, started))
        except AlreadySeeded as error:
            raise CommandError(_("This seed was sown here before: give another --seed.")) from error
        except NoLetter as error:
            raise CommandError(_("The campaign has no published letter to every government.")) from error  # fmt: skip
        took = time.monotonic() - started
        said = _("%(count)d submissions in %(slug)s, counted; %(seconds).0f s.")
        self.stdout.write(said % {"count": submissions, "slug": campaign.slug, "seconds": took})

    def _say(self, done: int, total: int, started: float) -> None:
        took = time.monotonic() - started
        said = _("%(done)d of %(total)d submissions, %(seconds).0f s")
        self.stdout.write(said % {"done": done, "total": total, "seconds": took})
        self.stdout.flush()


def _campaign(slug: str | None) -> Campaign:
    rows = Campaign.objects.order_by("pk")
    found = rows.filter(slug=slug).first() if slug else rows.first()
    if found is None:
        raise CommandError(_("There is no such campaign. Try load_starter first."))
    return found
