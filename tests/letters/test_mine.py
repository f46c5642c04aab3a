"""S5: status, PDF, take back, erase, updates; and the links that lead there or nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from letters import retention
from letters.actions.erase import Erased
from letters.delivery import engine, message, rows
from letters.delivery.mail import Envelope
from letters.enums import LetterState, Purpose, SubmissionState
from letters.models import Letter, Outbound, Submission
from letters.rendering.mail_parts import link
from letters.rendering.mails import render_mail
from tests.factories.letters import LetterFactory, SubmissionFactory
from tests.journey import World, confirm, link_in, mails, make_world, sign, sign_and_confirm, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(take_back_seconds=900)


@pytest.fixture
def mine(client: Client, world: World) -> str:
    """The path of "my letter", its letter waiting to leave."""
    page = sign_and_confirm(client, world)
    work()
    return str(page.redirect_chain[-1][0])  # type: ignore[attr-defined]


def later(**delta: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**delta))


def test_letter_waits_for_its_time(mine: str) -> None:
    assert Letter.objects.get().state == LetterState.QUEUED
    with later(minutes=16):
        work()
    assert Letter.objects.get().state == LetterState.SENT


def test_taken_back_letter_is_never_sent(client: Client, world: World, mine: str) -> None:
    client.post(f"{mine}withdraw/")
    with later(minutes=16):
        work()
    assert Letter.objects.get().state == LetterState.WITHDRAWN
    assert mails(world.office.routes.get().email) == []


def test_sent_letter_cannot_be_taken_back(client: Client, mine: str) -> None:
    with later(minutes=16):
        work()
        client.post(f"{mine}withdraw/")
    assert Letter.objects.get().state == LetterState.SENT


def test_pdf_is_the_one_that_was_made(client: Client, mine: str) -> None:
    response = client.get(f"{mine}letter.pdf")
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert len(content) == Letter.objects.get().pdf_bytes
    assert response["Cache-Control"] == "no-store, private"


def test_erasing_takes_two_presses(client: Client, mine: str) -> None:
    asked = client.post(f"{mine}erase/")
    assert "Yes, erase my details" in asked.content.decode()
    assert Submission.objects.get().state == SubmissionState.CONFIRMED
    client.post(f"{mine}erase/", {"sure": "yes"})
    assert Submission.objects.get().state == SubmissionState.ERASED


def test_who_cannot_be_erased_at_this_moment_is_asked_to_press_again(
    client: Client, mine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("letters.views.mine.erase_signer", lambda _: Erased(0, 0, left=1))
    answer = client.post(f"{mine}erase/", {"sure": "yes"})
    assert answer.status_code == 503
    assert "is not erased yet. Please press again." in answer.content.decode()


def test_nothing_personal_is_left_after_erasing(
    client: Client, mine: str, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    path = Letter.objects.get().pdf
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{mine}erase/", {"sure": "yes"})
    submission, letter = Submission.objects.get(), Letter.objects.get()
    personal = (submission.name, submission.email, submission.town, submission.words)
    assert personal == ("", "", "", "")
    assert (letter.content, letter.pdf, default_storage.exists(path)) == (None, "", False)
    assert set(Outbound.objects.values_list("recipient", flat=True)) == {""}


def test_sent_letter_still_counts_after_erasing(client: Client, mine: str) -> None:
    with later(minutes=16):
        work()
        client.post(f"{mine}erase/", {"sure": "yes"})
    assert Letter.objects.counted().count() == 1


def test_erased_letter_is_never_sent(client: Client, world: World, mine: str) -> None:
    client.post(f"{mine}erase/", {"sure": "yes"})
    with later(minutes=16):
        work()
    assert mails(world.office.routes.get().email) == []


def test_erased_page_says_so(client: Client, mine: str) -> None:
    client.post(f"{mine}erase/", {"sure": "yes"})
    assert client.get(mine).templates[0].name == "letters/erased.html"


def test_updates_are_switched_by_post(client: Client, mine: str) -> None:
    client.post(f"{mine}updates/", {"updates": "on"})
    assert Submission.objects.get().updates is True
    client.post(f"{mine}updates/", {"updates": ""})
    assert Submission.objects.get().updates is False


@pytest.mark.parametrize("path", ["/en/confirm/nosuchtoken/", "/en/letter/nosuchtoken/"])
def test_unknown_link_is_said_to_be_cut(client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.templates[0].name) == (404, "letters/link_unknown.html")


def test_junk_at_the_end_of_a_link_is_ignored(client: Client, world: World) -> None:
    sign(client, world)
    work()
    assert client.get(link_in(mails()[0]).rstrip("/") + ".)/").status_code == 200


def test_expired_link_says_when_and_the_form_is_deleted(client: Client, world: World) -> None:
    sign(client, world)
    work()
    with later(days=8):
        retention.run()
        response = client.get(link_in(mails()[0]))
    assert (response.status_code, Submission.objects.get().email) == (410, "")


def test_expired_form_cannot_be_confirmed_before_it_is_deleted(
    client: Client, world: World
) -> None:
    sign(client, world)
    work()
    with later(days=8):
        assert confirm(client, mails()[0]).status_code == 410
    assert Letter.objects.get().state == LetterState.AWAITING


def test_link_of_one_purpose_opens_nothing_of_another(client: Client, mine: str) -> None:
    token = mine.rstrip("/").rpartition("/")[2]
    assert client.get(f"/en/confirm/{token}/").status_code == 404


def test_old_letters_lose_their_text_but_still_count(client: Client, mine: str) -> None:
    with later(minutes=16):
        work()
    with later(days=30):
        retention.run()
    letter = Letter.objects.get()
    assert (letter.content, letter.pdf, letter.state) == (None, "", LetterState.SENT)


def test_ended_campaign_forgets_its_people(client: Client, world: World, mine: str) -> None:
    world.campaign.keep_until = timezone.now().date() - timedelta(days=1)
    world.campaign.save()
    retention.run()
    assert Submission.objects.get().state == SubmissionState.ERASED
    assert Outbound.objects.filter(purpose=Purpose.LETTER).get().recipient == ""


def test_letter_erased_in_flight_is_sent_and_then_forgotten(
    client: Client, mine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erased_meanwhile(outbound: Outbound) -> tuple[Envelope, bytes]:
        made = message.build(outbound)
        client.post(f"{mine}erase/", {"sure": "yes"})
        return made

    monkeypatch.setattr(engine, "build", erased_meanwhile)
    with later(minutes=16):
        engine.deliver(Outbound.objects.get(purpose=Purpose.LETTER).id)
        retention.run()
    letter = Letter.objects.get()
    assert (letter.state, letter.content) == (LetterState.SENT, None)
    assert Outbound.objects.filter(purpose=Purpose.COPY).count() == 0


@pytest.fixture
def other_spelling() -> tuple[Letter, str]:
    """A letter of mari@, and the link that mari+x@ got for a form that repeats it."""
    letter = LetterFactory(
        submission__email="mari@uni.example", submission__words="Secret words",
        state=LetterState.SENT, sent_at=timezone.now(),
    )  # fmt: skip
    again = SubmissionFactory(
        campaign=letter.campaign, email="mari+x@uni.example", state=SubmissionState.REPEATED
    )
    return letter, link(rows.write(Purpose.ALREADY, again))


def test_other_spelling_of_an_address_is_shown_nothing(
    client: Client, other_spelling: tuple[Letter, str]
) -> None:
    letter, url = other_spelling
    page = client.get(urlsplit(url).path).content.decode()
    assert [part in page for part in (letter.number, "Secret words")] == [False, False]


def test_other_spelling_of_an_address_erases_nothing_of_the_first(
    client: Client, other_spelling: tuple[Letter, str]
) -> None:
    letter, url = other_spelling
    client.post(f"{urlsplit(url).path}erase/", {"sure": "yes"})
    assert Submission.objects.get(pk=letter.submission_id).words == "Secret words"


def test_other_spelling_is_told_so_by_mail(other_spelling: tuple[Letter, str]) -> None:
    mail = render_mail(Outbound.objects.get(purpose=Purpose.ALREADY))
    assert "another spelling of your address" in mail.text
    assert other_spelling[0].government.name not in mail.text
