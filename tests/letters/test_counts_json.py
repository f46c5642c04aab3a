"""/api/v1/campaigns/<slug>/counts.json: the public numbers, for any site."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from campaign.models import Campaign
from letters.counts import public_counts
from letters.enums import LetterState
from tests.factories.campaign import CampaignFactory
from tests.factories.letters import LetterFactory

pytestmark = pytest.mark.django_db


def get(campaign: Campaign, **headers: str) -> Any:
    return Client().get(f"/api/v1/campaigns/{campaign.slug}/counts.json", headers=headers)


def test_the_numbers_are_those_of_the_page() -> None:
    letter = LetterFactory(state=LetterState.SENT, government__name="Åland")
    LetterFactory(submission__campaign=letter.campaign, state=LetterState.AWAITING)

    response = get(letter.campaign)

    assert json.loads(response.content) == public_counts(letter.campaign)
    assert json.loads(response.content)["letters"] == 1
    assert "Åland".encode() in response.content


def test_any_site_may_read_them_and_keep_them_as_long_as_the_page(settings: LazySettings) -> None:
    settings.PAGE_CACHE_SECONDS = 7

    response = get(CampaignFactory())

    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "public, max-age=7"
    assert (response.cookies, response.has_header("Vary")) == ({}, False)


def test_unchanged_numbers_are_not_sent_again(settings: LazySettings) -> None:
    settings.PAGE_CACHE_SECONDS = 0
    campaign = CampaignFactory()
    etag = get(campaign)["ETag"]

    unchanged = get(campaign, if_none_match=etag)
    LetterFactory(submission__campaign=campaign)
    changed = get(campaign, if_none_match=etag)

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged["Access-Control-Allow-Origin"] == "*"
    assert (changed.status_code, json.loads(changed.content)["letters"]) == (200, 1)


@pytest.mark.parametrize("state", ["live", "paused", "closed"])
def test_campaigns_with_a_public_page_are_counted_in_public(state: str) -> None:
    assert get(CampaignFactory(state=state)).status_code == 200


@pytest.mark.parametrize("state", ["draft", "test", "erased"])
def test_others_are_not_found_and_say_so_in_json(state: str) -> None:
    campaign = LetterFactory(submission__campaign__state=state).campaign

    response = get(campaign)

    assert response.status_code == 404
    assert json.loads(response.content) == {"error": "There is no public campaign of this name."}
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_only_get_and_head_are_answered(method: str) -> None:
    campaign = CampaignFactory()

    response = getattr(Client(), method)(f"/api/v1/campaigns/{campaign.slug}/counts.json")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_head_has_the_headers_and_no_body() -> None:
    campaign = CampaignFactory()

    response = Client().head(f"/api/v1/campaigns/{campaign.slug}/counts.json")

    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"] == get(campaign)["ETag"]


@pytest.mark.parametrize("letters", [1, 3])
def test_the_number_of_queries_does_not_grow(
    letters: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    campaign = CampaignFactory()
    for _ in range(letters):
        LetterFactory(submission__campaign=campaign)

    with django_assert_num_queries(5):
        get(campaign)
    with django_assert_num_queries(1):
        get(campaign)
