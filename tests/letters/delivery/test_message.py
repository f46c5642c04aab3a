"""Messages that cannot be made, and addresses that mail servers take."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from campaign.models import Campaign
from letters.delivery import engine, policy, rows
from letters.delivery.message import build
from letters.delivery.sweep import sweep
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Letter, Outbound
from tests.factories.letters import LetterFactory, OutboundFactory
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db


def mail_to(address: str) -> Outbound:
    """A letter's mail that is due, to an office with this address."""
    mail = OutboundFactory(letter__state=LetterState.QUEUED)
    assert mail.letter is not None
    assert mail.letter.office is not None
    mail.letter.office.routes.update(email=address)
    return mail


def broken_mail() -> Outbound:
    return OutboundFactory(letter__state=LetterState.QUEUED, letter__content={"text": "Hello"})


def test_content_of_another_shape_stops_no_worker(sink: Sink) -> None:
    assert engine.deliver(broken_mail().id) == 1
    assert sink.messages == []


def test_mail_after_one_that_cannot_be_made_is_sent(sink: Sink) -> None:
    good = mail_to("office@ee.example")
    for key in (broken_mail().id, good.id):
        engine.deliver(key)
    assert sink.messages[0][0] == "office@ee.example"


def test_mail_that_can_never_be_made_is_held_for_a_person(sink: Sink) -> None:
    mail = broken_mail()
    for hours in range(policy.DEATHS + 1):
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            sweep()
            engine.deliver(mail.id)
    assert Outbound.objects.get().state == OutboundState.HELD
    assert Letter.objects.get().hold_reason == HoldReason.RENDER_FAILED


def test_domain_beyond_ascii_is_sent_as_idna(sink: Sink) -> None:
    engine.deliver(mail_to("office@bücher.example").id)
    recipient, message = sink.messages[0]
    assert recipient == "office@xn--bcher-kva.example"
    assert b"\r\nTo: office@xn--bcher-kva.example\r\n" in message


def test_contact_beyond_ascii_is_answered_as_idna() -> None:
    mail = rows.write(Purpose.CONFIRM, LetterFactory().submission)
    Campaign.objects.update(contact_email="info@näide.example")
    _, message = build(Outbound.objects.get(pk=mail.pk))
    assert b"<info@xn--nide-loa.example>\r\n" in message.partition(b"\r\n\r\n")[0]


def test_local_part_beyond_ascii_is_held(sink: Sink) -> None:
    engine.deliver(mail_to("büro@ee.example").id)
    mail, letter = Outbound.objects.get(), Letter.objects.get()
    assert mail.last_answer == "The address cannot be written in ASCII."
    assert (mail.state, letter.hold_reason) == (OutboundState.HELD, HoldReason.RENDER_FAILED)
    assert sink.messages == []
