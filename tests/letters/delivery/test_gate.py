"""Nothing leaves a paused site, nor a database that is older than what was sent (F31)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from letters.delivery import gate, tide
from letters.delivery.tide import Tide
from letters.models import Attempt, SiteDelivery
from tests.factories.letters import OutboundFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_vouches(db: None) -> SiteDelivery:
    site, _made = SiteDelivery.objects.update_or_create(pk=1, defaults={"vouched_until": None})
    return site


def an_attempt(number: int = 1) -> int:
    outbound = OutboundFactory()
    return Attempt.objects.create(
        outbound=outbound, number=number, claim_token="a", started_at=timezone.now()
    ).pk


def switch() -> tuple[bool, str]:
    site = SiteDelivery.objects.get(pk=1)
    return site.paused, site.reason


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the gate believe that so much time has passed."""
    clock = time.monotonic()
    monkeypatch.setattr("letters.delivery.gate.time.monotonic", lambda: clock + seconds)


def test_a_new_site_is_open_and_remembers_its_database() -> None:
    assert gate.is_open()
    site = SiteDelivery.objects.get(pk=1)
    assert tide.read() == Tide(site.identity, 1, 0)


def test_a_paused_site_is_closed() -> None:
    SiteDelivery.objects.update(paused=True, reason="organiser")
    assert not gate.is_open()


def test_the_database_is_asked_once_a_second(
    django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.is_open()
    with django_assert_num_queries(0):
        assert gate.is_open()
    later(monkeypatch, 1.1)
    with django_assert_num_queries(1):
        assert gate.is_open()


def test_what_was_noted_is_no_news() -> None:
    gate.note_tide(an_attempt())
    assert gate.look().is_open


def test_an_older_database_is_held() -> None:
    gate.note_tide(an_attempt() + 1)
    assert not gate.look().is_open
    assert switch() == (True, "restored")


def test_the_note_says_what_was_seen() -> None:
    newest = an_attempt()
    gate.note_tide(newest + 3)
    gate.look()
    site = SiteDelivery.objects.get(pk=1)
    assert (
        site.note == f"This computer remembers mail up to attempt {newest + 3}; "
        f"the database ends at {newest}."
    )


def test_an_empty_copy_of_the_database_is_held() -> None:
    gate.note_tide(1)
    assert not gate.look().is_open


def test_a_restored_database_is_held_even_where_it_was_paused() -> None:
    gate.note_tide(an_attempt() + 1)
    SiteDelivery.objects.update(paused=True, reason="organiser")
    gate.look()
    assert switch() == (True, "restored")


def test_a_hold_stays_though_the_database_grows_on() -> None:
    gate.note_tide(an_attempt() + 1)
    gate.look()
    an_attempt(), an_attempt()
    assert not gate.look().is_open


# --- released by a person: a new generation ------------------------------------------------------


def test_a_released_database_is_trusted_and_its_mark_goes_back() -> None:
    newest = an_attempt()
    gate.note_tide(newest + 5)
    SiteDelivery.objects.update(generation=2)
    assert gate.look().is_open
    site = SiteDelivery.objects.get(pk=1)
    assert tide.read() == Tide(site.identity, 2, newest)


def test_a_backup_from_before_the_release_is_held() -> None:
    newest = an_attempt()
    SiteDelivery.objects.update(generation=2)
    gate.look()
    gate.note_tide(newest)
    SiteDelivery.objects.update(generation=1)
    assert not gate.look().is_open
    assert switch() == (True, "restored")


# --- a computer without a mark, or with another database's -----------------------------------------


def test_a_computer_without_a_mark_waits_a_minute_then_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    an_attempt()
    assert not gate.is_open()
    assert switch() == (False, "")
    later(monkeypatch, 61)
    assert not gate.is_open()
    assert switch() == (True, "restored")


def test_a_computer_that_joins_a_working_site_is_open() -> None:
    newest = an_attempt()
    SiteDelivery.objects.update(vouched_until=timezone.now() + timedelta(seconds=30))
    assert gate.look().is_open
    assert tide.read() == Tide(SiteDelivery.objects.get(pk=1).identity, 1, newest)


def test_what_was_vouched_for_long_ago_is_not_trusted() -> None:
    an_attempt()
    SiteDelivery.objects.update(vouched_until=timezone.now() - timedelta(seconds=1))
    assert not gate.look().is_open


def test_a_computer_that_remembers_vouches_for_the_others(
    settings: Settings, tmp_path: Any
) -> None:
    gate.note_tide(an_attempt())
    gate.look()
    settings.VAR_DIR = tmp_path / "another computer"
    assert gate.look().is_open


def test_a_held_database_is_vouched_for_by_nobody(settings: Settings, tmp_path: Any) -> None:
    newest = an_attempt()
    gate.note_tide(newest)
    gate.look()
    tide.note(Tide(SiteDelivery.objects.get(pk=1).identity, 1, newest + 1))
    gate.look()
    SiteDelivery.objects.update(paused=False, reason="")
    settings.VAR_DIR = tmp_path / "another computer"
    assert not gate.look().is_open


def test_a_new_database_is_open_whatever_the_computer_did_before() -> None:
    tide.note(Tide("another", 7, 4_000))
    assert gate.look().is_open
    site = SiteDelivery.objects.get(pk=1)
    assert tide.read() == Tide(site.identity, 1, 0)


def test_another_database_that_has_sent_mail_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    tide.note(Tide("another", 7, 4_000))
    an_attempt()
    assert not gate.look().is_open
    later(monkeypatch, 61)
    gate.look()
    assert switch() == (True, "restored")


def test_a_damaged_mark_is_no_mark() -> None:
    an_attempt()
    tide.place().write_bytes(b"\x00" * 64)
    assert (tide.read(), gate.look().is_open) == (None, False)


# --- the mark ---------------------------------------------------------------------------------


def test_the_mark_only_rises() -> None:
    for attempt in (5, 9, 7):
        tide.note(Tide("one", 1, attempt))
    assert tide.read() == Tide("one", 1, 9)


def test_a_new_generation_begins_the_mark_anew() -> None:
    tide.note(Tide("one", 1, 9))
    tide.note(Tide("one", 2, 3))
    tide.note(Tide("one", 1, 10))
    assert tide.read() == Tide("one", 2, 3)


def test_the_mark_keeps_its_length() -> None:
    lengths = {len(Tide("a" * 32, 1, attempt).line()) for attempt in (0, 12, 10**15)}
    assert lengths == {65}
