"""What waits for an office and how long that takes, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign.models import Campaign, Delivery, Office
from letters import clock
from letters.delivery.courtesy import rule_of
from letters.delivery.way import way_to
from letters.enums import HoldReason, LetterState
from letters.models import Letter

LONG = timedelta(days=3)


def waiting_for(office: Office) -> str:
    """Say how many letters wait for an office, by campaign, and when the last one will leave."""
    handover = Q(state=LetterState.HELD, hold_reason=HoldReason.HANDOVER)
    rows = Letter.objects.filter(handover | Q(state=LetterState.QUEUED), office=office).order_by()
    counts = dict(rows.values_list("campaign").annotate(Count("pk")))
    campaigns = Campaign.objects.filter(pk__in=counts).order_by("slug")
    now = clock.now()
    found = [_by(campaign, office, counts[campaign.pk], now) for campaign in campaigns]
    return " ".join(found) or _("Nothing waits.")


def _by(campaign: Campaign, office: Office, count: int, now: datetime) -> str:
    words = {"count": count, "campaign": campaign.slug}
    match way_to(office, campaign):
        case Delivery.PAPER:
            said = ngettext(
                "%(campaign)s: %(count)d letter waits for the hand-over.",
                "%(campaign)s: %(count)d letters wait for the hand-over.",
                count,
            )
        case Delivery.DIGEST:
            said = ngettext(
                "%(campaign)s: %(count)d letter waits for the next digest.",
                "%(campaign)s: %(count)d letters wait for the next digest.",
                count,
            )
        case _:
            return _one_by_one(campaign, office, count, now)
    return said % words


def _one_by_one(campaign: Campaign, office: Office, count: int, now: datetime) -> str:
    rule = rule_of(office, campaign)
    said = ngettext(
        "%(campaign)s: %(count)d letter waits.", "%(campaign)s: %(count)d letters wait.", count
    ) % {"count": count, "campaign": campaign.slug}
    lasts = rule.lasts(count, now)
    if lasts < timedelta(hours=1):
        return said
    long = ngettext(
        "At %(pace)d an hour the last one leaves in %(days)d day.",
        "At %(pace)d an hour the last one leaves in %(days)d days.",
        max(1, lasts.days),
    ) % {"pace": rule.per_hour, "days": max(1, lasts.days)}
    hint = _("Choose the digest: one mail a day with all of them.") if lasts >= LONG else ""
    return " ".join(filter(None, [said, long, hint]))
