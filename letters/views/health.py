"""Is the process up; can it do its work?"""

from __future__ import annotations

from django.core.cache import caches
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from letters import clock
from letters.delivery import watch
from letters.models import Heartbeat

# A site that an organiser paused is ready: it does what it was told.
NO_REASON = frozenset({"site"})


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 with its reasons when mail cannot go out: their words are in rendering/troubles.py.

    Looked at: the database, answering and taking a row in; mail that is due, letters to be set,
    claims that nobody freed; signs of life; the mail server; the broker; the disk. Ages are in seconds.
    """
    try:
        _write_a_row()
        seen = watch.sight()
    except DatabaseError:
        return _answer({"database": False}, ["database"])
    reasons = [one.kind for one in watch.troubles(seen) if one.kind not in NO_REASON]
    return _answer(_found(seen), reasons)


def _found(seen: watch.Sight) -> dict[str, object]:
    return {
        "database": True,
        "due_mail_seconds": seen.seconds(seen.due_since),
        "approved_letter_seconds": seen.seconds(seen.approved_since),
        "lost_claim_seconds": seen.seconds(seen.lost_since),
        "sweeper_seconds": seen.silent_seconds(Heartbeat.Kind.SWEEPER),
        "worker_seconds": seen.silent_seconds(Heartbeat.Kind.WORKER),
        "mail_server": not seen.server_open,
        "paused": seen.held,
    }


def _write_a_row() -> None:
    """Write a row and take it back. Raises DatabaseError where nothing can be written."""
    if caches["process"].get("database-writes"):
        return
    with transaction.atomic():
        now = clock.now()
        Heartbeat.objects.create(name="readyz", kind="web", host="", started_at=now, at=now)
        transaction.set_rollback(True)
    caches["process"].set("database-writes", True, watch.REMEMBERED_SECONDS)


def _answer(found: dict[str, object], reasons: list[str]) -> JsonResponse:
    return JsonResponse(
        {"ready": not reasons, **found, "reasons": reasons},
        status=503 if reasons else 200,
        headers={"Cache-Control": "no-store"},
    )
