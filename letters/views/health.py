"""Is the process up; can it do its work?"""

from __future__ import annotations

from datetime import datetime

from django.db import DatabaseError
from django.db.models import Min, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from letters.enums import LetterState, OutboundState
from letters.models import Letter, Move, Outbound

LATE_SECONDS = 600


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 when the database doesn't answer, or something that a worker should do has waited.

    Looked at: mail that is due, letters to be set, and claims whose worker did not come back,
    which the sweeper would have freed.
    """
    try:
        waits = {name: _seconds_since(oldest()) for name, oldest in OLDEST.items()}
    except DatabaseError:
        return _answer({"database": False}, ready=False)
    ready = all(seconds < LATE_SECONDS for seconds in waits.values())
    return _answer({"database": True, **waits}, ready=ready)


def _oldest_due() -> datetime | None:
    rows = Outbound.objects.filter(state=OutboundState.QUEUED).order_by("next_attempt_at")
    return rows.values_list("next_attempt_at", flat=True).first()


def _oldest_approved() -> datetime | None:
    moves = Move.objects.filter(letter=OuterRef("pk"), to_state=LetterState.APPROVED)
    approved = Letter.objects.filter(state=LetterState.APPROVED).annotate(
        approved_at=Subquery(moves.order_by("-at").values("at")[:1])
    )
    oldest: datetime | None = approved.aggregate(at=Min("approved_at"))["at"]
    return oldest


def _oldest_lease() -> datetime | None:
    rows = Outbound.objects.filter(state=OutboundState.SENDING).order_by("lease_until")
    return rows.values_list("lease_until", flat=True).first()


OLDEST = {
    "due_mail_seconds": _oldest_due,
    "approved_letter_seconds": _oldest_approved,
    "lost_claim_seconds": _oldest_lease,
}


def _seconds_since(at: datetime | None) -> int:
    return max(0, int((timezone.now() - at).total_seconds())) if at else 0


def _answer(found: dict[str, object], *, ready: bool) -> JsonResponse:
    return JsonResponse(
        {"ready": ready, **found},
        status=200 if ready else 503,
        headers={"Cache-Control": "no-store"},
    )
