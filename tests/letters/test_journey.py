"""The supporter's way S1 → S2 → M1 → S3 → S4 → M2, and what the office gets."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from campaign import mailbox
from letters.enums import LetterState, OutboundState, SubmissionState
from letters.models import Letter, Outbound, Submission
from tests.journey import confirm, link_in, mails, make_world, sign, sign_and_confirm, work

pytestmark = pytest.mark.django_db


def test_sign_leads_to_check_your_email(client: Client) -> None:
    world = make_world()
    response = sign(client, world)
    assert response.status_code == 302, response.context["form"].errors
    assert response["Location"] == f"{world.path}check-email/"
    page = client.get(response["Location"]).content.decode()
    assert "mari@post.example" in page


def test_confirmation_mail_carries_nothing_typed(client: Client) -> None:
    canary = "Zanzibarquux"
    sign(client, make_world(), name=canary, town=canary, organisation=canary, words=canary)
    work()
    [mail] = mails("mari@post.example")
    assert canary not in mail.as_string()
    assert canary not in mailbox.text(mail) + mailbox.html(mail)


def test_get_of_the_link_changes_nothing(client: Client) -> None:
    sign(client, make_world())
    work()
    for _ in range(3):
        assert client.get(link_in(mails()[0])).status_code == 200
    assert Submission.objects.get().state == SubmissionState.AWAITING


def test_confirmed_letter_reaches_the_office_with_its_pdf(client: Client) -> None:
    world = make_world()
    page = sign_and_confirm(client, world)
    assert "on its way" in page.content.decode()
    work()
    [mail] = mails(world.office.routes.get().email)
    [pdf] = mailbox.attachments(mail)
    text = " ".join(PdfReader(BytesIO(pdf.content)).pages[0].extract_text().split())
    assert "My grandfather cleared fields." in text
    assert "My grandfather cleared fields." in mailbox.text(mail)
    assert Letter.objects.get().state == LetterState.SENT


def test_supporter_gets_a_copy_once_it_is_sent(client: Client) -> None:
    world = make_world()
    sign_and_confirm(client, world)
    work()
    copy = mails("mari@post.example")[-1]
    assert Letter.objects.get().number in str(copy["Subject"])
    assert [part.kind for part in mailbox.attachments(copy)] == ["application/pdf"]
    assert set(Outbound.objects.values_list("state", flat=True)) == {OutboundState.SENT}


def test_second_press_on_the_link_shows_the_letter(client: Client) -> None:
    sign(client, make_world())
    work()
    first = confirm(client, mails()[0])
    second = confirm(client, mails()[0])
    assert first.redirect_chain[-1] == second.redirect_chain[-1]  # type: ignore[attr-defined]
    assert Letter.objects.count() == 1


@pytest.mark.parametrize("town", ["Tartu", "Võru", "東京"])
def test_subject_of_the_office_mail_reads_as_written(client: Client, town: str) -> None:
    world = make_world()
    sign_and_confirm(client, world, town=town)
    work()
    [mail] = mails(world.office.routes.get().email)
    number = Letter.objects.get().number
    expected = f"Please stay in the Convention – letter {number} from Mari Tamm, {town}"
    assert str(mail["Subject"]) == expected
