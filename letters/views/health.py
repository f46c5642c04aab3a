"""Is the process up; can it do its work?"""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from letters.enums import OutboundState
from letters.models import Outbound

LATE_SECONDS = 600


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 when the database doesn't answer, or mail that is due has waited ten minutes."""
    try:
        oldest = (
            Outbound.objects.filter(state=OutboundState.QUEUED)
            .order_by("next_attempt_at").values_list("next_attempt_at", flat=True).first()
        )  # fmt: skip
    except DatabaseError:
        return _answer({"database": False}, ready=False)
    age = max(0, int((timezone.now() - oldest).total_seconds())) if oldest else 0
    return _answer({"database": True, "oldest_due_seconds": age}, ready=age < LATE_SECONDS)


def _answer(found: dict[str, object], *, ready: bool) -> JsonResponse:
    return JsonResponse(
        {"ready": ready, **found},
        status=200 if ready else 503,
        headers={"Cache-Control": "no-store"},
    )
