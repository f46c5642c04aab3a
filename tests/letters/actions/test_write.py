""" "Change it": other answers in place of those that wait."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from campaign.models import Campaign, Government
from letters.actions.review import approve, return_to_writer
from letters.enums import LetterState
from letters.models import Letter, Submission
from tests.factories.campaign import GovernmentFactory
from tests.journey import (
    World,
    answers,
    confirm,
    key_of,
    link_in,
    mails,
    make_world,
    sign_and_confirm,
    work,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(review=Campaign.Review.ALL, max_governments=2)


def letter_to(government: Government) -> Letter:
    letters = Letter.objects.select_related("campaign", "submission")
    return letters.get(government=government)


def give_back(government: Government, by: User) -> None:
    return_to_writer(letter_to(government), by=by, reason="Say it shorter.")
    work()


def change(client: Client, world: World, **changes: Any) -> None:
    """Follow the link of the newest mail, press "Change it" and send other answers."""
    data = {**answers(world, **changes), "form_key": key_of(client, world)}
    response = client.post(f"{link_in(mails('mari@post.example')[-1])}change/", data)
    assert response.status_code == 302, response.context["form"].errors


def test_returned_letter_to_a_government_not_chosen_again_is_withdrawn(
    client: Client, organiser: User, world: World
) -> None:
    other = GovernmentFactory()
    sign_and_confirm(client, world)
    give_back(world.government, organiser)
    change(client, world, government=other.iso2)
    states = dict(Letter.objects.values_list("government__iso2", "state"))
    assert states == {
        world.government.iso2: LetterState.WITHDRAWN,
        other.iso2: LetterState.AWAITING,
    }


def test_returned_letter_to_the_same_government_waits_with_its_new_answers(
    client: Client, organiser: User, world: World
) -> None:
    sign_and_confirm(client, world)
    give_back(world.government, organiser)
    change(client, world, words="", country="FI")
    letter = Letter.objects.get()
    assert (letter.state, letter.country, letter.with_words) == (LetterState.RETURNED, "FI", False)


def test_letter_already_sent_keeps_its_country(
    client: Client, organiser: User, world: World
) -> None:
    other = GovernmentFactory()
    sign_and_confirm(client, world, government=[world.government.iso2, other.iso2])
    approve(letter_to(world.government), by=organiser)
    work()
    give_back(other, organiser)
    change(client, world, government=other.iso2, country="FI", words="")
    sent, returned = letter_to(world.government), letter_to(other)
    assert (sent.state, sent.country, sent.with_words) == (LetterState.SENT, "EE", True)
    assert (returned.country, returned.with_words) == ("FI", False)


@pytest.mark.parametrize(
    ("first", "second"), [({}, {"reply_directly": "on"}), ({"reply_directly": "on"}, {})]
)
def test_who_may_answer_is_asked_again_of_a_returned_letter(
    client: Client, organiser: User, world: World, first: dict[str, str], second: dict[str, str]
) -> None:
    sign_and_confirm(client, world)
    Submission.objects.update(reply_directly=bool(first))
    give_back(world.government, organiser)
    confirm(client, mails("mari@post.example")[-1], **second)
    assert Submission.objects.get().reply_directly is bool(second)
