"""I7: every change of state is written down, and what is written down leads to the present."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, Lag

from letters.audit.finding import Finding, none_of
from letters.enums import (
    LETTER_MOVES,
    OUTBOUND_MOVES,
    SUBMISSION_MOVES,
    LetterState,
    OutboundState,
    SubmissionState,
)
from letters.models import Letter, Move, Outbound, Submission

I7 = "I7 every move is noted"


@dataclass(frozen=True)
class Story:
    """What is moved: its rows, its moves (`of` leads to it), where it begins, where it may go."""

    rows: Any
    name: str
    about: str
    of: str
    moves: Q
    starts: tuple[str, ...]
    allowed: dict[str, frozenset[str]]


STORIES = (
    Story(
        Letter, "number", "letters", "letter", Q(letter__isnull=False, outbound=None),
        (LetterState.AWAITING,), LETTER_MOVES,
    ),
    Story(
        Outbound, "message_id", "mails", "outbound", Q(outbound__isnull=False),
        (OutboundState.QUEUED,), OUTBOUND_MOVES,
    ),
    Story(
        Submission, "id", "forms", "submission",
        Q(submission__isnull=False, letter=None, outbound=None),
        (SubmissionState.AWAITING, SubmissionState.REPEATED), SUBMISSION_MOVES,
    ),
)  # fmt: skip


def check() -> Iterator[Finding]:
    for story in STORIES:
        rows = Move.objects.filter(story.moves)
        yield none_of(
            I7,
            f"the moves of {story.about} follow on each other",
            broken_chains(story, rows),
            f"{story.of}__{story.name}",
        )
        yield none_of(
            I7,
            f"the last moves of {story.about} are where they are",
            elsewhere(story, rows),
            story.name,
        )
    yield none_of(I7, "every move is in the table", unheard_of(), "id")


def broken_chains(story: Story, rows: QuerySet[Move]) -> QuerySet[Move]:
    """Moves that do not begin where the one before ended."""
    before = Window(Lag("to_state"), partition_by=F(f"{story.of}_id"), order_by=F("id").asc())
    told = rows.annotate(before=before)
    first = Q(before=None) & ~Q(from_state__in=story.starts)
    return told.filter(first | (Q(before__isnull=False) & ~Q(before=F("from_state"))))


def elsewhere(story: Story, rows: QuerySet[Move]) -> QuerySet[Any]:
    """Rows that are not where their last move led; without one they are where all begin."""
    last = rows.filter(**{story.of: OuterRef("pk")}).order_by("-id").values("to_state")[:1]
    told = story.rows.objects.annotate(told=Coalesce(Subquery(last), Value("")))
    unmoved = Q(told="", state__in=story.starts)
    rows_elsewhere: QuerySet[Any] = told.exclude(Q(told=F("state")) | unmoved)
    return rows_elsewhere


def unheard_of() -> QuerySet[Move]:
    """Moves that no table allows."""
    wrong = Q()
    for story in STORIES:
        allowed = Q()
        for start, ends in story.allowed.items():
            allowed |= Q(from_state=start, to_state__in=sorted(ends))
        wrong |= story.moves & ~allowed
    return Move.objects.filter(wrong)
