"""What a page and a press may cost: queries, bytes, cookies."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories.campaign import GovernmentFactory
from tests.journey import answers, key_of, link_in, mails, make_world, sign, work

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


@pytest.fixture
def link(client: Client) -> str:
    """The link in a confirmation mail."""
    sign(client, make_world())
    work()
    return link_in(mails()[0])


def test_link_opened_again_asks_who_what_and_whether_more_waits(
    client: Client, link: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(link)
    with django_assert_num_queries(3):
        client.get(link)


def test_confirm_press_asks_no_more_than_freezing_needs(
    client: Client, link: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(link)
    with django_assert_num_queries(20):
        client.post(link)


def test_my_letter_asks_five_times(
    client: Client, link: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mine = client.post(link).headers["Location"]
    client.get(mine)
    with django_assert_num_queries(5):
        client.get(mine)


def test_check_email_reads_the_form_alone(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    check = sign(client, make_world()).headers["Location"]
    with django_assert_num_queries(1):
        client.get(check)
