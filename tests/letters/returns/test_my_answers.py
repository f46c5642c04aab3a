"""S5: what the office answered, its files, and the switch for getting answers by e-mail."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from letters.delivery import rows
from letters.identifiers import own_token
from letters.models import AccessToken, Answer, AnswerFile, Letter, Submission
from letters.return_address import answer_address
from letters.returns.receive import take
from tests.factories.letters import LetterFactory
from tests.letters.returns.mail import message

pytestmark = pytest.mark.django_db
NASTY = "<script>alert(1)</script> & “quotes”\n\nSecond paragraph"


def page_of(letter: Letter) -> str:
    purpose, submission = AccessToken.Purpose.MINE, letter.submission
    token = own_token(purpose, submission.id, submission.signer)
    rows.grant(submission, purpose, [token], timezone.now() + timedelta(days=1))
    return f"/en/letter/{token}/"


@pytest.fixture
def mine(letter: Letter) -> str:
    mail = message(answer_address(letter.number) or "", NASTY)
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="scan.pdf")
    mail.add_attachment(b"<script>", maintype="text", subtype="html", filename="x.html")
    take(mail.as_bytes())
    return page_of(letter)


def test_answer_is_shown_as_text(client: Client, mine: str) -> None:
    page = client.get(mine).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; “quotes”" in page
    assert "<script>alert" not in page
    assert re.findall(r"<li class=\"past\">(\w+)", page) == [
        "Signed", "Confirmed", "Sent", "Answered",
    ]  # fmt: skip


def test_files_of_an_answer_are_saved_not_shown(client: Client, mine: str) -> None:
    got = client.get(f"{mine}answers/{AnswerFile.objects.get(name='scan.pdf').pk}/")
    assert b"".join(got.streaming_content) == b"%PDF-1.7"  # type: ignore[attr-defined]
    assert (got["Content-Type"], got["Content-Disposition"], got["Cache-Control"]) == (
        "application/pdf", 'attachment; filename="scan.pdf"', "no-store, private",
    )  # fmt: skip


def test_files_that_could_harm_stay_at_the_desk(client: Client, mine: str) -> None:
    other = AnswerFile.objects.get(name="x.html.bin")
    assert client.get(f"{mine}answers/{other.pk}/").status_code == 404
    page = client.get(mine).content.decode()
    assert re.findall(r"<bdi>([^<]*\.\w+)</bdi>", page) == ["scan.pdf"]
    assert "1 file of the answer is of a kind that could harm a computer." in page


def test_unproven_answer_is_not_shown(client: Client, mine: str) -> None:
    Answer.objects.update(standing=Answer.Standing.UNPROVEN)
    page = client.get(mine).content.decode()
    assert ("Second paragraph" in page, "The office's answer of" in page) == (False, False)
    key = AnswerFile.objects.values_list("pk", flat=True)[0]
    assert client.get(f"{mine}answers/{key}/").status_code == 404


def test_nobody_elses_files_can_be_fetched(client: Client, mine: str) -> None:
    other = page_of(LetterFactory(state="sent", sent_at=timezone.now()))
    key = AnswerFile.objects.order_by("id").values_list("pk", flat=True)[0]
    assert client.get(f"{other}answers/{key}/").status_code == 404
    assert client.get(f"/en/letter/nosuchtoken/answers/{key}/").status_code == 404


def test_answers_are_switched_by_post(client: Client, letter: Letter) -> None:
    page = page_of(letter)
    client.post(f"{page}answers/", {"answers": ""})
    assert Submission.objects.get().wants_answer is False
    assert "on this page only" in client.get(page).content.decode()
    client.post(f"{page}answers/", {"answers": "on"})
    assert Submission.objects.get().wants_answer is True
    assert client.get(f"{page}answers/").status_code == 405


def test_direct_answers_need_no_switch(client: Client, letter: Letter) -> None:
    Submission.objects.update(reply_directly=True)
    assert "E-mail me its answers" not in client.get(page_of(letter)).content.decode()
