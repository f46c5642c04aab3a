"""When a refused mail is tried again."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from letters.delivery.policy import wait_after


@pytest.mark.parametrize(
    ("attempts", "low", "high"), [(1, 48, 72), (2, 240, 360), (6, 5760, 8640), (7, 11520, 17280)]
)
def test_wait_is_a_fifth_more_or_less_than_planned(
    monkeypatch: pytest.MonkeyPatch, attempts: int, low: int, high: int
) -> None:
    monkeypatch.setattr(random, "uniform", lambda least, most: least)
    assert wait_after(attempts) == timedelta(seconds=low)
    monkeypatch.setattr(random, "uniform", lambda least, most: most)
    assert wait_after(attempts) == timedelta(seconds=high)


def test_first_retry_is_a_minute_away_and_never_alike() -> None:
    waits = {wait_after(1) for _ in range(100)}
    assert timedelta(seconds=48) <= min(waits) < max(waits) <= timedelta(seconds=72)


def test_waiting_never_ends_in_a_flood() -> None:
    assert min(wait_after(1000) for _ in range(20)) >= timedelta(hours=3)
