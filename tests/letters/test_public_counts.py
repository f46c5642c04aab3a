"""The counts that everybody may see: the page, counts.json, and how often they are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from pytest_django import DjangoAssertNumQueries
from redis import RedisError

from letters import counts
from letters.counts import count_letters, public_counts
from letters.enums import COUNTED, NOT_COUNTED, HoldReason, LetterState
from letters.queries import page
from tests.factories.campaign import CampaignFactory
from tests.factories.letters import LetterFactory, SubmissionFactory
from tests.letters.counting import a_letter, numbers

pytestmark = pytest.mark.django_db


def test_public_counts_hold_confirmed_letters_only() -> None:
    campaign = CampaignFactory(time_zone="Europe/Tallinn")
    at = datetime(2026, 11, 20, 22, tzinfo=UTC)
    letter = a_letter(campaign, submission__created_at=at, submission__country="LV")
    for state in sorted(NOT_COUNTED):
        a_letter(campaign, state)

    found = public_counts(campaign)

    updated = datetime.fromisoformat(found.pop("updated"))
    assert abs(datetime.now(UTC) - updated) < timedelta(minutes=1)
    government = letter.government
    assert found == {
        "campaign": campaign.slug,
        "time_zone": "Europe/Tallinn",
        "letters": 1,
        "signatories": 1,
        "governments": 1,
        "by_government": [{"code": government.iso2, "name": government.name, "letters": 1}],
        "by_country": [{"code": "LV", "name": "Latvia", "letters": 1}],
        "by_day": [{"day": "2026-11-21", "letters": 1}],
    }


def test_public_counts_equal_the_count_for_export() -> None:
    campaign = CampaignFactory()
    for country in ("LV", "EE", "EE"):
        a_letter(campaign, submission__country=country)

    found = public_counts(campaign)

    exported = numbers(count_letters(campaign, ["country"]))
    assert {(row["code"],): row["letters"] for row in found["by_country"]} == {
        codes: letters for codes, (letters, _signatories, _words) in exported.items()
    }


def test_public_counts_equal_the_page() -> None:
    campaign = CampaignFactory()
    form = SubmissionFactory(campaign=campaign)
    for state in LetterState:
        hold = HoldReason.REFUSED if state == LetterState.HELD else ""
        LetterFactory(submission=form, state=state, hold_reason=hold)

    shown, found = page(campaign.slug, "en"), public_counts(campaign)

    assert shown is not None
    assert (shown.letters, shown.governments_written) == (found["letters"], found["governments"])
    assert found["letters"] == len(COUNTED)


def test_public_counts_are_counted_once_for_many_readers(
    settings: LazySettings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.PAGE_CACHE_SECONDS = 60
    campaign = CampaignFactory()
    first = public_counts(campaign)
    a_letter(campaign)

    with django_assert_num_queries(0):
        assert public_counts(campaign) == first


def test_public_counts_are_counted_anew_after_a_while(settings: LazySettings) -> None:
    settings.PAGE_CACHE_SECONDS = 60
    campaign = CampaignFactory()
    public_counts(campaign)
    a_letter(campaign)

    with time_machine.travel(timedelta(seconds=61)):
        assert public_counts(campaign)["letters"] == 1


def test_while_one_counts_the_others_give_the_last_numbers(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PAGE_CACHE_SECONDS = 60
    campaign = CampaignFactory()
    first = public_counts(campaign)
    a_letter(campaign)
    meanwhile: list[Any] = []
    count = counts._counted_now

    def slow(*arguments: Any) -> Any:
        meanwhile.append(public_counts(campaign))
        return count(*arguments)

    monkeypatch.setattr(counts, "_counted_now", slow)
    with time_machine.travel(timedelta(seconds=61)):
        second = public_counts(campaign)

    assert meanwhile == [first]
    assert second["letters"] == 1


def test_public_counts_are_counted_anew_when_nothing_is_to_be_cached(
    settings: LazySettings,
) -> None:
    settings.PAGE_CACHE_SECONDS = 0
    campaign = CampaignFactory()
    public_counts(campaign)
    a_letter(campaign)

    assert public_counts(campaign)["letters"] == 1


def test_public_counts_are_given_without_their_cache(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PAGE_CACHE_SECONDS = 60

    def gone(*_: object) -> None:
        raise RedisError("Connection refused")

    monkeypatch.setattr("letters.counts.cache", SimpleNamespace(get=gone))
    letter = LetterFactory(state=LetterState.SENT)
    assert public_counts(letter.campaign)["letters"] == 1
