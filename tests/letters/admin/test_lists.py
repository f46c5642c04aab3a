"""The admin's lists: found by what people know, and as fast with many rows."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from letters.admin.desk import number_in
from letters.enums import HoldReason, LetterState
from letters.models import Move, Suppression
from tests.factories.campaign import CampaignFactory
from tests.factories.letters import LetterFactory, OutboundFactory, SubmissionFactory
from tests.letters.admin.desk import LETTERS, LISTS, SUBMISSIONS, text_of, to_review

pytestmark = pytest.mark.django_db


def fill(rows: int) -> None:
    campaign = CampaignFactory()
    for _ in range(rows):
        letter = to_review(submission__campaign=campaign)
        LetterFactory(
            submission__campaign=campaign,
            state=LetterState.HELD,
            hold_reason=HoldReason.NO_ADDRESS,
            office=None,
        )
        OutboundFactory(letter=letter)
        Suppression.objects.create(signer=letter.signer, reason="not me")


@pytest.mark.parametrize("address", LISTS)
def test_a_list_costs_the_same_number_of_queries_with_one_row_and_three(
    desk: Client, address: str
) -> None:
    desk.get(address)
    counts = []
    for rows in (1, 2):
        fill(rows)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = desk.get(address)
        counts.append(len(queries))
        assert response.status_code == 200

    # One more campaign and government to filter by may not cost a query either.
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize("letters", [1, 3])
def test_a_submissions_page_costs_the_same_number_of_queries(desk: Client, letters: int) -> None:
    submission = SubmissionFactory()
    for _ in range(letters):
        letter = LetterFactory(submission=submission, state=LetterState.APPROVED)
        OutboundFactory(letter=letter)
        Move.objects.create(submission=submission, letter=letter, to_state="approved", actor="x")
    address = reverse("admin:letters_submission_change", args=[submission.pk])
    desk.get(address)

    with CaptureQueriesContext(connection) as queries:
        desk.get(address)

    assert len(queries) <= 11


def test_letters_are_found_by_number_name_and_address(desk: Client) -> None:
    letter = LetterFactory(submission__name="Kersti Kask", submission__email="kk@mail.example")
    LetterFactory(submission__name="Peeter Puu", submission__email="pp@mail.example")

    spoken = letter.number.replace("-", " ").lower()
    for words in (letter.number, spoken, "kask", "kk@mail"):
        found = desk.get(LETTERS, {"q": words}).context["cl"].queryset
        assert [row.number for row in found] == [letter.number]
        found = desk.get(SUBMISSIONS, {"q": words}).context["cl"].queryset
        assert [row.name for row in found] == ["Kersti Kask"]


def test_letters_that_wait_for_an_address_are_counted_and_one_click_away(desk: Client) -> None:
    for reason in (HoldReason.NO_ADDRESS, HoldReason.NO_ADDRESS, HoldReason.REFUSED):
        LetterFactory(state=LetterState.HELD, hold_reason=reason)

    page = text_of(desk.get(LETTERS))
    (query,) = re.findall(r'class="waiting"><a href="([^"]+)">2 letters wait', page)
    found = desk.get(LETTERS + query.replace("&amp;", "&")).context["cl"].queryset

    assert {letter.hold_reason for letter in found} == {HoldReason.NO_ADDRESS}
    assert found.count() == 2


def test_a_submission_shows_how_many_letters_it_has(desk: Client) -> None:
    submission = SubmissionFactory()
    LetterFactory(submission=submission)
    LetterFactory(submission=submission)

    (row,) = desk.get(SUBMISSIONS).context["cl"].result_list

    assert row.letter_count == 2


@pytest.mark.parametrize("term", ["", "K7Q4", "K7Q4-M2XX", "kask", "K7Q4-M20", "Kersti Kask"])
def test_what_is_no_letter_number_is_searched_as_words(term: str) -> None:
    assert number_in(term) == ""


def test_a_name_that_could_be_a_number_is_found_all_the_same(desk: Client) -> None:
    LetterFactory(submission__name="Peterson Kdmartenz")

    found = desk.get(SUBMISSIONS, {"q": "Kdmarte"}).context["cl"].queryset

    assert number_in("Kdmarte") == "KDMA-RTE"
    assert found.count() == 1


def test_a_list_is_called_by_what_it_holds(desk: Client) -> None:
    titles = [str(desk.get(address).context["title"]) for address in LISTS]

    assert titles[:4] == ["Letters to review", "Letters", "Submissions", "Outbound mail"]
