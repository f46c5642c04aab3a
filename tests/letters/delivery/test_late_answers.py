"""Answers that come late: after the lease ran out, after the writer was erased, after a week."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from letters import retention
from letters.actions.dispatch import queue_again
from letters.delivery import engine, message
from letters.delivery.mail import Envelope
from letters.delivery.sweep import sweep
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Letter, Outbound, Submission
from letters.moves import move_outbound
from tests.factories.letters import OutboundFactory
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db


class SlowServer:
    """Takes the message, and says so when the sweeper has given its worker up."""

    name = ""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def open(self) -> None: ...

    def close(self) -> None: ...

    def send(self, envelope: Envelope, message: bytes, before_data: Callable[[], None]) -> str:
        before_data()
        self.taken.append(envelope.recipient)
        if len(self.taken) == 1:
            with later(hours=1), patch("letters.delivery.journal.keys", set):
                sweep()  # another computer's, which has not our journal
            assert Outbound.objects.get(purpose=Purpose.LETTER).state == OutboundState.UNKNOWN
        return "250 taken, at last"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> SlowServer:
    server = SlowServer()
    monkeypatch.setattr(engine, "transport", lambda: server)
    return server


def later(**delta: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**delta))


def mail_to(address: str, **age: float) -> Outbound:
    """A letter's mail that is due, written some time ago."""
    written = timezone.now() - timedelta(**age)
    mail = OutboundFactory(letter__state=LetterState.QUEUED, created_at=written)
    readdress(mail, address)
    return mail


def readdress(mail: Outbound, address: str) -> None:
    assert mail.letter is not None
    assert mail.letter.office is not None
    mail.letter.office.routes.update(email=address)


def erase_in_flight(mail: Outbound, monkeypatch: pytest.MonkeyPatch) -> None:
    """Try a mail whose writer erases everything while it is in the worker's hands."""

    def erased(outbound: Outbound) -> tuple[Envelope, bytes]:
        made = message.build(outbound)
        retention.erase(Submission.objects.get(), actor="supporter")
        return made

    with monkeypatch.context() as patch:
        patch.setattr(engine, "build", erased)
        engine.deliver(mail.id)


def states() -> tuple[str, str]:
    return Outbound.objects.get(purpose=Purpose.LETTER).state, Letter.objects.get().state


def test_yes_after_the_lease_ran_out_is_noted(slow: SlowServer) -> None:
    engine.deliver(mail_to("office@ee.example").id)
    mail = Outbound.objects.get(purpose=Purpose.LETTER)
    assert states() == (OutboundState.SENT, LetterState.SENT)
    assert (mail.last_answer, len(mail.sha256)) == ("250 taken, at last", 64)


def test_yes_after_the_lease_ran_out_is_not_sent_again(slow: SlowServer) -> None:
    mail = mail_to("office@ee.example")
    engine.deliver(mail.id)
    with later(hours=2):
        assert mail.id not in sweep().outbounds
        engine.deliver(mail.id)
    assert slow.taken.count("office@ee.example") == 1


def test_writer_gets_the_copy_after_a_late_yes(slow: SlowServer) -> None:
    engine.deliver(mail_to("office@ee.example").id)
    assert Outbound.objects.filter(purpose=Purpose.COPY).count() == 1


def test_letter_of_an_erased_writer_is_never_tried_again(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = mail_to("rcpt451@ee.example")
    erase_in_flight(mail, monkeypatch)
    assert states() == (OutboundState.QUEUED, LetterState.QUEUED)

    readdress(mail, "office@ee.example")  # this time the server would take it
    with later(hours=1):
        engine.deliver(mail.id)
    assert states() == (OutboundState.CANCELLED, LetterState.WITHDRAWN)
    assert sink.messages == []


def test_letter_of_an_erased_writer_loses_its_text_after_its_last_try(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = mail_to("rcpt451@ee.example")
    erase_in_flight(mail, monkeypatch)
    retention.run()
    assert Letter.objects.get().content is None
    assert (Outbound.objects.get().recipient, Outbound.objects.get().last_answer) == ("", "")


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(days=6), (OutboundState.QUEUED, LetterState.QUEUED)),
        (timedelta(days=7, hours=1), (OutboundState.FAILED, LetterState.FAILED)),
    ],
)
def test_soft_refusals_are_borne_for_a_week(
    sink: Sink, age: timedelta, expected: tuple[str, str]
) -> None:
    mail = mail_to("rcpt451@ee.example")
    with later(seconds=-age.total_seconds()):
        Outbound.objects.update(next_attempt_at=timezone.now())
        engine.deliver(mail.id)
    Outbound.objects.update(next_attempt_at=timezone.now())
    engine.deliver(mail.id)
    assert states() == expected


def test_week_begins_with_the_first_try(sink: Sink) -> None:
    engine.deliver(mail_to("rcpt451@ee.example", days=30).id)
    assert states() == (OutboundState.QUEUED, LetterState.QUEUED)


def test_refusal_that_ends_a_week_keeps_the_servers_words(sink: Sink) -> None:
    first = mail_to("rcpt451@ee.example")
    with later(days=-8):
        Outbound.objects.update(next_attempt_at=timezone.now())
        engine.deliver(first.id)
    Outbound.objects.update(next_attempt_at=timezone.now())
    engine.deliver(first.id)
    mail = Outbound.objects.get(purpose=Purpose.LETTER)
    assert (mail.last_code, mail.last_answer) == (451, "as you asked")


def test_what_a_person_queued_again_has_a_week_anew(sink: Sink, admin_user: User) -> None:
    mail = mail_to("rcpt451@ee.example")
    with later(days=-8):
        Outbound.objects.update(next_attempt_at=timezone.now())
        engine.deliver(mail.id)
        Outbound.objects.update(next_attempt_at=timezone.now() + timedelta(days=8))
    with later(days=-0.5):
        move_outbound(Outbound.objects.get(), OutboundState.HELD, actor="worker")
        Letter.objects.update(state=LetterState.HELD, hold_reason=HoldReason.REFUSED)
        queue_again(Outbound.objects.get(), by=admin_user)
    engine.deliver(mail.id)
    assert states() == (OutboundState.QUEUED, LetterState.QUEUED)
