"""Everything that happened to a form, its letters and its mails, in order, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letters.enums import LetterState, OutboundState, SubmissionState
from letters.models import Letter, Move, Submission

_ACTORS = {
    "supporter": gettext_lazy("the writer"),
    "policy": gettext_lazy("the campaign's rules"),
    "reviewer": gettext_lazy("a reviewer"),
    "organiser": gettext_lazy("an organiser"),
    "worker": gettext_lazy("the mail worker"),
    "sweeper": gettext_lazy("the sweeper"),
    "retention": gettext_lazy("the rules of erasure"),
    "operator": gettext_lazy("the operator"),
    "report": gettext_lazy("a report that came back"),
    "office": gettext_lazy("the office"),
}


@dataclass(frozen=True)
class Event:
    """`about` is the letter's number, the kind of mail, or the form; `was` is empty at first."""

    at: datetime
    about: str
    was: str
    became: str
    actor: str
    by: str
    reason: str


def events_of_submission(submission: Submission) -> list[Event]:
    signed = Event(
        submission.created_at, _("form"), "", _("signed"), str(_ACTORS["supporter"]), "", ""
    )
    return [signed, *_events(Move.objects.filter(submission=submission))]


def events_of_letter(letter: Letter, *, with_mails: bool = True) -> list[Event]:
    """Return what happened to a letter. A mail server's answer may name the writer's address."""
    moves = Move.objects.filter(letter=letter.pk)
    return _events(moves if with_mails else moves.filter(outbound=None))


def _events(moves: QuerySet[Move]) -> list[Event]:
    return [_event(move) for move in moves.select_related("letter", "outbound", "by")]


def _event(move: Move) -> Event:
    return Event(
        at=move.at,
        about=_about(move),
        was=_label(move, move.from_state),
        became=_label(move, move.to_state),
        actor=str(_ACTORS.get(move.actor, move.actor)),
        by=str(move.by) if move.by else "",
        reason=move.reason,
    )


def _label(move: Move, state: str) -> str:
    states: type[TextChoices] = LetterState if move.letter_id else SubmissionState
    states = OutboundState if move.outbound_id else states
    return str(states(state).label) if state in states.values else state


def _about(move: Move) -> str:
    if move.outbound:
        return str(move.outbound.get_purpose_display())
    return move.letter.number if move.letter else _("form")
