"""What a supporter stumbled over once, and nobody shall again."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from campaign.log_filter import HideTokens
from letters.enums import SubmissionState
from letters.models import Letter, Submission
from tests.factories.campaign import GovernmentFactory
from tests.journey import World, confirm, link_in, mails, make_world, sign, sign_and_confirm, work

pytestmark = pytest.mark.django_db


def test_corrected_address_gets_its_mail_though_the_wrong_one_had_two(client: Client) -> None:
    world = make_world()
    sign(client, world, email="typo@exmaple.example")
    work()
    client.post(f"{world.path}check-email/", {"action": "resend"})
    work()
    client.post(f"{world.path}check-email/", {"action": "change", "email": "right@mail.example"})
    work()
    assert len(mails("right@mail.example")) == 1


def test_already_written_mail_does_not_use_up_the_next_question(client: Client) -> None:
    world, other = make_world(), GovernmentFactory()
    sign_and_confirm(client, world)
    sign(client, world)
    sign(client, world, government=other.iso2)
    work()
    subjects = [str(mail["Subject"]) for mail in mails("mari@post.example")]
    assert sum("Confirm" in subject for subject in subjects) == 2


def test_form_opened_anew_by_the_same_browser_corrects_its_letter(client: Client) -> None:
    world = make_world()
    sign(client, world, words="First.")
    sign(client, world, words="Second.")
    assert Submission.objects.get().words == "Second."


def test_form_of_another_browser_corrects_nothing(client: Client) -> None:
    world = make_world()
    sign(client, world, words="Mine.")
    sign(Client(), world, words="Not mine.")
    assert set(Submission.objects.values_list("words", flat=True)) == {"Mine.", "Not mine."}


def test_stopping_all_mail_deletes_what_waits(client: Client) -> None:
    sign(client, make_world())
    work()
    path = link_in(mails()[0])
    client.post(f"{path}stop/")
    assert Submission.objects.get().state == SubmissionState.EXPIRED
    assert client.get(path).status_code == 410


def test_erasing_forgets_every_letter_of_the_mailbox(client: Client) -> None:
    world, other = make_world(), GovernmentFactory()
    sign_and_confirm(client, world)
    page = sign_and_confirm(client, world, government=other.iso2)
    mine = page.redirect_chain[-1][0]  # type: ignore[attr-defined]
    client.post(f"{mine}erase/", {"sure": "yes"})
    assert set(Submission.objects.values_list("email", flat=True)) == {""}


@pytest.mark.parametrize("junk", [">", ").", "/", ">/"])
def test_junk_after_the_last_slash_is_dropped(client: Client, junk: str) -> None:
    sign(client, make_world())
    work()
    path = link_in(mails()[0])
    assert client.get(f"{path}{junk}")["Location"] == path


def test_letter_that_will_wait_is_not_said_to_be_on_its_way(client: Client) -> None:
    world = make_world()
    nowhere = World(world.campaign, GovernmentFactory(), world.office)
    page = sign_and_confirm(client, nowhere).content.decode()
    assert "on its way" not in page
    assert "waits with us until we have an address" in page


def test_letter_that_cannot_be_sent_no_longer_waits_for_its_writer(client: Client) -> None:
    world = make_world()
    sign(client, world)
    sign(Client(), world)
    work()
    page = confirm(client, mails()[0]).content.decode()
    assert "still wait" not in page
    assert Letter.objects.count() == 2


def test_logs_hold_no_secret_link() -> None:
    record = logging.LogRecord("x", 30, "", 1, "Not Found: %s", ("/en/letter/s3cret/x",), None)
    HideTokens().filter(record)
    assert record.getMessage() == "Not Found: /en/letter/…/x"
