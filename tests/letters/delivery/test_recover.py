"""After a restore: what left since the backup is not sent again (F31)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from letters import message_ids
from letters.actions import site_delivery
from letters.delivery import gate, recover, rows
from letters.delivery.mail import Envelope, MailboxTransport
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Letter, Move, Outbound, SiteDelivery
from letters.moves import NotAllowed
from tests.factories.letters import LetterFactory, OutboundFactory
from tests.journey import mails, make_world, sign_and_confirm, work

pytestmark = pytest.mark.django_db


def left(message_id: str) -> None:
    """Let a mail have left, as the mailbox knows and the database doesn't."""
    message = f"Message-ID: {message_id}\r\n\r\nx\r\n".encode()
    envelope = Envelope("letters@ngo.example", "pm@gov.example")
    MailboxTransport(settings.MAILBOX_DIR).send(envelope, message, lambda: None)


def about(outbound: Outbound) -> Letter:
    assert outbound.letter is not None
    return outbound.letter


def name_of(letter: Letter, nth: int = 1) -> str:
    return message_ids.of_mail(letter.pk, Purpose.LETTER, nth)


def states(letter: Letter) -> tuple[str, list[str]]:
    letter.refresh_from_db()
    own = letter.outbounds.filter(purpose=Purpose.LETTER).order_by("created_at")
    return letter.state, list(own.values_list("state", flat=True))


def test_a_queued_letter_that_left_is_noted_as_sent() -> None:
    outbound = OutboundFactory(letter__state=LetterState.QUEUED)
    left(outbound.message_id)
    found = recover.recover()
    assert found is not None
    assert (found.mails, found.letters) == (1, [about(outbound).number])
    assert states(about(outbound)) == ("sent", ["sent"])


def test_a_queued_letter_that_did_not_leave_waits_on() -> None:
    outbound = OutboundFactory(letter__state=LetterState.QUEUED)
    found = recover.recover()
    assert found is not None
    assert (found.mails, found.letters) == (0, [])
    assert states(about(outbound)) == ("queued", ["queued"])


@pytest.mark.parametrize(
    ("state", "hold"),
    [
        (LetterState.CONFIRMED, ""), (LetterState.IN_REVIEW, ""), (LetterState.APPROVED, ""),
        (LetterState.RENDERED, ""), (LetterState.HELD, HoldReason.NO_ADDRESS),
        (LetterState.FAILED, ""),
    ],
)  # fmt: skip
def test_a_letter_that_left_by_a_mail_the_backup_does_not_know(state: str, hold: str) -> None:
    letter = LetterFactory(state=state, hold_reason=hold)
    left(name_of(letter))
    recover.recover()
    assert states(letter) == ("sent", ["sent"])


def test_a_letter_that_left_by_its_second_mail() -> None:
    first = OutboundFactory(letter__state=LetterState.APPROVED, state=OutboundState.CANCELLED)
    left(name_of(about(first), 2))
    recover.recover()
    assert states(about(first)) == ("sent", ["cancelled", "sent"])


def test_every_move_says_that_it_was_found() -> None:
    letter = LetterFactory(state=LetterState.IN_REVIEW)
    left(name_of(letter))
    recover.recover()
    moves = Move.objects.filter(letter=letter, outbound=None).order_by("id")
    assert list(moves.values_list("from_state", "to_state", "actor")) == [
        ("in_review", "approved", "reconcile"), ("approved", "sent", "reconcile"),
    ]  # fmt: skip


def test_the_writer_gets_a_copy_that_did_not_leave() -> None:
    outbound = OutboundFactory(letter__state=LetterState.QUEUED)
    left(outbound.message_id)
    recover.recover()
    copies = Outbound.objects.filter(purpose=Purpose.COPY)
    assert [copy.state for copy in copies] == ["queued"]


@pytest.mark.parametrize("has_mail", [True, False])
def test_the_writer_gets_no_second_copy(has_mail: bool) -> None:
    letter = LetterFactory(state=LetterState.QUEUED if has_mail else LetterState.APPROVED)
    if has_mail:
        OutboundFactory(letter=letter, message_id=name_of(letter))
    left(name_of(letter))
    left(message_ids.of_mail(letter.pk, Purpose.COPY))
    recover.recover()
    copies = Outbound.objects.filter(purpose=Purpose.COPY)
    assert [copy.state for copy in copies] == ["sent"]


def test_a_confirmation_mail_that_left_is_not_sent_again() -> None:
    letter = LetterFactory(state=LetterState.AWAITING)
    mail = rows.write(Purpose.CONFIRM, letter.submission)
    left(mail.message_id)
    recover.recover()
    mail.refresh_from_db()
    assert mail.state == OutboundState.SENT


def test_a_letter_whose_confirmation_was_lost_is_named_and_left_alone() -> None:
    letter = LetterFactory(state=LetterState.AWAITING)
    left(name_of(letter))
    found = recover.recover()
    assert found is not None
    assert (found.unconfirmed, states(letter)) == ([letter.number], ("awaiting_confirmation", []))


def test_a_letter_that_disagrees_with_its_mail_stops_no_other() -> None:
    odd = OutboundFactory(letter__state=LetterState.WITHDRAWN)
    good = OutboundFactory(letter__state=LetterState.QUEUED)
    for outbound in (odd, good):
        left(outbound.message_id)
    recover.recover()
    assert (states(about(odd)), states(about(good))) == (
        ("withdrawn", ["queued"]), ("sent", ["sent"]),
    )  # fmt: skip


def test_where_nobody_can_tell_nothing_changes(settings: Settings) -> None:
    settings.RECONCILE = ""
    outbound = OutboundFactory(letter__state=LetterState.QUEUED)
    assert recover.recover() is None
    assert states(about(outbound)) == ("queued", ["queued"])


def test_nothing_is_looked_up_while_workers_work(db: None) -> None:
    with pytest.raises(NotAllowed):
        site_delivery.find_what_left()


def test_a_restored_site_sends_nothing_twice(client: Client) -> None:
    """The drill: the database goes back to before its letter left; files and mailbox do not."""
    sign_and_confirm(client, make_world())
    backup = transaction.savepoint()
    work()
    there = sorted(str(mail["Message-ID"]) for mail in mails())
    transaction.savepoint_rollback(backup)
    gate.forget()  # as a process that starts anew

    work()
    assert SiteDelivery.objects.get(pk=1).reason == "restored"
    assert Letter.objects.get().state != LetterState.SENT

    site_delivery.find_what_left()
    site_delivery.resume()
    empty(Path(settings.MAILBOX_DIR))
    work()
    assert Letter.objects.get().state == LetterState.SENT
    assert (len(there), [str(mail["Message-ID"]) for mail in mails()]) == (3, [])


def empty(folder: Path) -> None:
    """Take the mails away, so that one that is sent again is seen: it would be the same file."""
    for file in folder.glob("*.eml"):
        file.unlink()


def test_a_restored_site_sends_what_did_not_leave(client: Client) -> None:
    sign_and_confirm(client, make_world())
    site_delivery.pause(restored=True)
    work()
    assert len(mails()) == 1  # the confirmation, before the pause
    site_delivery.find_what_left()
    site_delivery.resume()
    work()
    assert (Letter.objects.get().state, len(mails())) == (LetterState.SENT, 3)
