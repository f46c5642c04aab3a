"""What a page and a press may cost: queries, bytes, cookies."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories.campaign import GovernmentFactory
from tests.journey import answers, key_of, make_world

pytestmark = pytest.mark.django_db


def test_cold_page_asks_the_database_at_most_three_times(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    world = make_world()
    GovernmentFactory.create_batch(3)
    with django_assert_max_num_queries(3):
        client.get(world.path)


def test_warm_page_asks_nothing(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    world = make_world()
    client.get(world.path)
    with django_assert_num_queries(0):
        client.get(world.path)


def test_sign_post_asks_at_most_twelve_times(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    world = make_world()
    data = {**answers(world), "form_key": key_of(client, world)}
    with django_assert_max_num_queries(12):
        assert client.post(world.path, data).status_code == 302


def test_page_sets_no_cookie(client: Client) -> None:
    client.get(make_world().path)
    assert dict(client.cookies) == {}


def test_two_visitors_get_two_keys(client: Client) -> None:
    world = make_world()
    assert key_of(client, world) != key_of(Client(), world)
