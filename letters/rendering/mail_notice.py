"""The notice to organisers or to the operator: what is wrong, what to do, where to look."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from letters.models import Outbound
from letters.rendering.mail import Mail
from letters.rendering.troubles import words


def notice_mail(outbound: Outbound) -> Mail:
    """Return a notice in its own language. It holds nothing about a person."""
    with override(outbound.language):
        context = _context(outbound)
        return Mail(
            subject=" ".join(render_to_string("emails/notice.subject.txt", context).split()),
            text=render_to_string("emails/notice.txt", context),
            html=render_to_string("emails/notice.html", context),
            language=outbound.language,
            sender_name=settings.SITE_NAME,
        )


def _context(outbound: Outbound) -> dict[str, Any]:
    content = outbound.content or {}
    kind = str(content.get("kind", ""))
    said = words(kind, content)
    return {
        "over": bool(content.get("over")),
        "what": said.over if content.get("over") else said.what,
        "advice": said.advice,
        "since": _since(outbound, content),
        "offices": content.get("offices", []),
        "link": f"{settings.SITE_URL}{_page(outbound, kind)}",
        "about": outbound.campaign,
        "site_name": settings.SITE_NAME,
        "language": outbound.language,
        "campaign": outbound.campaign or {"organisation": settings.SITE_NAME},
    }


def _since(outbound: Outbound, content: dict[str, Any]) -> str:
    """Return since when, in the campaign's time zone or the site's, which is named."""
    zone = outbound.campaign.time_zone if outbound.campaign else settings.TIME_ZONE
    since = datetime.fromisoformat(content["since"]) if "since" in content else outbound.created_at
    return f"{since.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"


def _page(outbound: Outbound, kind: str) -> str:
    """Return the page of the admin where it is shown: the letters concerned, or delivery."""
    if outbound.campaign is None:
        return reverse("admin:letters_delivery")
    state, _, hold = kind.partition(".")
    narrowed = {"campaign__id__exact": outbound.campaign.pk, "state__exact": state}
    if hold:
        narrowed["hold_reason__exact"] = hold
    return f"{reverse('admin:letters_letter_changelist')}?{urlencode(narrowed)}"
