"""The cache inside a process: how long, for whom, how much."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from campaign import process_cache
from campaign.process_cache import ProcessCache

Wait = Callable[[float], None]


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Wait:
    """Let the cache's clock run on by some seconds."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(process_cache, "time", SimpleNamespace(monotonic=lambda: clock.now))

    def wait(seconds: float) -> None:
        clock.now += seconds

    return wait


@pytest.fixture
def cache() -> ProcessCache:
    return ProcessCache("", {})


def test_value_is_kept_for_its_time(cache: ProcessCache, wait: Wait) -> None:
    cache.set("page", "text", 2)
    wait(1.9)
    assert cache.get("page") == "text"
    wait(0.2)
    assert cache.get("page", "gone") == "gone"


def test_value_without_a_time_has_the_default_one(wait: Wait) -> None:
    cache = ProcessCache("", {"TIMEOUT": 60})
    cache.set("page", "text")
    wait(59)
    assert cache.get("page") == "text"
    wait(2)
    assert cache.get("page") is None


def test_value_for_no_time_is_not_kept(cache: ProcessCache, wait: Wait) -> None:
    cache.set("page", "text", 0)
    assert cache.get("page") is None


def test_two_instances_share_the_very_object(cache: ProcessCache) -> None:
    page = object()
    cache.set("page", page, 60)
    assert ProcessCache("", {}).get("page") is page


def test_full_cache_is_emptied_for_the_next_value(
    cache: ProcessCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_cache, "LIMIT", 3)
    for number in range(3):
        cache.set(f"page {number}", number, 60)
    assert [cache.get(f"page {number}") for number in range(3)] == [0, 1, 2]
    cache.set("page 3", 3, 60)
    assert [cache.get(f"page {number}") for number in range(4)] == [None, None, None, 3]


def test_deleted_value_is_gone_for_all_instances(cache: ProcessCache) -> None:
    cache.set("page", "text", 60)
    assert ProcessCache("", {}).delete("page") is True
    assert (cache.get("page"), cache.delete("page")) == (None, False)


def test_cleared_cache_is_empty_for_all_instances(cache: ProcessCache) -> None:
    cache.set("page", "text", 60)
    ProcessCache("", {}).clear()
    assert cache.get("page") is None
