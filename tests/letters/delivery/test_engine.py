"""What a mail server's answers do to a mail and its letter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from campaign.models import Office, OfficeRoute
from letters.delivery import engine, journal
from letters.delivery.claim import Batch, claim
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Letter, Move, Outbound
from tests.factories.campaign import OfficeFactory, OfficeRouteFactory
from tests.factories.letters import OutboundFactory
from tests.journey import make_world, sign, sign_and_confirm, work
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db


def letter_to(client, address: str) -> Letter:
    """Sign and confirm a letter to an office with this address. Its mail is then tried once."""
    world = make_world()
    world.office.routes.update(email=address)
    sign_and_confirm_by_rows(client, world)
    return Letter.objects.select_related("office").get()


def sign_and_confirm_by_rows(client, world) -> None:
    # The confirmation mail went to the sink, not to the mailbox: its link is made again.
    from letters.rendering.mail_parts import link
    from tests.journey import sign

    sign(client, world)
    work()
    path = link(Outbound.objects.get(purpose=Purpose.CONFIRM)).split("/", 3)[3]
    client.post(f"/{path}")
    work()


def office_mail() -> Outbound:
    return Outbound.objects.get(purpose=Purpose.LETTER)


def test_accepted_letter_is_sent_once(client, sink: Sink) -> None:
    letter = letter_to(client, "office@ee.example")
    work()
    assert letter.state == LetterState.SENT
    assert [to for to, _ in sink.messages].count("office@ee.example") == 1


def test_connection_is_used_again(client, sink: Sink) -> None:
    letter_to(client, "office@ee.example")
    assert len(sink.messages) == 3  # confirmation, letter, copy
    assert sink.connections == 1


def test_soft_refusal_is_tried_again_later(client, sink: Sink) -> None:
    letter_to(client, "rcpt451@ee.example")
    mail = office_mail()
    assert (mail.state, mail.last_code, mail.attempts) == (OutboundState.QUEUED, 451, 1)
    assert mail.next_attempt_at > timezone.now() + timedelta(seconds=40)


def test_refused_address_is_stopped_and_the_next_one_used(client, sink: Sink) -> None:
    world = make_world()
    world.office.routes.update(email="rcpt550@ee.example")
    OfficeRouteFactory(office=world.office, email="second@ee.example", rank=2)
    sign_and_confirm_by_rows(client, world)
    assert office_mail().recipient == "second@ee.example"
    assert OfficeRoute.objects.get(email="rcpt550@ee.example").stopped is True
    assert Letter.objects.get().state == LetterState.SENT


def test_refused_last_address_holds_the_letter(client, sink: Sink) -> None:
    letter = letter_to(client, "rcpt550@ee.example")
    assert (letter.state, letter.hold_reason) == (LetterState.HELD, HoldReason.REFUSED)
    assert office_mail().last_answer == "as you asked"


def test_refused_content_holds_the_letter(client, sink: Sink) -> None:
    letter = letter_to(client, "data554@ee.example")
    assert (letter.state, letter.hold_reason) == (LetterState.HELD, HoldReason.REFUSED)


def test_lost_connection_after_data_is_unknown(client, sink: Sink) -> None:
    letter = letter_to(client, "drop@ee.example")
    assert letter.state == LetterState.UNKNOWN
    assert office_mail().state == OutboundState.UNKNOWN


def test_unknown_is_sent_again_once_alike_and_then_held(client, sink: Sink) -> None:
    letter_to(client, "drop@ee.example")
    for minutes in (16, 32, 48):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            work(1)
    copies = [message for to, message in sink.messages if to == "drop@ee.example"]
    assert len(copies) == 2
    assert copies[0] == copies[1]
    assert Letter.objects.get().hold_reason == HoldReason.UNKNOWN


def test_mail_is_delivered_by_one_of_many_calls(client, sink: Sink) -> None:
    letter_to(client, "office@ee.example")
    key = office_mail().id
    for _ in range(5):
        engine.deliver(key)
    assert [to for to, _ in sink.messages].count("office@ee.example") == 1


def test_every_move_is_written_down(client) -> None:
    sign_and_confirm(client, make_world())
    work()
    letter = Letter.objects.get()
    states = list(letter.moves.filter(outbound=None).values_list("to_state", flat=True))
    assert states == ["confirmed", "approved", "rendered", "queued", "sending", "sent"]
    assert Move.objects.filter(outbound=office_mail()).count() == 2


def test_message_that_was_not_begun_leaves_the_connection_fit_for_the_next(
    client, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(key: object) -> None:
        raise OSError("No space left on device")

    sign(client, make_world())
    with monkeypatch.context() as disk:
        disk.setattr(journal.own(), "begun", full)
        engine.deliver()
    Outbound.objects.update(next_attempt_at=timezone.now())
    engine.deliver()
    assert [Outbound.objects.get().state, len(sink.messages)] == [OutboundState.SENT, 1]


@pytest.mark.parametrize(("with_words", "paused"), [(True, False), (False, True)])
def test_what_one_writer_wrote_pauses_no_office(sink: Sink, with_words: bool, paused: bool) -> None:
    office = OfficeFactory(route__email="data554@ee.example")
    for _ in range(3):
        OutboundFactory(
            letter__state=LetterState.QUEUED, letter__office=office,
            letter__with_words=with_words,
        )  # fmt: skip
    engine.deliver()
    assert Office.objects.get(pk=office.pk).paused is paused


def test_batch_that_took_all_is_the_last(client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(client, make_world())
    claimed: list[int] = []

    def noted(*about: Any) -> Batch:
        batch = claim(*about)
        claimed.append(len(batch.outbounds))
        return batch

    monkeypatch.setattr(engine, "claim", noted)
    engine.deliver()
    assert claimed == [1]
