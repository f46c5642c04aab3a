"""What a person may send again, and what is a worker's."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from letters.actions.dispatch import queue_again, release
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Letter, Outbound
from letters.moves import NotAllowed
from tests.factories.letters import LetterFactory, OutboundFactory

pytestmark = pytest.mark.django_db


def mail_in(state: OutboundState, **values: Any) -> Outbound:
    """A letter's mail and its letter, both in the same state."""
    if state == OutboundState.HELD:
        values["letter__hold_reason"] = HoldReason.REFUSED
    return OutboundFactory(state=state, letter__state=LetterState(state.value), **values)


@pytest.mark.parametrize("state", [OutboundState.SENDING, OutboundState.UNKNOWN])
def test_mail_in_a_workers_hands_is_not_queued_again(organiser: User, state: OutboundState) -> None:
    mail = mail_in(state, claim_token="a-worker", lease_until=timezone.now())
    with pytest.raises(NotAllowed):
        queue_again(mail, by=organiser)
    mail.refresh_from_db()
    assert (mail.state, mail.claim_token) == (state, "a-worker")
    assert Letter.objects.get().state == state


@pytest.mark.parametrize("state", [OutboundState.HELD, OutboundState.FAILED])
def test_mail_that_stopped_is_queued_again_with_its_letter(
    organiser: User, state: OutboundState
) -> None:
    mail = mail_in(state, claim_token="gone", lease_until=timezone.now(), resent=True)
    queue_again(mail, by=organiser)
    mail.refresh_from_db()
    assert (mail.state, mail.claim_token, mail.resent) == (OutboundState.QUEUED, "", False)
    assert Letter.objects.get().state == LetterState.QUEUED


def test_copy_that_failed_is_queued_again_and_leaves_its_letter(organiser: User) -> None:
    mail = OutboundFactory(
        purpose=Purpose.COPY, state=OutboundState.FAILED, letter__state=LetterState.SENT
    )
    queue_again(mail, by=organiser)
    assert Outbound.objects.get().state == OutboundState.QUEUED
    assert Letter.objects.get().state == LetterState.SENT


@pytest.mark.parametrize("state", [LetterState.QUEUED, LetterState.IN_REVIEW, LetterState.BOUNCED])
def test_letter_that_is_not_held_is_not_released(organiser: User, state: LetterState) -> None:
    letter = LetterFactory(state=state)
    with pytest.raises(NotAllowed):
        release(letter, by=organiser)
    assert Letter.objects.get().state == state


def test_released_letter_is_set_anew_and_its_old_mail_cancelled(organiser: User) -> None:
    mail = mail_in(OutboundState.HELD)
    assert mail.letter is not None
    release(mail.letter, by=organiser)
    assert Outbound.objects.get().state == OutboundState.CANCELLED
    assert Letter.objects.get().state == LetterState.APPROVED
