"""A government that no published letter fits, from the start or since it was signed."""

from __future__ import annotations

import pytest
from django.test import Client

from campaign.models import Position, Standing
from letters.enums import LetterState
from letters.models import Letter, LetterTemplate, Submission
from tests.factories.campaign import GovernmentFactory, PositionFactory
from tests.journey import World, confirm, link_in, mails, make_world, sign, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """A campaign whose only letter is to parties; the world's government is one."""
    world = make_world()
    LetterTemplate.objects.update(standings=[Standing.PARTY])
    PositionFactory(government=world.government, treaty=world.campaign.treaty)
    return world


def withdraw_government(world: World) -> None:
    PositionFactory(
        government=world.government,
        treaty=world.campaign.treaty,
        kind=Position.Kind.WITHDRAWN,
        day=world.campaign.today(),
    )


def test_page_opens_for_a_government_without_a_letter(client: Client, world: World) -> None:
    stranger = GovernmentFactory()
    response = client.get(world.path, {"government": stranger.iso2})
    assert response.status_code == 200
    subject = "".join(piece.text for piece in response.context["letter"].subject)
    assert subject == "Please stay in the Convention"


@pytest.mark.parametrize("alone", [True, False])
def test_signing_says_at_the_field_that_there_is_no_letter(
    client: Client, world: World, alone: bool
) -> None:
    stranger = GovernmentFactory()
    if alone:
        world.campaign.targets.add(stranger)
    response = sign(client, world, government=stranger.iso2)
    sentence = "This campaign has no letter to this government yet"
    assert response.status_code == 422
    assert response.context["form"].errors == {"government": [sentence]}
    assert sentence in response.content.decode()
    assert Submission.objects.count() == 0


def test_standing_that_changed_keeps_the_text_that_was_seen(client: Client, world: World) -> None:
    sign(client, world)
    work()
    withdraw_government(world)
    confirm(client, mails()[0])
    letter = Letter.objects.get()
    assert letter.state == LetterState.APPROVED
    assert letter.content is not None
    assert letter.content["subject"][0]["text"] == "Please stay in the Convention"


def test_confirmation_page_opens_after_the_standing_changed(client: Client, world: World) -> None:
    sign(client, world)
    work()
    withdraw_government(world)
    response = client.get(link_in(mails()[0]))
    assert response.status_code == 200
    assert "I ask you to keep it." in response.content.decode()
