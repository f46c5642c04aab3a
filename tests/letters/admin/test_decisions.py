"""Decisions: asked for, carried out by their actions, never an error page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Decision, Letter
from tests.factories.letters import LetterFactory, OutboundFactory
from tests.letters.admin.desk import (
    LETTERS,
    OUTBOUNDS,
    REVIEW,
    client_of,
    page_of,
    post,
    said,
    text_of,
    to_review,
)

pytestmark = pytest.mark.django_db

ALL = [
    ("approve", "", LetterState.APPROVED, "approved", 1),
    ("return_to_writer", "Say it shorter.", LetterState.RETURNED, "returned", 1),
    ("reject", "It threatens.", LetterState.REJECTED, "rejected", 1),
    ("withdraw", "The writer asked.", LetterState.WITHDRAWN, "withdrawn", 1),
]


@pytest.mark.parametrize(("action", "reason", "state", "outcome", "number"), ALL)
def test_a_decision_is_asked_for_then_carried_out(
    reviewer: User, action: str, reason: str, state: str, outcome: str, number: int
) -> None:
    letters = [to_review(), to_review()]
    client = client_of(reviewer)

    asked = post(client, REVIEW, action, letters)
    states = set(Letter.objects.values_list("state", flat=True))
    done = post(client, REVIEW, action, letters, sure="yes", reason=reason)

    assert "<strong>2 letters.</strong>" in text_of(asked)
    assert states == {LetterState.IN_REVIEW}
    assert set(Letter.objects.values_list("state", flat=True)) == {state}
    decisions = Decision.objects.values_list("outcome", "reason", "by__username")
    assert set(decisions) == {(outcome, reason, reviewer.username)}
    assert len(said(done)) == 1


@pytest.mark.parametrize("action", ["return_to_writer", "reject", "withdraw"])
def test_a_refusal_without_a_reason_is_asked_for_one(reviewer: User, action: str) -> None:
    letter = to_review()

    response = post(client_of(reviewer), REVIEW, action, [letter], sure="yes", reason="  ")

    assert "This field is required." in text_of(response)
    letter.refresh_from_db()
    assert letter.state == LetterState.IN_REVIEW


def test_a_letter_decided_meanwhile_is_named_not_decided_again(reviewer: User) -> None:
    stays, gone = to_review(), to_review()
    Letter.objects.filter(pk=gone.pk).update(state=LetterState.REJECTED)

    response = post(client_of(reviewer), REVIEW, "approve", [stays, gone], sure="yes")

    assert said(response) == [
        "1 letter is no longer here: somebody else decided on it.",
        "1 letter approved.",
    ]
    gone.refresh_from_db()
    assert gone.state == LetterState.REJECTED


def test_a_letter_that_may_not_be_moved_gives_a_message_not_an_error(desk: Client) -> None:
    sent, approved = (
        LetterFactory(state=LetterState.SENT),
        LetterFactory(state=LetterState.APPROVED),
    )

    response = post(desk, LETTERS, "withdraw", [sent, approved], sure="yes", reason="asked")

    assert sorted(said(response)) == [
        "1 letter taken back.",
        f"{sent.number} was not changed: it is now “sent”.",
    ]


def test_all_that_match_are_named_on_the_page_and_no_later_one_is_decided(reviewer: User) -> None:
    first = [to_review(), to_review()]
    client = client_of(reviewer)
    asked = post(client, REVIEW, "approve", first[:1], select_across="1")
    to_review()

    ids = re.findall(r'name="_selected_action" value="([^"]+)"', text_of(asked))
    client.post(REVIEW, {"action": "approve", "_selected_action": ids, "sure": "yes"})

    assert sorted(ids) == sorted(str(letter.pk) for letter in first)
    assert Letter.objects.filter(state=LetterState.IN_REVIEW).count() == 1


def test_the_queue_is_oldest_first_with_words_whole_in_their_own_direction(
    reviewer: User,
) -> None:
    newer = to_review("New.")
    older = to_review("قديم " * 300)
    Letter.objects.filter(pk=older.pk).update(created_at=timezone.now() - timedelta(days=2))

    response = client_of(reviewer).get(REVIEW)

    assert [row.pk for row in response.context["cl"].result_list] == [older.pk, newer.pk]
    assert f'<div class="own-words" dir="auto">{"قديم " * 300}' in text_of(response)


def test_a_letters_page_in_the_queue_offers_the_decisions(reviewer: User) -> None:
    letter = to_review()

    page = text_of(client_of(reviewer).get(page_of(letter, "letterinreview")))

    assert re.findall(r'<button class="button" name="action" value="(\w+)">', page) == [
        action for action, *_rest in ALL
    ]


def test_held_letters_go_on(desk: Client) -> None:
    letter = LetterFactory(state=LetterState.HELD, hold_reason=HoldReason.NO_ADDRESS)

    response = post(desk, LETTERS, "release", [letter], sure="yes")

    letter.refresh_from_db()
    assert letter.state == LetterState.APPROVED
    assert said(response) == ["1 letter goes on."]


def test_mails_are_queued_again_if_they_may_be(desk: Client) -> None:
    failed = OutboundFactory(purpose=Purpose.COPY, state=OutboundState.FAILED)
    sent = OutboundFactory(state=OutboundState.SENT, sent_at=timezone.now())

    response = post(desk, OUTBOUNDS, "queue_again", [failed, sent], sure="yes")

    failed.refresh_from_db()
    assert failed.state == OutboundState.QUEUED
    assert sorted(said(response)) == [
        "1 mail queued.",
        f"{sent.message_id} was not changed: it is now “sent”.",
    ]
