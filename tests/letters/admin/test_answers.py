"""Answers and reports at the desk: read, entered from paper, and closed to others."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Answer, AnswerFile, DeliveryReport, Letter, Outbound
from letters.returns import answers
from letters.returns.files import File
from tests.factories.letters import LetterFactory, OutboundFactory
from tests.letters.admin.desk import client_of, page_of, post, said, text_of, user_with

pytestmark = pytest.mark.django_db
ADD, LIST = reverse("admin:letters_answer_add"), reverse("admin:letters_answer_changelist")
REPORTS = reverse("admin:letters_deliveryreport_changelist")


@pytest.fixture
def letter() -> Letter:
    now = timezone.now()
    letter = LetterFactory(state=LetterState.SENT, sent_at=now)
    OutboundFactory(letter=letter, state=OutboundState.SENT, sent_at=now)
    return letter


def enter(desk: Client, letter: Letter, **changes: Any) -> Any:
    day = letter.campaign.today().isoformat()
    data = {
        "number": letter.number.lower(), "channel": "paper", "day": day, "subject": "Your letter",
        "text": "We stay.", **changes,
    }  # fmt: skip
    return desk.post(ADD, data)


def test_answer_on_paper_is_entered(desk: Client, letter: Letter, organiser: User) -> None:
    scan = SimpleUploadedFile("../scan.pdf", b"%PDF-1.7 x")
    assert enter(desk, letter, scan=scan).status_code == 302
    answer, file = Answer.objects.get(), AnswerFile.objects.get()
    assert (answer.letter, answer.text, answer.entered_by) == (letter, "We stay.", organiser)
    assert (file.name, file.media_type, file.size) == ("scan.pdf", "application/pdf", 10)
    assert Letter.objects.get().state == LetterState.ANSWERED


def test_scan_without_an_ending_gets_its_own(desk: Client, letter: Letter) -> None:
    enter(desk, letter, scan=SimpleUploadedFile("scan", b"\xff\xd8\xff\xe0"))
    file = AnswerFile.objects.get()
    assert (file.name, file.media_type) == ("scan.jpg", "image/jpeg")


def test_entered_answer_is_passed_on_and_noted(
    desk: Client, letter: Letter, organiser: User
) -> None:
    enter(desk, letter)
    assert Outbound.objects.filter(purpose=Purpose.ANSWER).count() == 1
    move = letter.moves.get(to_state=LetterState.ANSWERED)
    assert (move.actor, move.by, LogEntry.objects.count()) == ("organiser", organiser, 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": "AAAA-AAA"}, "There is no letter with this number."),
        ({"day": "2099-01-01"}, "This day is still to come."),
        ({"text": ""}, "Enter the answer’s text, or add a scan."),
        ({"scan": SimpleUploadedFile("a.pdf", b"MZ")}, "The scan must be a PDF, JPEG or PNG file."),
    ],
)
def test_wrong_entry_is_explained(
    desk: Client, letter: Letter, changes: dict[str, Any], said: str
) -> None:
    page = enter(desk, letter, **changes)
    assert said.replace("’", "&#x27;") in text_of(page)
    assert Answer.objects.count() == 0


def test_letter_that_is_not_sent_has_no_answer(desk: Client) -> None:
    page = enter(desk, LetterFactory(state=LetterState.APPROVED))
    assert "This letter isn&#x27;t sent." in text_of(page)


def test_letters_page_shows_its_answers_and_the_way_to_enter_one(
    desk: Client, letter: Letter
) -> None:
    enter(desk, letter)
    page = text_of(desk.get(page_of(letter)))
    assert f'href="{ADD}?letter={letter.number}"' in page
    assert reverse("admin:letters_answer_change", args=[Answer.objects.get().pk]) in page
    assert f'value="{letter.number}"' in text_of(desk.get(f"{ADD}?letter={letter.number}"))


def test_file_of_an_answer_is_saved_by_those_who_may(desk: Client, letter: Letter) -> None:
    enter(desk, letter, scan=SimpleUploadedFile("s.png", b"\x89PNG\r\n\x1a\n<script>"))
    address = reverse("admin:letters_answer_file", args=[AnswerFile.objects.get().pk])
    got = desk.get(address)
    assert b"".join(got.streaming_content) == b"\x89PNG\r\n\x1a\n<script>"  # type: ignore[attr-defined]
    assert got["Content-Disposition"] == 'attachment; filename="s.png"'
    assert client_of(user_with("view_letter")).get(address).status_code == 403


def unproven(letter: Letter) -> Answer:
    told = answers.Told(
        channel="mail", received_at=timezone.now(), sender="pm@gov.example", text="We leave.",
        files=[File("a.pdf", "application/pdf", b"%PDF-")], proven=False,
    )  # fmt: skip
    return answers.record(letter, told)


def test_unproven_answer_is_taken(desk: Client, letter: Letter, organiser: User) -> None:
    answer = unproven(letter)
    page = reverse("admin:letters_answer_change", args=[answer.pk])
    assert "Anybody may have written this" in text_of(desk.get(page))
    assert "unproven" in text_of(desk.get(page_of(letter)))
    post(desk, LIST, "take", [answer])
    answer.refresh_from_db()
    assert (answer.standing, answer.passed_on) == (Answer.Standing.TAKEN, True)
    assert letter.moves.get(to_state=LetterState.ANSWERED).by == organiser
    assert "Anybody may have written this" not in text_of(desk.get(page))


def test_unproven_answer_is_refused(desk: Client, letter: Letter) -> None:
    answer = unproven(letter)
    post(desk, LIST, "refuse", [answer])
    answer.refresh_from_db()
    assert (answer.standing, answer.text, answer.files.count()) == (Answer.Standing.REFUSED, "", 0)
    assert Letter.objects.get().state == LetterState.SENT
    page = post(desk, LIST, "take", [answer])
    assert said(page) == [f"{letter.number}: It is decided already."]
    answer.refresh_from_db()
    assert answer.standing == Answer.Standing.REFUSED


def test_unproven_answer_is_decided_by_those_who_may(letter: Letter) -> None:
    answer = unproven(letter)
    post(client_of(user_with("view_answer", "view_letter")), LIST, "take", [answer])
    answer.refresh_from_db()
    assert answer.standing == Answer.Standing.UNPROVEN


@pytest.mark.parametrize("address", [LIST, ADD, REPORTS])
def test_reviewers_see_no_answers_and_no_reports(address: str) -> None:
    assert client_of(user_with("review_letters")).get(address).status_code == 403


def test_report_is_looked_at_only(desk: Client, letter: Letter) -> None:
    report = DeliveryReport.objects.create(
        outbound=letter.outbounds.get(), kind="bounced", source="mail", key="k", status="5.1.1",
        text="<script>no such user</script>", at=timezone.now(),
    )  # fmt: skip
    assert "&lt;script&gt;no such user" in text_of(desk.get(REPORTS))
    page = reverse("admin:letters_deliveryreport_change", args=[report.pk])
    assert desk.post(page, {"status": "2.0.0"}).status_code == 403


def test_answer_is_looked_at_only(desk: Client, letter: Letter) -> None:
    enter(desk, letter)
    page = reverse("admin:letters_answer_change", args=[Answer.objects.get().pk])
    assert "We stay." in text_of(desk.get(page))
    assert desk.post(page, {"text": "We leave."}).status_code == 403
