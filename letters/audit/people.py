"""I6, the database's part: of who was erased nothing is left but what is counted."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from letters.audit.finding import Finding, none_of
from letters.enums import LetterState, OutboundState, SubmissionState
from letters.models import Letter, Outbound, Submission

I6 = "I6 nothing personal left"
GONE = (SubmissionState.ERASED, SubmissionState.EXPIRED)
IN_FLIGHT = (LetterState.SENDING, LetterState.UNKNOWN)


def check() -> Iterator[Finding]:
    personal = ("name", "email", "town", "organisation", "words")
    named = ~Q(**dict.fromkeys(personal[:1], ""))
    for name in personal[1:]:
        named |= ~Q(**{name: ""})
    gone = Submission.objects.filter(state__in=GONE)
    yield none_of(I6, "erased forms are empty", gone.filter(named), "id")
    erased = Q(submission__state=SubmissionState.ERASED)
    yield none_of(
        I6,
        "erased people's letters have no text",
        Letter.objects.filter(erased, content__isnull=False).exclude(state__in=IN_FLIGHT),
    )
    quoted = Outbound.objects.filter(submission__state__in=GONE).exclude(
        state__in=(OutboundState.SENDING, OutboundState.UNKNOWN)
    )
    yield none_of(
        I6,
        "mails to the erased have no address and no answer",
        quoted.exclude(recipient="", last_answer=""),
        "message_id",
    )
