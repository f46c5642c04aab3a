"""A letter's state in its writer's words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from letters.enums import LetterState, OutboundState
from letters.views import status
from tests.factories.letters import LetterFactory, OutboundFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (timedelta(minutes=-3), "It is due to leave now."),
        (timedelta(seconds=5), "It is due to leave within 1 minute."),
        (timedelta(minutes=14, seconds=30), "It is due to leave in about 15 minutes."),
        (timedelta(hours=3), "It is due to leave in about 3 hours."),
    ],
)
def test_letter_that_can_be_taken_back_says_when_it_leaves(left: timedelta, told: str) -> None:
    letter = LetterFactory(state=LetterState.CONFIRMED, send_after=timezone.now() + left)

    assert status.words(letter) == told


def test_planned_mail_decides_when_a_letter_leaves() -> None:
    letter = LetterFactory(state=LetterState.QUEUED)
    OutboundFactory(
        letter=letter,
        state=OutboundState.QUEUED,
        next_attempt_at=timezone.now() + timedelta(minutes=9, seconds=30),
    )

    assert status.words(letter) == "It is due to leave in about 10 minutes."
