"""Mails that left, and the addresses at which they are answered."""

from __future__ import annotations

import pytest
from django.utils import timezone
from pytest_django import Settings

from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Letter, Outbound
from tests.factories.letters import LetterFactory, OutboundFactory
from tests.letters.returns.mail import RECIPIENT


@pytest.fixture(autouse=True)
def return_address(settings: Settings) -> None:
    settings.RETURN_ADDRESS = "letters@ngo.example"


@pytest.fixture
def letter() -> Letter:
    """A letter that was sent to the office's only address."""
    now = timezone.now()
    letter = LetterFactory(state=LetterState.SENT, sent_at=now)
    assert letter.office is not None
    letter.office.routes.update(email=RECIPIENT)
    OutboundFactory(
        letter=letter, state=OutboundState.SENT, sent_at=now, recipient=RECIPIENT, attempts=1
    )
    return letter


@pytest.fixture
def sent(letter: Letter) -> Outbound:
    return letter.outbounds.get(purpose=Purpose.LETTER)
