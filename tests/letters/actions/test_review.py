"""A reviewer decides on what waits for review, and on nothing else."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from letters.actions.review import approve
from letters.enums import LETTER_MOVES, HoldReason, LetterState
from letters.models import Decision, Letter
from letters.moves import NotAllowed
from tests.factories.letters import LetterFactory

pytestmark = pytest.mark.django_db

# From these the table lets workers and organisers approve.
OTHERS = sorted(
    state
    for state, moves in LETTER_MOVES.items()
    if LetterState.APPROVED in moves and state != LetterState.IN_REVIEW
)


@pytest.mark.parametrize("state", OTHERS)
def test_approving_what_is_not_in_review_is_refused(organiser: User, state: str) -> None:
    hold = HoldReason.NO_ADDRESS if state == LetterState.HELD else ""
    letter = LetterFactory(state=state, hold_reason=hold)
    with pytest.raises(NotAllowed):
        approve(letter, by=organiser)
    assert Letter.objects.get().state == state
    assert Decision.objects.count() == 0


def test_approving_what_is_in_review_lets_it_go(organiser: User) -> None:
    approve(LetterFactory(state=LetterState.IN_REVIEW), by=organiser)
    assert Letter.objects.get().state == LetterState.APPROVED
    assert Decision.objects.get().outcome == Decision.Outcome.APPROVED
