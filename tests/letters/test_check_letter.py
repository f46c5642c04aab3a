"""The check page tells an office whether a letter is genuine, and tells nothing else."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from letters.enums import LetterState
from letters.rendering.compose import check_url
from tests.factories.campaign import OfficeFactory
from tests.factories.letters import LetterFactory

pytestmark = pytest.mark.django_db


def answer(client: Client, number: str) -> dict[str, str]:
    """Return what the page tells, by its labels."""
    response = client.get(f"/en/check/{number}/")
    assert response.status_code == 200
    html = response.content.decode()
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", html)
    return dict(pairs)


def test_a_confirmed_letter_is_genuine(client: Client) -> None:
    office = OfficeFactory(title="Prime Minister of Norland", government__name="Norland")
    letter = LetterFactory(office=office, government=office.government)
    assert letter.confirmed_on is not None

    told = answer(client, letter.number.lower())

    assert list(told.values())[:2] == [letter.number, "Yes"]
    assert told["Written to"] == "Prime Minister of Norland"
    assert str(letter.confirmed_on.year) in told["Day"]


@pytest.mark.parametrize("state", [LetterState.AWAITING, LetterState.WITHDRAWN, None])
def test_any_other_number_gets_one_answer(client: Client, state: LetterState | None) -> None:
    number = LetterFactory(state=state).number if state else "ZZZZ-ZZZ"
    assert answer(client, number) == {"Letter number": number}


def test_no_name_is_told_and_nothing_is_kept(client: Client) -> None:
    letter = LetterFactory(submission__name="Mari Tamm", submission__words="My own words.")
    response = client.get(f"/en/check/{letter.number}/")
    told = response.content.decode()
    assert [text for text in ("Mari", "own words", letter.submission.email) if text in told] == []
    assert (response["X-Robots-Tag"], response["Cache-Control"]) == (
        "noindex, nofollow",
        "no-store",
    )
    assert '<meta name="robots" content="noindex">' in told
    assert response.cookies == {}


@pytest.mark.parametrize("path", ["/en/check/K7Q4/", "/en/check/K7Q4-M2X4/", "/xx/check/K7Q4-M2X/"])
def test_what_is_no_number_is_no_page(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_code_on_the_letter_leads_to_the_page(client: Client) -> None:
    letter = LetterFactory()
    path = check_url(letter.number).partition("://")[2].partition("/")[2]
    assert client.get(f"/{path}").status_code == 200
