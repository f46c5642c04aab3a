"""What waits for an office and how long that takes, in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign.models import Campaign, Delivery, Office
from letters import clock
from letters.delivery.courtesy import rule_of
from letters.delivery.way import way_to
from letters.enums import HoldReason, LetterState
from letters.models import Letter

WAITING = (LetterState.IN_REVIEW, LetterState.QUEUED, LetterState.HELD)
LONG = timedelta(days=3)


def waiting_for(office: Office) -> str:
    """Say how many letters wait for an office, when the last one leaves, and where they are."""
    held = _links_of(office)
    said = _in_turn(office) or ("" if held else _("Nothing waits."))
    return format_html("{} {}", said, held) if held else said


def _links_of(office: Office) -> str:
    """Return the number of letters by state and reason, each a link to them."""
    rows = Letter.objects.filter(office=office, state__in=WAITING).order_by()
    counts = rows.values_list("state", "hold_reason").annotate(Count("pk"))
    links = [
        (_list_of(office, state, hold), f"{_label(state, hold)}: {count}")
        for state, hold, count in sorted(counts)
    ]
    return format_html_join(" · ", '<a href="{}">{}</a>', links)


def _label(state: str, hold: str) -> str:
    label = str(LetterState(state).label)
    return f"{label}: {HoldReason(hold).label}" if hold else label


def _list_of(office: Office, state: str, hold: str) -> str:
    narrowed = {"office__exact": office.pk, "state__exact": state}
    narrowed |= {"hold_reason__exact": hold} if hold else {}
    return f"{reverse('admin:letters_letter_changelist')}?{urlencode(narrowed)}"


def _in_turn(office: Office) -> str:
    """Say of each campaign what waits its turn; nothing if none does."""
    handover = Q(state=LetterState.HELD, hold_reason=HoldReason.HANDOVER)
    rows = Letter.objects.filter(handover | Q(state=LetterState.QUEUED), office=office).order_by()
    counts = dict(rows.values_list("campaign").annotate(Count("pk")))
    campaigns = Campaign.objects.filter(pk__in=counts).order_by("slug")
    now = clock.now()
    found = [_by(campaign, office, counts[campaign.pk], now) for campaign in campaigns]
    return " ".join(found)


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
