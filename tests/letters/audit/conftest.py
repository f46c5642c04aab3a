"""A site on which letters went their ways."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.journey import World, make_world, sign, sign_and_confirm, work


@pytest.fixture
def world(client: Client) -> World:
    """A site at rest: a letter that was sent, and one that waits for its confirmation."""
    world = make_world()
    sign_and_confirm(client, world)
    sign(Client(), world, email="juri@post.example", name="Jüri Kask")
    work()
    return world
