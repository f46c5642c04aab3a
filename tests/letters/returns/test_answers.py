"""Answers of offices: kept on the letter, passed on to who wants them, and to nobody else."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone

from letters import retention
from letters.delivery.message import build
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import (
    Answer,
    AnswerFile,
    DeliveryReport,
    Letter,
    Outbound,
    Submission,
    Suppression,
)
from letters.rendering.passed_on import kind_of
from letters.return_address import answer_address, return_path
from letters.returns.receive import Outcome, take
from tests.factories.letters import OutboundFactory
from tests.letters.returns.mail import message

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 the minister's words"


def to_letter(letter: Letter, text: str = "Thank you.\n\nWe stay.", **headers: Any) -> EmailMessage:
    return message(answer_address(letter.number) or "", text, **headers)


def answer(letter: Letter, text: str = "Thank you.\n\nWe stay.", **headers: Any) -> Outcome:
    return take(to_letter(letter, text, **headers).as_bytes())


def with_pdf(letter: Letter, name: str = "answer.pdf") -> bytes:
    mail = to_letter(letter)
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()


def by_message_id(sent: Outbound, file: bytes = b"", **headers: Any) -> Outcome:
    mail = message("help@sample.example", in_reply_to=sent.message_id, **headers)
    if file:
        mail.add_attachment(file, maintype="application", subtype="pdf", filename="a.pdf")
    return take(mail.as_bytes())


def mails_to_writer() -> list[Outbound]:
    return list(Outbound.objects.filter(purpose=Purpose.ANSWER))


def test_answer_is_kept_on_its_letter(letter: Letter) -> None:
    assert answer(letter) is Outcome.ANSWER
    kept = Answer.objects.get()
    assert (kept.letter, kept.channel, kept.sender) == (letter, "mail", "office@gov.example")
    assert (kept.subject, kept.text) == (
        "Re: Please stay in the Convention",
        "Thank you.\n\nWe stay.",
    )
    assert Letter.objects.get().state == LetterState.ANSWERED


def test_answer_reaches_the_writer_as_it_came(letter: Letter) -> None:
    take(with_pdf(letter))
    [mail] = mails_to_writer()
    envelope, raw = build(mail)
    assert envelope.recipient == letter.submission.email
    assert b"> We stay." in raw
    assert b'filename="answer.pdf"' in raw
    assert Answer.objects.get().passed_on is True


def test_same_answer_twice_is_one(letter: Letter) -> None:
    assert [answer(letter), answer(letter)] == [Outcome.ANSWER, Outcome.KNOWN]
    assert len(mails_to_writer()) == 1


def test_one_message_may_answer_two_letters(letter: Letter) -> None:
    other = OutboundFactory(
        state=OutboundState.SENT, sent_at=letter.sent_at, attempts=1,
        letter__state=LetterState.SENT, letter__sent_at=letter.sent_at,
    ).letter  # fmt: skip
    assert other is not None
    assert [answer(letter), answer(other)] == [Outcome.ANSWER, Outcome.ANSWER]


@pytest.mark.parametrize(
    ("field", "value"), [("wants_answer", False), ("email", ""), ("state", "erased")]
)
def test_answer_goes_to_nobody_who_does_not_want_it(
    letter: Letter, field: str, value: object
) -> None:
    if value == "erased":
        retention.erase(letter.submission, actor="test")
    else:
        Submission.objects.update(**{field: value})
    answer(letter)
    assert (mails_to_writer(), Answer.objects.get().passed_on) == ([], False)


def test_answer_goes_to_no_suppressed_mailbox(letter: Letter) -> None:
    Suppression.objects.create(signer=letter.submission.signer, reason="bounced")
    answer(letter)
    assert mails_to_writer() == []


def test_erased_writer_leaves_no_words_of_an_answer(letter: Letter) -> None:
    retention.erase(letter.submission, actor="test")
    take(with_pdf(letter))
    kept = Answer.objects.get()
    assert (kept.sender, kept.subject, kept.text, kept.files.count()) == ("", "", "", 0)
    assert Letter.objects.get().state == LetterState.ANSWERED


def test_erasing_takes_the_answer_and_its_files(
    letter: Letter, django_capture_on_commit_callbacks: Any
) -> None:
    take(with_pdf(letter))
    path = AnswerFile.objects.get().file
    assert default_storage.exists(path)
    with django_capture_on_commit_callbacks(execute=True):
        retention.erase(Submission.objects.get(), actor="test")
    kept = Answer.objects.get()
    assert (kept.sender, kept.text, kept.files.count()) == ("", "", 0)
    assert default_storage.exists(path) is False


def test_attachment_is_kept_with_its_fingerprint(letter: Letter) -> None:
    take(with_pdf(letter, "../../Ärä/ans\u202ewer.pdf"))
    file = AnswerFile.objects.get()
    with default_storage.open(file.file) as stored:
        assert stored.read() == PDF
    assert (file.name, file.media_type, file.size) == (
        "Ärä-answer.pdf",
        "application/pdf",
        len(PDF),
    )
    assert file.file.startswith(f"{letter.campaign.slug}/answers/{letter.number}-")


DOCX, DOC = b"PK\x03\x04 word/document.xml", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("name", "media_type", "content"),
    [
        ("a.exe", "application/x-msdownload", b"MZ"),
        ("Answer.pdf.exe", "application/pdf", PDF),
        ("answer.pdf", "application/pdf", b"MZ" + PDF),
        ("letter.html", "image/png", b"<script>"),
        ("letter.png", "image/png", b"<script>"),
        ("answer.pdf", "image/png", PDF),
        ("reply.docm", "application/msword", DOCX),
        ("reply.docx", WORD, DOCX + b" word/vbaProject.bin"),
        ("reply.doc", "application/msword", DOC + "_VBA_PROJECT".encode("utf-16-le")),
        ("reply.odt", "application/vnd.oasis.opendocument.text", DOCX),
    ],
)
def test_what_could_harm_is_not_passed_on(
    letter: Letter, name: str, media_type: str, content: bytes
) -> None:
    mail = to_letter(letter)
    main, _, sub = media_type.partition("/")
    mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    take(mail.as_bytes())
    kept = AnswerFile.objects.get()
    assert (kept.name, kept.media_type) == (f"{name}.bin", "application/octet-stream")
    raw = build(mails_to_writer()[0])[1].replace(b"=\r\n", b"")
    assert name.encode() not in raw
    assert b"1 file of the answer is of a kind that could harm a computer." in raw


@pytest.mark.parametrize(
    ("name", "claimed", "content", "kind"),
    [
        ("A.PDF", "application/octet-stream", PDF, "application/pdf"),
        ("a.docx", WORD, DOCX, WORD),
        ("a.doc", "application/msword", DOC, "application/msword"),
        ("a.tif", "image/tiff", b"II*\0", "image/tiff"),
        ("a.jpeg", "image/jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
    ],
)
def test_documents_and_pictures_are_known(
    name: str, claimed: str, content: bytes, kind: str
) -> None:
    assert kind_of(name, claimed, content) == kind


def test_html_only_answer_becomes_text(letter: Letter) -> None:
    mail = to_letter(letter)
    mail.set_content("<p>Dear&nbsp;Mari,</p><script>x()</script><p>We <b>stay</b>.</p>", "html")
    take(mail.as_bytes())
    assert Answer.objects.get().text == "Dear\xa0Mari,\n\nWe stay."


def test_answers_words_are_never_markup(letter: Letter) -> None:
    answer(letter, "<img src=x onerror=alert(1)> {{ 7|add:7 }}")
    raw = build(mails_to_writer()[0])[1].decode()
    assert "<img src" not in raw.partition("text/html")[2].replace("=\r\n", "")


def test_answer_to_the_return_path_counts_too(sent: Outbound) -> None:
    assert take(message(return_path(sent.id) or "").as_bytes()) is Outcome.ANSWER


def test_answer_known_by_its_message_id_alone_waits_for_a_person(sent: Outbound) -> None:
    assert by_message_id(sent) is Outcome.UNPROVEN
    kept = Answer.objects.get()
    assert (kept.standing, kept.text) == (Answer.Standing.UNPROVEN, "Thank you for your letter.")
    assert (Letter.objects.get().state, mails_to_writer()) == (LetterState.SENT, [])


def test_unproven_answers_take_no_room_from_proven_ones(
    sent: Outbound, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("letters.returns.receive.UNPROVEN_BYTES_OF_A_LETTER", 50)
    told = [by_message_id(sent, PDF, message_id=f"<{n}@x.example>") for n in range(6)]
    assert told == [Outcome.UNPROVEN] * 5 + [Outcome.FORGED]
    assert AnswerFile.objects.count() == 1
    assert take(with_pdf(letter)) is Outcome.ANSWER
    assert AnswerFile.objects.count() == 2


def test_files_of_all_answers_together_have_a_limit(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("letters.returns.receive.FILE_BYTES_OF_A_LETTER", len(PDF))
    take(with_pdf(letter))
    mail = to_letter(letter, message_id="<second@gov.example>")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="b.pdf")
    take(mail.as_bytes())
    assert AnswerFile.objects.get().name == "answer.pdf"
    note = "[Note: 1 attachment was one too many or too large and was not kept.]"
    assert Answer.objects.last().text.endswith(note)  # type: ignore[union-attr]


def test_answer_does_not_tell_the_writer_where_offices_answer(letter: Letter) -> None:
    address = answer_address(letter.number) or ""
    answer(letter, f"We stay.\n\n> To: <{address}>", subject=f"Re: {address.upper()}")
    kept = Answer.objects.get()
    assert (kept.subject, kept.text) == (
        "Re: LETTERS+…@NGO.EXAMPLE",
        "We stay.\n\n> To: <letters+…@ngo.example>",
    )


def test_unproven_answer_is_refused_by_time(sent: Outbound) -> None:
    by_message_id(sent, PDF)
    with time_machine.travel(timezone.now() + retention.TEXT_KEPT + timedelta(minutes=1)):
        retention.run()
    kept = Answer.objects.get()
    assert (kept.standing, kept.text, kept.files.count()) == (Answer.Standing.REFUSED, "", 0)


def test_answer_by_message_id_from_elsewhere_is_forged(sent: Outbound) -> None:
    raw = message("help@sample.example", in_reply_to=sent.message_id, sender="x@evil.example")
    assert take(raw.as_bytes()) is Outcome.FORGED
    assert (Answer.objects.count(), Letter.objects.get().state) == (0, LetterState.SENT)


def test_writer_cannot_answer_for_the_office(letter: Letter) -> None:
    assert answer(letter, sender=letter.submission.email) is Outcome.FORGED
    assert Letter.objects.get().state == LetterState.SENT


def test_answer_to_a_made_up_address_is_forged(letter: Letter) -> None:
    forged = f"letters+r.{letter.number.replace('-', '').lower()}.{'a' * 16}@ngo.example"
    assert take(message(forged).as_bytes()) is Outcome.FORGED
    assert Answer.objects.count() == 0


def test_answer_that_a_ticket_system_marked_as_bulk_is_one(sent: Outbound, letter: Letter) -> None:
    headers = {"precedence": "bulk", "in_reply_to": sent.message_id}
    assert answer(letter, **headers) is Outcome.ANSWER


def test_bounced_letter_may_be_answered_after_all(letter: Letter) -> None:
    Letter.objects.update(state=LetterState.BOUNCED)
    answer(letter)
    assert Letter.objects.get().state == LetterState.ANSWERED


def test_answer_proves_that_an_unknown_letter_arrived() -> None:
    mail = OutboundFactory(state="unknown", letter__state="unknown", attempts=1)
    assert mail.letter is not None
    answer(mail.letter)
    mail.refresh_from_db()
    assert (mail.state, Letter.objects.get().state) == ("sent", "answered")


def test_two_machines_that_answer_each_other_fill_no_mailbox(letter: Letter) -> None:
    for number in range(60):
        answer(letter, message_id=f"<ping-{number}@gov.example>")
    assert (len(mails_to_writer()), Answer.objects.count()) == (5, 50)
    said = DeliveryReport.objects.values_list("text", flat=True)
    assert set(said) == {"one answer too many"}


def test_too_many_attachments_are_said_to_be_missing(letter: Letter) -> None:
    mail = to_letter(letter)
    for number in range(22):
        mail.add_attachment(b"x", maintype="application", subtype="pdf", filename=f"{number}.pdf")
    take(mail.as_bytes())
    assert AnswerFile.objects.count() == 20
    assert (
        "[Note: 2 attachments were too many or too large and were not kept.]"
        in Answer.objects.get().text
    )


def test_small_pictures_of_a_signature_are_no_files(letter: Letter) -> None:
    mail = to_letter(letter)
    mail.add_related(b"\x89PNG", maintype="image", subtype="png", cid="<logo>", filename="l.png")
    take(mail.as_bytes())
    assert AnswerFile.objects.count() == 0


def test_attached_mail_is_kept_whole(letter: Letter) -> None:
    inner = message("a@b.example", "Inner words", subject="Inner")
    mail = to_letter(letter)
    mail.add_attachment(inner)
    take(mail.as_bytes())
    file = AnswerFile.objects.get()
    with default_storage.open(file.file) as stored:
        assert b"Inner words" in stored.read()
    assert "Inner words" not in Answer.objects.get().text


def test_failed_answer_leaves_no_file_behind(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("letters.returns.answers._mark_answered", lambda *_: 1 / 0)
    assert take(with_pdf(letter)) is Outcome.UNREADABLE
    _, files = default_storage.listdir(f"{letter.campaign.slug}/answers")
    assert (files, Answer.objects.count()) == ([], 0)


def test_answers_lose_their_words_with_time(letter: Letter) -> None:
    take(with_pdf(letter))
    with time_machine.travel(timezone.now() + retention.TEXT_KEPT + timedelta(minutes=1)):
        assert retention.run().returned_mail == 1
    kept = Answer.objects.get()
    assert (kept.text, kept.files.count(), kept.letter) == ("", 0, letter)


def test_old_answer_on_paper_is_kept_from_the_day_it_was_entered(letter: Letter) -> None:
    answer(letter)
    Answer.objects.update(received_at=letter.created_at - 3 * retention.TEXT_KEPT)
    assert retention.run().returned_mail == 0
    assert Answer.objects.get().text == "Thank you.\n\nWe stay."
