"""The delivery page: is mail going out, and what waits for a person. One look, in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letters.admin.chart import bar_chart
from letters.delivery import figures, watch
from letters.delivery.watch import Sight
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import BulkDecision, Heartbeat
from letters.rendering.answers import Meaning
from letters.rendering.troubles import HELD, SERVER, Words, words

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LETTERS = "admin:letters_letter_changelist"
MAILS = "admin:letters_outbound_changelist"
# While one of these stands nothing leaves; with the others mail goes out all the same.
STANDSTILL = frozenset({"site", "server", "worker"})
SHOWN_STATES = (
    OutboundState.QUEUED, OutboundState.SENDING, OutboundState.UNKNOWN, OutboundState.HELD,
    OutboundState.FAILED,
)  # fmt: skip


@dataclass(frozen=True)
class Stopped:
    """Letters that wait for a person or were given up: why, what to do, and where they are."""

    state: Any
    why: Any
    advice: Any
    count: int
    link: str


def delivery_page(request: HttpRequest, opts: Any) -> HttpResponse:
    seen = watch.look()
    letters, others = figures.answers()
    context = {
        **admin.site.each_context(request),
        "opts": opts,
        "title": _("Delivery"),
        "is_delivery": True,
        "seen": seen,
        **_headline(seen),
        **_queue(),
        **figures.without_mail(),
        **_sent(seen),
        "processes": [_process(seen, one) for one in seen.processes],
        "server": _server(seen),
        "stopped": list(_letters_stopped()),
        # Without an answer it is a decision of ours that holds them: that is told above.
        "answered": [
            _answered(row, to_writers=False) for row in letters if row.meaning.key != "silent"
        ],
        "bounced": [_answered(row, to_writers=False) for row in figures.bounces()],
        "to_writers": [_answered(row, to_writers=True) for row in others],
        "campaigns_paused": figures.with_letters_waiting(seen.campaigns_paused),
        "offices_paused": figures.offices_paused(),
        "proposed": _decisions(),
        "mailbox": not settings.PRODUCTION,
    }
    return TemplateResponse(request, "admin/letters/delivery/page.html", context)


def _headline(seen: Sight) -> dict[str, Any]:
    found = watch.troubles(seen)
    still = [one for one in found if one.kind in STANDSTILL]
    return {
        "going": not still,
        "troubled": bool(found),
        "cause": words(still[0].kind, still[0].facts) if still else None,
        "oldest_due": seen.due_since,
        "oldest_due_seconds": seen.seconds(seen.due_since),
    }


def _queue() -> dict[str, Any]:
    found = figures.queue()
    order = [purpose for purpose in Purpose if purpose in found]
    rows = [
        {
            "purpose": purpose.label,
            "cells": [
                {"count": found[purpose][state], "link": _mails(state=state, purpose=purpose)}
                for state in SHOWN_STATES
            ],
        }
        for purpose in order
    ]
    total = sum(sum(found[purpose].values()) for purpose in order)
    return {
        "queue_states": [state.label for state in SHOWN_STATES],
        "queue_rows": rows,
        "queue_total": total,
    }


def _sent(seen: Sight) -> dict[str, Any]:
    hours = figures.sent_by_hour(seen.at)
    last_hour, last_day = figures.sent_lately(seen.at)
    # Every third hour has its name: more would overlap.
    labels = [f"{one.at:%H}" if one.at.hour % 3 == 0 else "" for one in hours]
    return {
        "hours": hours,
        "chart": bar_chart([one.total for one in hours], labels),
        "busiest": max(hours, key=lambda one: one.total),
        "sent_last_hour": last_hour,
        "sent_last_day": last_day,
    }


def _process(seen: Sight, one: Heartbeat) -> dict[str, Any]:
    silent = seen.seconds(one.at)
    return {
        "name": one.name.removeprefix(f"{one.kind} "),
        "kind": one.get_kind_display(),
        "host": one.host,
        "at": one.at,
        "worked_at": one.worked_at,
        "started_at": one.started_at,
        "silent": silent > settings.SILENT_SECONDS,
        "deaf": one in seen.deaf,
    }


def _server(seen: Sight) -> dict[str, Any] | None:
    if seen.server is None:
        return None
    said: Words | None = SERVER.get(seen.server.trouble) if seen.server.failures else None
    return {"row": seen.server, "open": seen.server_open, "words": said}


_STATES: dict[str, tuple[_StrPromise, _StrPromise]] = {
    LetterState.FAILED: (
        gettext_lazy("They were given up: what the mail servers answered stands below."),
        gettext_lazy("Find another address or way, then queue them again or mark them as sent."),
    ),
    LetterState.BOUNCED: (
        gettext_lazy("They were taken, but came back: why stands below."),
        gettext_lazy("Check the office's address, then let them go on, or mark them as sent."),
    ),
    LetterState.UNKNOWN: (
        gettext_lazy("The connection broke while they were handed over: they may have arrived."),
        gettext_lazy("We look, and send each once more at most. Nothing to do."),
    ),
}


def _letters_stopped() -> Iterable[Stopped]:
    for state, hold, count in figures.letters_stopped():
        why, advice = HELD.get(hold, HELD[""]) if hold else _STATES.get(state, ("", ""))
        narrowed = {"state__exact": state, **({"hold_reason__exact": hold} if hold else {})}
        link = f"{reverse(LETTERS)}?{urlencode(narrowed)}"
        yield Stopped(LetterState(state).label, why, advice, count, link)


def _answered(row: figures.Answered, *, to_writers: bool) -> dict[str, Any]:
    found: Meaning = row.meaning
    is_letter = row.state == LetterState.BOUNCED
    return {
        "state": LetterState(row.state).label if is_letter else OutboundState(row.state).label,
        "what": found.what,
        "advice": found.to_writers if to_writers else found.advice,
        "count": row.count,
        "example": row.example,
        "codes": sorted(row.codes),
        "link": f"{reverse(LETTERS)}?{urlencode({'state__exact': row.state})}"
        if is_letter
        else _mails(state=row.state, said=found.key, to="writers" if to_writers else "offices"),
    }


def _mails(*, state: str, **narrowed: str) -> str:
    exact = {"state__exact": state}
    if "purpose" in narrowed:
        exact["purpose__exact"] = narrowed.pop("purpose")
    return f"{reverse(MAILS)}?{urlencode({**exact, **narrowed})}"


def _decisions() -> list[BulkDecision]:
    open_ = (BulkDecision.State.PROPOSED, BulkDecision.State.AGREED)
    return list(
        BulkDecision.objects.filter(state__in=open_).select_related("proposed_by").defer("keys")
    )
