"""The admin's pages: a letter, a form, a mail, with all that happened."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from letters.enums import LetterState, OutboundState, SubmissionState
from letters.models import Attempt, Decision, Move
from letters.moves import move_letter
from tests.factories.letters import LetterFactory, OutboundFactory
from tests.letters.admin.desk import page_of, text_of, to_review

pytestmark = pytest.mark.django_db


def test_a_letters_page_shows_it_whole_with_all_that_happened(
    desk: Client, organiser: User
) -> None:
    letter = to_review()
    move_letter(
        letter, LetterState.RETURNED, actor="reviewer", by=organiser, reason="Shorter, please"
    )
    Decision.objects.create(
        letter=letter, outcome=Decision.Outcome.RETURNED, reason="Shorter, please", by=organiser
    )
    OutboundFactory(letter=letter, last_code=450, last_answer="try later")

    response = desk.get(page_of(letter))

    page = text_of(response)
    assert '<article class="sheet"' in page
    assert "I live near the border." in page
    (event,) = response.context["events"]
    assert (event.about, event.was, event.became) == (
        letter.number,
        "in review",
        "returned to its writer",
    )
    assert (event.actor, event.by, event.reason) == ("a reviewer", "organiser", "Shorter, please")
    assert [decision.reason for decision in response.context["decisions"]] == ["Shorter, please"]
    assert "450 try later" in page


def test_a_submissions_page_has_every_event_in_order(desk: Client) -> None:
    letter = LetterFactory(state=LetterState.APPROVED)
    submission = letter.submission
    outbound = OutboundFactory(letter=letter)
    about: list[dict[str, Any]] = [
        {"to_state": SubmissionState.CONFIRMED, "from_state": SubmissionState.AWAITING},
        {"to_state": LetterState.APPROVED, "letter": letter},
        {"to_state": OutboundState.HELD, "letter": letter, "outbound": outbound},
    ]
    for values in about:
        Move.objects.create(submission=submission, actor="worker", **values)

    response = desk.get(reverse("admin:letters_submission_change", args=[submission.pk]))

    assert [(event.about, event.became) for event in response.context["events"]] == [
        ("form", "signed"),
        ("form", "confirmed"),
        (letter.number, "approved"),
        ("letter to the office", "held"),
    ]
    assert [row.number for row in response.context["letters"]] == [letter.number]


@pytest.mark.parametrize("content", [None])
def test_an_erased_letter_has_a_page_too(desk: Client, content: None) -> None:
    letter = LetterFactory(state=LetterState.SENT, content=content, sent_at=timezone.now())

    page = text_of(desk.get(page_of(letter)))

    assert "No text is kept" in page


def test_an_outbounds_page_shows_its_tries(desk: Client) -> None:
    outbound = OutboundFactory(attempts=1, last_code=421)
    Attempt.objects.create(
        outbound=outbound, number=1, claim_token="x", started_at=timezone.now(), code=421,
        answer="too busy",
    )  # fmt: skip

    page = text_of(desk.get(reverse("admin:letters_outbound_change", args=[outbound.pk])))

    assert "too busy" in page
    assert outbound.message_id.strip("<>") in page


def test_the_pdf_is_streamed_as_an_attachment_that_nothing_keeps(desk: Client) -> None:
    name = default_storage.save("2026/letter.pdf", ContentFile(b"%PDF-1.7 test"))
    letter = LetterFactory(state=LetterState.RENDERED, pdf=name)

    response: Any = desk.get(reverse("admin:letters_letter_pdf", args=[letter.pk]))

    assert b"".join(response.streaming_content) == b"%PDF-1.7 test"
    wanted = {
        "Content-Type": "application/pdf",
        "Content-Disposition": f'attachment; filename="letter-{letter.number}.pdf"',
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    assert {header: response[header] for header in wanted} == wanted
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("pdf", ["", "gone.pdf"])
def test_a_pdf_that_is_not_there_is_not_found(desk: Client, pdf: str) -> None:
    letter = LetterFactory(pdf=pdf)

    response = desk.get(reverse("admin:letters_letter_pdf", args=[letter.pk]))

    assert response.status_code == 404
