"""Noting what became of a batch: again when the database was away, and one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from letters.bulk_moves import keep_answers
from letters.delivery import engine, journal
from letters.delivery.claim import claim
from letters.delivery.outcome import Kind, Outcome, note
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Letter, Outbound
from letters.moves import move_letter
from tests.factories.letters import OutboundFactory

pytestmark = pytest.mark.django_db(transaction=True)


def failing_once(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return `step`, which loses its database the first time, after it did its work."""
    calls = []

    def call(*args: Any, **options: Any) -> Any:
        done = step(*args, **options)
        calls.append(done)
        if len(calls) == 1:
            raise OperationalError("the server closed the connection")
        return done

    return call


def states() -> list[tuple[str, str]]:
    mails = Outbound.objects.filter(purpose=Purpose.LETTER).select_related("letter")
    return [(mail.state, mail.letter.state) for mail in mails.order_by("created_at")]  # type: ignore[union-attr]


def test_batch_is_noted_when_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    OutboundFactory(letter__state=LetterState.QUEUED)
    monkeypatch.setattr("letters.delivery.engine.time.sleep", lambda _: None)
    monkeypatch.setattr("letters.delivery.outcome.keep_answers", failing_once(keep_answers))
    engine.deliver()
    assert states() == [(OutboundState.SENT, LetterState.SENT)]


def test_refusal_is_noted_when_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    OutboundFactory(letter__state=LetterState.QUEUED, letter__content={"text": "Hello"})
    monkeypatch.setattr("letters.delivery.engine.time.sleep", lambda _: None)
    monkeypatch.setattr("letters.delivery.outcome.move_letter", failing_once(move_letter))
    engine.deliver()
    assert states() == [(OutboundState.HELD, LetterState.HELD)]


def test_letter_that_disagrees_with_its_mail_keeps_no_other_from_being_noted() -> None:
    OutboundFactory.create_batch(2, letter__state=LetterState.QUEUED)
    batch = claim(journal.own().next_token(), 10)
    odd, good = batch.outbounds
    assert odd.letter is not None
    Letter.objects.filter(pk=odd.letter.pk).update(state=LetterState.UNKNOWN)
    note([Outcome(mail, Kind.SENT, "250 taken") for mail in (odd, good)], batch.token)
    assert Outbound.objects.get(pk=good.pk).state == OutboundState.SENT
    assert Outbound.objects.get(pk=odd.pk).state == OutboundState.SENDING
