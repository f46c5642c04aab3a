"""What a person may send again, and what is a worker's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from letters.actions.dispatch import (
    cancel_mail,
    mark_letter_sent,
    mark_sent,
    queue_again,
    release,
)
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Decision, Digest, Letter, Move, Outbound
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


@pytest.mark.parametrize("state", [LetterState.QUEUED, LetterState.IN_REVIEW, LetterState.SENT])
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


def test_bounced_letter_is_released_and_its_bounced_mail_stays(organiser: User) -> None:
    mail = mail_in(OutboundState.BOUNCED, sent_at=timezone.now())
    assert mail.letter is not None
    release(mail.letter, by=organiser)
    assert Outbound.objects.get().state == OutboundState.BOUNCED
    assert Letter.objects.get().state == LetterState.APPROVED


@pytest.mark.django_db(transaction=True)
def test_released_letter_loses_its_old_pdf_and_its_time(organiser: User) -> None:
    name = default_storage.save("letter.pdf", ContentFile(b"%PDF"))
    letter = LetterFactory(
        state=LetterState.BOUNCED, sent_at=timezone.now(), pdf=name, pdf_sha256="x", pdf_bytes=4
    )
    release(letter, by=organiser)
    letter = Letter.objects.get()
    assert (letter.pdf, letter.pdf_sha256, letter.pdf_bytes) == ("", "", 0)
    assert (letter.sent_at, default_storage.exists(name)) == (None, False)


def test_letter_whose_text_was_deleted_meanwhile_is_not_released(organiser: User) -> None:
    letter = LetterFactory(state=LetterState.BOUNCED, sent_at=timezone.now())
    Letter.objects.update(content=None)
    with pytest.raises(NotAllowed, match=r"^Its text was deleted"):
        release(letter, by=organiser)
    assert Letter.objects.get().state == LetterState.BOUNCED


@pytest.mark.parametrize("state", [OutboundState.HELD, OutboundState.FAILED, OutboundState.UNKNOWN])
def test_mail_that_arrived_after_all_is_marked_with_evidence_and_the_writer_gets_a_copy(
    organiser: User, state: OutboundState
) -> None:
    mail = mail_in(state)
    mark_sent(mail, by=organiser, evidence="The office said so.")
    mail.refresh_from_db()
    letter = Letter.objects.get()
    assert (mail.state, letter.state) == (OutboundState.SENT, LetterState.SENT)
    assert None not in (mail.sent_at, letter.sent_at)
    decision = Decision.objects.values_list("outcome", "reason", "by__username").get()
    assert decision == ("sent", "The office said so.", "organiser")
    moves = Move.objects.filter(to_state="sent").values_list("actor", "by", "reason")
    assert list(moves) == [("organiser", organiser.pk, "The office said so.")] * 2
    assert Outbound.objects.filter(purpose=Purpose.COPY, letter=letter).count() == 1


@pytest.mark.parametrize("state", [OutboundState.QUEUED, OutboundState.SENT])
def test_mail_that_did_not_stop_is_not_marked_as_sent(
    organiser: User, state: OutboundState
) -> None:
    sent_at = timezone.now() if state == OutboundState.SENT else None
    mail = mail_in(state, sent_at=sent_at)
    for decide in (mark_sent, lambda *_, **values: cancel_mail(mail, by=organiser, reason="x")):
        with pytest.raises(NotAllowed):
            decide(mail, by=organiser, evidence="x")
    assert (Outbound.objects.get().state, Decision.objects.count()) == (state, 0)


def test_without_evidence_nothing_is_marked_as_sent(organiser: User) -> None:
    mail = mail_in(OutboundState.HELD)
    with pytest.raises(IntegrityError), transaction.atomic():
        mark_sent(mail, by=organiser, evidence="")
    assert Outbound.objects.get().state == OutboundState.HELD


def test_mail_is_taken_back_with_its_letter(organiser: User) -> None:
    cancel_mail(mail_in(OutboundState.FAILED), by=organiser, reason="The writer asked.")
    assert Outbound.objects.get().state == OutboundState.CANCELLED
    assert Letter.objects.get().state == LetterState.WITHDRAWN
    assert Decision.objects.get().outcome == Decision.Outcome.WITHDRAWN


def test_letter_handed_over_on_paper_is_marked_as_sent(organiser: User) -> None:
    letter = LetterFactory(state=LetterState.HELD, hold_reason=HoldReason.HANDOVER)
    mark_letter_sent(letter, by=organiser, evidence="Receipt 12 of 4 May.")
    assert (Letter.objects.get().state, Letter.objects.get().hold_reason) == ("sent", "")
    assert Decision.objects.get().reason == "Receipt 12 of 4 May."


def test_bounced_letter_that_arrived_keeps_the_time_it_was_sent(organiser: User) -> None:
    sent_at = timezone.now() - timedelta(days=3)
    letter = LetterFactory(state=LetterState.BOUNCED, sent_at=sent_at)
    mark_letter_sent(letter, by=organiser, evidence="They answered.")
    assert (Letter.objects.get().state, Letter.objects.get().sent_at) == ("sent", sent_at)


def digest_of(count: int, state: OutboundState = OutboundState.HELD) -> Outbound:
    letters = [
        LetterFactory(state=LetterState.HELD, hold_reason=HoldReason.REFUSED) for _ in range(count)
    ]
    first = letters[0]
    assert first.office is not None
    mail = OutboundFactory(
        purpose=Purpose.DIGEST, letter=None, submission=None, language="en", state=state,
        campaign=first.campaign, office=first.office,
    )  # fmt: skip
    digest = Digest.objects.create(
        outbound=mail, campaign=first.campaign, office=first.office, day=timezone.now().date()
    )
    Letter.objects.update(digest=digest)
    return mail


@pytest.mark.parametrize(
    ("decide", "mail_state", "letter_state"),
    [
        (lambda mail, by: queue_again(mail, by=by), "queued", "queued"),
        (lambda mail, by: mark_sent(mail, by=by, evidence="Seen."), "sent", "sent"),
        (lambda mail, by: cancel_mail(mail, by=by, reason="No."), "cancelled", "withdrawn"),
    ],
)
def test_letters_of_a_digest_go_with_its_mail(
    organiser: User, decide: Any, mail_state: str, letter_state: str
) -> None:
    mail = digest_of(2)
    decide(mail, organiser)
    assert Outbound.objects.get(pk=mail.pk).state == mail_state
    assert list(Letter.objects.values_list("state", flat=True)) == [letter_state] * 2
    assert Decision.objects.count() == 2


@pytest.mark.parametrize(
    ("decide", "there"),
    [
        (lambda mail, by: queue_again(mail, by=by), "queued"),
        (lambda mail, by: cancel_mail(mail, by=by, reason="No."), "withdrawn"),
    ],
)
def test_stuck_digest_can_be_left_though_a_letter_is_there_already(
    organiser: User, decide: Any, there: str
) -> None:
    mail = digest_of(2)
    Letter.objects.filter(pk=Letter.objects.all()[0].pk).update(state=there, hold_reason="")
    decide(mail, organiser)
    assert list(Letter.objects.values_list("state", flat=True)) == [there] * 2


@pytest.mark.parametrize(
    "decide",
    [
        lambda mail, by: queue_again(mail, by=by),
        lambda mail, by: mark_sent(mail, by=by, evidence="Seen."),
        lambda mail, by: cancel_mail(mail, by=by, reason="No."),
        lambda mail, by: release(mail.letter, by=by),
        lambda mail, by: mark_letter_sent(mail.letter, by=by, evidence="Seen."),
    ],
)
def test_mails_are_locked_before_letters(organiser: User, decide: Any) -> None:
    mail = mail_in(OutboundState.HELD)
    with CaptureQueriesContext(connection) as queries:
        decide(mail, organiser)
    tables = [
        query["sql"].split()[1].strip('"') for query in queries if "UPDATE" in query["sql"][:6]
    ]
    assert (tables[0], "letters_letter" in tables) == ("letters_outbound", True)


def test_one_letter_of_a_digest_that_waits_is_decided_with_the_others(organiser: User) -> None:
    digest_of(2)
    letter = Letter.objects.all()[0]
    for decide in (
        lambda: release(letter, by=organiser),
        lambda: mark_letter_sent(letter, by=organiser, evidence="Seen."),
    ):
        with pytest.raises(NotAllowed, match="one of a digest"):
            decide()
    assert set(Letter.objects.values_list("state", flat=True)) == {LetterState.HELD}
