"""Review: approve, return with a reason, reject, withdraw. Nobody's words are rewritten."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from campaign import mailbox
from campaign.models import Campaign
from letters.actions import review
from letters.enums import LetterState
from letters.models import Decision, Letter
from letters.moves import NotAllowed
from tests.journey import confirm, link_in, mails, make_world, sign_and_confirm, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer() -> User:
    return User.objects.create_user("reviewer")


@pytest.fixture
def letter(client: Client) -> Letter:
    sign_and_confirm(client, make_world(review=Campaign.Review.OWN_WORDS))
    work()
    return Letter.objects.select_related("campaign", "submission").get()


def test_letter_with_own_words_waits_for_a_person(letter: Letter) -> None:
    assert letter.state == LetterState.IN_REVIEW
    assert [mail for mail in mails() if "Prime Minister" in str(mail["To"])] == []


def test_letter_without_own_words_goes_on(client: Client) -> None:
    sign_and_confirm(client, make_world(review=Campaign.Review.OWN_WORDS), words="")
    work()
    assert Letter.objects.get().state == LetterState.SENT


def test_approved_letter_is_sent(letter: Letter, reviewer: User) -> None:
    review.approve(letter, by=reviewer)
    work()
    assert Letter.objects.get().state == LetterState.SENT
    assert Decision.objects.get().by == reviewer


def test_returned_letter_can_be_changed_and_sent_again(
    client: Client, letter: Letter, reviewer: User
) -> None:
    review.return_to_writer(letter, by=reviewer, reason="Please leave out the name.")
    work()
    mail = mails("mari@post.example")[-1]
    assert "Please leave out the name." in mailbox.text(mail)
    page = client.get(link_in(mail)).content.decode()
    assert "Please leave out the name." in page
    confirm(client, mail)
    assert Letter.objects.get().state == LetterState.IN_REVIEW


def test_rejected_letter_is_told_to_its_writer_and_not_counted(
    letter: Letter, reviewer: User
) -> None:
    review.reject(letter, by=reviewer, reason="It threatens somebody.")
    work()
    assert "It threatens somebody." in mailbox.text(mails("mari@post.example")[-1])
    assert Letter.objects.counted().count() == 0


def test_decision_on_a_letter_that_left_is_refused(letter: Letter, reviewer: User) -> None:
    review.approve(letter, by=reviewer)
    work()
    with pytest.raises(NotAllowed):
        review.reject(Letter.objects.get(), by=reviewer, reason="Too late.")
    assert Decision.objects.count() == 1


def test_hidden_field_filled_in_is_only_a_reason_to_look(client: Client) -> None:
    page = sign_and_confirm(client, make_world(), words="", leave_empty="http://spam")
    work()
    assert page.status_code == 200
    assert Letter.objects.get().state == LetterState.IN_REVIEW
