"""What follows from a report: for the mail, its letter, its address, its form."""

from __future__ import annotations

import pytest
from django.utils import timezone

from letters.enums import LetterState, OutboundState, Purpose, SubmissionState
from letters.models import (
    DeliveryReport,
    Digest,
    Letter,
    Move,
    Outbound,
    Submission,
    Suppression,
)
from letters.return_address import answer_address, return_path
from letters.returns.receive import Outcome, take
from letters.returns.reports import TooEarly
from tests.factories.letters import LetterFactory, OutboundFactory, SubmissionFactory
from tests.letters.returns.mail import RECIPIENT, bounce, message

pytestmark = pytest.mark.django_db
HARD, SOFT, FULL, POLICY, ELSEWHERE, DELIVERED = "01", "03", "05", "06", "08", "07"


def back(outbound: Outbound, name: str = HARD) -> Outcome:
    return take(bounce(name, return_path(outbound.id) or "", outbound.recipient))


def mail_in(state: str, **values: object) -> Outbound:
    """Return a mail to an office in a state that the letter shares."""
    hold = "unknown" if state == "held" else ""
    times = {"claim_token": "x", "lease_until": timezone.now()} if state == "sending" else {}
    return OutboundFactory(
        letter__state=state, letter__hold_reason=hold, state=state, recipient=RECIPIENT,
        **{"attempts": 1, **times, **values},
    )  # fmt: skip


def to_supporter(
    purpose: str = Purpose.CONFIRM, state: str = SubmissionState.AWAITING, **values: object
) -> Outbound:
    letter_state = LetterState.AWAITING if state == SubmissionState.AWAITING else LetterState.SENT
    letter = LetterFactory(
        submission__state=state, submission__email="mari@post.example", state=letter_state
    )
    return OutboundFactory(
        letter=None if purpose == Purpose.CONFIRM else letter, submission=letter.submission,
        purpose=purpose, state=OutboundState.SENT, sent_at=timezone.now(), attempts=1,
        recipient="mari@post.example", mailbox=letter.submission.signer, language="en", **values,
    )  # fmt: skip


def test_hard_bounce_shows_on_the_letter_and_stops_the_address(sent: Outbound) -> None:
    assert back(sent) is Outcome.REPORT
    sent.refresh_from_db()
    letter = Letter.objects.get()
    assert letter.office is not None
    assert (sent.state, letter.state) == (OutboundState.BOUNCED, LetterState.BOUNCED)
    assert letter.office.routes.get().stopped is True
    assert DeliveryReport.objects.get().applied is True


def test_every_move_by_a_report_is_written_down(sent: Outbound) -> None:
    back(sent)
    moves = Move.objects.order_by("id").values_list("from_state", "to_state", "actor")
    assert list(moves) == [("sent", "bounced", "report"), ("sent", "bounced", "report")]


def test_soft_bounce_is_written_down_and_changes_nothing(sent: Outbound) -> None:
    assert back(sent, SOFT) is Outcome.REPORT
    assert Letter.objects.get().state == LetterState.SENT
    report = DeliveryReport.objects.get()
    assert (report.kind, report.applied) == (DeliveryReport.Kind.DELAYED, False)


@pytest.mark.parametrize("name", [FULL, POLICY, ELSEWHERE])
def test_bounce_that_is_not_about_the_address_leaves_it_in_use(sent: Outbound, name: str) -> None:
    back(sent, name)
    letter = Letter.objects.get()
    assert letter.office is not None
    assert (letter.state, letter.office.routes.get().stopped) == (LetterState.BOUNCED, False)


def test_same_report_twice_is_one(sent: Outbound) -> None:
    assert [back(sent), back(sent)] == [Outcome.REPORT, Outcome.KNOWN]
    assert DeliveryReport.objects.count() == 1


def test_second_bounce_of_a_bounced_letter_changes_nothing(sent: Outbound) -> None:
    back(sent)
    assert back(sent, "09") is Outcome.REPORT
    assert DeliveryReport.objects.filter(applied=True).count() == 1


def test_forged_bounce_changes_nothing(sent: Outbound) -> None:
    made_up = f"letters+b.{'a' * 42}@ngo.example"
    assert take(bounce(HARD, made_up)) is Outcome.FORGED
    assert Letter.objects.get().state == LetterState.SENT
    report = DeliveryReport.objects.get()
    assert (report.kind, report.outbound, report.text) == (
        DeliveryReport.Kind.FORGED, None, "bounced, unproven",
    )  # fmt: skip


@pytest.mark.parametrize("name", [HARD, DELIVERED, "29"])
def test_report_to_the_address_for_answers_is_only_noted(sent: Outbound, name: str) -> None:
    assert sent.letter is not None
    assert take(bounce(name, answer_address(sent.letter.number) or "")) is Outcome.FORGED
    letter, report = Letter.objects.get(), DeliveryReport.objects.get()
    assert letter.office is not None
    assert (letter.state, letter.office.routes.get().stopped) == (LetterState.SENT, False)
    assert (report.outbound, report.applied) == (sent, False)


def test_report_for_a_mail_in_a_workers_hands_comes_too_early() -> None:
    with pytest.raises(TooEarly):
        back(mail_in("sending"))
    assert DeliveryReport.objects.count() == 0


@pytest.mark.parametrize("state", ["unknown", "queued", "held"])
def test_bounce_settles_what_was_unknown(state: str) -> None:
    mail = mail_in(state)
    back(mail)
    mail.refresh_from_db()
    assert (mail.state, Letter.objects.get().state) == ("bounced", "bounced")


def test_delivery_report_settles_an_unknown_mail_and_the_writer_gets_a_copy() -> None:
    back(mail_in("unknown"), DELIVERED)
    letter = Letter.objects.get()
    assert (letter.state, letter.sent_at is not None) == (LetterState.SENT, True)
    assert letter.outbounds.filter(purpose=Purpose.COPY).count() == 1


def test_delivery_report_about_a_sent_mail_is_only_written_down(sent: Outbound) -> None:
    back(sent, DELIVERED)
    assert DeliveryReport.objects.get().applied is False
    assert Move.objects.count() == 0


def test_queued_mail_that_was_never_tried_cannot_come_back() -> None:
    back(mail_in("queued", attempts=0))
    assert Letter.objects.get().state == LetterState.QUEUED


def test_bounced_confirmation_is_never_counted() -> None:
    back(to_supporter())
    submission, letter = Submission.objects.get(), Letter.objects.get()
    assert (submission.state, letter.state) == (SubmissionState.EXPIRED, LetterState.EXPIRED)
    assert (submission.email, Letter.objects.counted().count()) == ("", 0)
    assert Suppression.objects.get().reason == "bounced"
    assert letter.moves.get().reason == "bounced"


def test_full_mailbox_is_not_kept_from_writing_again() -> None:
    back(to_supporter(), FULL)
    assert Submission.objects.get().state == SubmissionState.EXPIRED
    assert Suppression.objects.count() == 0


def test_bounced_link_of_a_confirmed_form_changes_nothing() -> None:
    back(to_supporter(state=SubmissionState.CONFIRMED))
    assert Submission.objects.get().state == SubmissionState.CONFIRMED
    assert Suppression.objects.count() == 0


def test_form_that_moved_to_another_address_outlives_the_bounce_of_the_first() -> None:
    mail = to_supporter()
    Submission.objects.update(email="mari@other.example", signer="another")
    back(mail)
    assert Submission.objects.get().state == SubmissionState.AWAITING


def test_bounced_copy_stops_mails_to_the_writer_but_not_the_letter() -> None:
    mail = to_supporter(Purpose.COPY, SubmissionState.CONFIRMED)
    waiting = OutboundFactory(
        letter=mail.letter, purpose=Purpose.ANSWER, mailbox=mail.mailbox, recipient=mail.recipient
    )
    back(mail)
    waiting.refresh_from_db()
    assert (waiting.state, Letter.objects.get().state) == ("cancelled", "sent")
    assert Suppression.objects.get().signer == mail.mailbox


def test_complaint_stops_mails_to_the_writer() -> None:
    back(to_supporter(Purpose.COPY, SubmissionState.CONFIRMED), "29")
    assert Suppression.objects.get().reason == "complaint"
    assert DeliveryReport.objects.get().kind == DeliveryReport.Kind.COMPLAINT


def test_complaint_of_an_office_suppresses_nobody(sent: Outbound) -> None:
    back(sent, "29")
    assert (Suppression.objects.count(), Letter.objects.get().state) == (0, "sent")


def test_bounced_digest_bounces_every_letter_in_it(letter: Letter) -> None:
    other = LetterFactory(
        state=LetterState.SENT, sent_at=timezone.now(), office=letter.office,
        government=letter.government,
    )  # fmt: skip
    mail = Outbound.objects.create(
        purpose=Purpose.DIGEST, office=letter.office, campaign=letter.campaign, language="en",
        state=OutboundState.SENT, sent_at=timezone.now(), recipient=RECIPIENT, attempts=1,
        next_attempt_at=timezone.now(), created_at=timezone.now(), message_id="<d@x.example>",
    )  # fmt: skip
    assert letter.office is not None
    digest = Digest.objects.create(
        outbound=mail, campaign=letter.campaign, office=letter.office, day="2026-11-22"
    )
    Letter.objects.filter(pk__in=[letter.pk, other.pk]).update(digest=digest)
    back(mail)
    assert set(Letter.objects.values_list("state", flat=True)) == {"bounced"}
    assert letter.office.routes.get().stopped is True


def test_report_about_a_mail_that_is_gone_is_written_down() -> None:
    submission = SubmissionFactory()
    assert take(bounce(HARD, return_path(submission.id) or "")) is Outcome.REPORT
    assert DeliveryReport.objects.get().outbound is None


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"x_autoreply": "yes"},
        {"precedence": "auto_reply"},
        {"precedence": "bulk"},
        {"list_id": "<staff.gov.example>"},
        {"return_path": "<>"},
        {"subject": "Automatic reply: Please stay"},
        {"subject": "=?utf-8?q?R=C3=A9ponse_automatique?="},
        {"subject": "Abwesenheitsnotiz: Re: Please stay"},
        {"subject": "RE: Out of Office"},
    ],
)
def test_automatic_reply_is_neither_bounce_nor_answer(
    sent: Outbound, headers: dict[str, str]
) -> None:
    raw = message(return_path(sent.id) or "", "I am away until Monday.", **headers).as_bytes()
    assert take(raw) is Outcome.REPORT
    assert DeliveryReport.objects.get().kind == DeliveryReport.Kind.AUTO_REPLY
    assert Letter.objects.get().state == LetterState.SENT


@pytest.mark.parametrize(
    "headers",
    [
        {"x_letter_id": "K7Q4-M2X"},
        {"message_id": "<l.01a2038d-dd18-73ac-bf07-4ae490f606e5.answer-2@sincerely.example>"},
        {"sender": "letters@sincerely.example"},
    ],
)
def test_our_own_mail_on_its_way_round_is_refused(sent: Outbound, headers: dict[str, str]) -> None:
    raw = message(return_path(sent.id) or "", **headers).as_bytes()
    assert take(raw) is Outcome.UNREADABLE
    assert DeliveryReport.objects.get().text == "a mail loop"


def test_mail_that_went_round_too_often_is_refused(sent: Outbound) -> None:
    raw = message(return_path(sent.id) or "").as_bytes()
    hops = b"Received: from a.example by b.example; Sun, 22 Nov 2026 09:00:00 +0000\n" * 61
    assert take(hops + raw) is Outcome.UNREADABLE
    assert Letter.objects.get().state == LetterState.SENT
