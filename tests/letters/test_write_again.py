"""Double presses, the back button, letters written before, and mails that are not sent."""

from __future__ import annotations

import pytest
from django.test import Client

from letters.enums import LetterState, Purpose, SubmissionState
from letters.identifiers import own_token
from letters.models import Letter, Outbound, Submission, Suppression
from tests.factories.campaign import GovernmentFactory
from tests.journey import (
    answers,
    confirm,
    key_of,
    link_in,
    mails,
    make_world,
    sign,
    sign_and_confirm,
    work,
)

pytestmark = pytest.mark.django_db


def test_three_quick_presses_make_one_letter_and_one_mail(client: Client) -> None:
    world = make_world()
    data = {**answers(world), "form_key": key_of(client, world)}
    pages = {client.post(world.path, data)["Location"] for _ in range(3)}
    assert (len(pages), Letter.objects.count(), Outbound.objects.count()) == (1, 1, 1)


def test_back_and_other_words_correct_the_waiting_letter(client: Client) -> None:
    world = make_world()
    key = key_of(client, world)
    sign(client, world, form_key=key)
    sign(client, world, form_key=key, words="Better words.")
    assert Submission.objects.get().words == "Better words."


def test_back_and_another_address_sends_the_link_there(client: Client) -> None:
    world = make_world()
    key = key_of(client, world)
    sign(client, world, form_key=key, email="mari@gmial.example")
    work()
    sign(client, world, form_key=key, email="mari@gmail.example")
    work()
    assert client.get(link_in(mails("gmial")[0])).status_code == 404
    assert client.get(link_in(mails("gmail")[0])).status_code == 200


def test_another_government_after_confirming_is_a_new_letter(client: Client) -> None:
    world, other = make_world(), GovernmentFactory()
    key = key_of(client, world)
    sign_and_confirm(client, world, form_key=key)
    sign(client, world, form_key=key, government=other.iso2)
    assert set(Letter.objects.values_list("government__iso2", flat=True)) == {
        world.government.iso2,
        other.iso2,
    }


def test_letter_written_before_is_answered_by_mail_only(client: Client) -> None:
    world = make_world()
    first = sign_and_confirm(client, world)
    work()
    second = sign(client, world)
    work()
    assert second["Location"] == f"{world.path}check-email/"
    assert Submission.objects.filter(state=SubmissionState.REPEATED).count() == 1
    mail = mails("mari@post.example")[-1]
    assert "already" in str(mail["Subject"]).lower()
    number = Letter.objects.counted().get().number
    assert number in client.get(link_in(mail)).content.decode()
    assert first.status_code == 200


def test_same_mailbox_in_another_spelling_is_the_same_signer(client: Client) -> None:
    world = make_world()
    sign_and_confirm(client, world)
    sign(client, world, email="MARI+news@post.example")
    assert Submission.objects.filter(state=SubmissionState.REPEATED).count() == 1


def test_second_letter_of_an_unconfirmed_mailbox_sends_no_second_mail(client: Client) -> None:
    world, other = make_world(), GovernmentFactory()
    sign(client, world)
    sign(client, world, government=other.iso2)
    work()
    assert len(mails("mari@post.example")) == 1


def test_the_one_mail_leads_to_all_waiting_letters(client: Client) -> None:
    world, other = make_world(), GovernmentFactory()
    sign(client, world)
    sign(client, world, government=other.iso2)
    work()
    page = client.get(link_in(mails()[0])).content.decode()
    assert other.name in page
    after = confirm(client, mails()[0]).content.decode()
    assert "1 letter still waits for you" in after


def test_two_submissions_racing_for_one_government_send_one_letter(client: Client) -> None:
    world = make_world()
    sign(client, world)
    sign(Client(), world)
    work()
    confirm(client, mails()[0])
    other = Submission.objects.get(state=SubmissionState.AWAITING)

    client.post(f"/en/confirm/{own_token('confirm', other.id, other.signer)}/")
    assert sorted(Letter.objects.values_list("state", flat=True)) == [
        LetterState.APPROVED,
        LetterState.EXPIRED,
    ]


def test_stopped_mailbox_gets_no_mail(client: Client) -> None:
    world = make_world()
    sign(client, world)
    work()
    stop = link_in(mails()[0]) + "stop/"
    client.get(stop)
    assert Suppression.objects.count() == 0
    client.post(stop)
    sign(client, world)
    assert Outbound.objects.filter(purpose=Purpose.CONFIRM).count() == 1


def test_ten_signings_with_one_address_send_one_mail(client: Client) -> None:
    world = make_world()
    for _ in range(10):
        sign(Client(), world)
    assert Outbound.objects.count() == 1


def test_resend_is_limited_and_says_nothing(client: Client) -> None:
    world = make_world()
    sign(client, world)
    for _ in range(5):
        client.post(f"{world.path}check-email/", {"action": "resend"})
    assert Outbound.objects.count() == 2


def test_changed_address_gets_the_link(client: Client) -> None:
    world = make_world()
    sign(client, world, email="mari@gmial.example")
    client.post(f"{world.path}check-email/", {"action": "change", "email": "mari@new.example"})
    work()
    assert [str(mail["To"]) for mail in mails()] == ["mari@new.example"]


def test_reload_of_check_email_masks_the_address(client: Client) -> None:
    world = make_world()
    sign(client, world)
    first = client.get(f"{world.path}check-email/").content.decode()
    second = client.get(f"{world.path}check-email/").content.decode()
    assert "mari@post.example" in first
    assert ("mari@post.example" in second, "ma…@post.example" in second) == (False, True)
