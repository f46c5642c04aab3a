"""Letters that would be held again at once if they were let go on: they are left out, and told."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import ngettext

from campaign.models import Delivery, Office, OfficeRoute
from letters.delivery.way import goes_by

OFFICES_NAMED = 20


def that_stay(letters: QuerySet[Any]) -> QuerySet[Any]:
    """Return letters that delivery/prepare.py would hold again, as things are."""
    routes = OfficeRoute.objects.usable().filter(office=OuterRef("office"))
    unreachable = Q(office=None) | Q(office__closed=True) | ~Exists(routes)
    return letters.filter(goes_by(Delivery.PAPER) | Q(office__paused=True) | unreachable)


def said_of(letters: QuerySet[Any], request: HttpRequest) -> str:
    """Say how many stay and why, with their offices; nothing if there are none."""
    count = letters.count()
    if not count:
        return ""
    said = ngettext(
        "%(count)d letter stays held: its office is paused, takes letters on paper or has no address.",
        "%(count)d letters stay held: their office is paused, takes letters on paper or has no "
        "address.",
        count,
    )
    return format_html("{} {}", said % {"count": count}, _offices(letters, request))


def _offices(letters: QuerySet[Any], request: HttpRequest) -> str:
    keys = letters.order_by().values("office")
    offices = Office.objects.filter(pk__in=keys).select_related("government")[:OFFICES_NAMED]
    if not request.user.has_perm("campaign.view_office"):
        return " · ".join(map(str, offices))
    name = "admin:campaign_office_change"
    links = [(reverse(name, args=[office.pk]), office) for office in offices]
    return format_html_join(" · ", '<a href="{}">{}</a>', links)
