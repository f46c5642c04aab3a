"""Signs of life: one row for each process, written seldom, never in the way."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from celery import current_app
from celery.worker import state
from django.db import OperationalError
from django.utils import timezone

from letters.delivery import heartbeat, loop, watch
from letters.models import Heartbeat
from tests.factories.letters import OutboundFactory
from tests.letters.signs import alive

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "_said", {})
    monkeypatch.setattr(heartbeat, "_started", {})
    monkeypatch.setattr(
        "letters.delivery.loop.connections.close_all", lambda: None
    )  # the test's own one


def test_work_is_a_sign_of_life() -> None:
    heartbeat.beat("worker")
    row = Heartbeat.objects.get()
    assert (row.kind, row.name) == ("worker", f"worker {heartbeat.process()}")
    assert row.started_at == row.at


def test_a_process_that_does_two_things_has_a_row_for_each() -> None:
    heartbeat.beat("worker")
    heartbeat.beat("sweeper")
    assert set(Heartbeat.objects.values_list("kind", flat=True)) == {"worker", "sweeper"}


def test_beating_often_writes_once_in_fifteen_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    passed = [0.0, 14.9, 15.0, 29.0, 30.1]
    monkeypatch.setattr("letters.delivery.heartbeat.monotonic", lambda: passed.pop(0))
    monkeypatch.setattr(heartbeat, "_write", lambda kind, *_: written.append(kind))
    for _ in range(5):
        heartbeat.beat("worker")
    assert written == ["worker"] * 3


def test_database_that_fails_does_not_stop_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(heartbeat, "_write", fails)
    heartbeat.beat("worker")
    assert Heartbeat.objects.count() == 0


def test_those_gone_for_a_day_are_forgotten() -> None:
    alive("worker", ago=86_401, name="gone")
    alive("worker", ago=86_000, name="was here today")
    heartbeat.beat("worker")
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {
        "was here today",
        f"worker {heartbeat.process()}",
    }


class Timer:
    """Calls nothing by itself."""

    def call_repeatedly(self, seconds: float, call: Any, args: Any, **_: Any) -> Timer:
        self.every, self.tick = seconds, lambda: call(*args)
        return self

    def cancel(self) -> None:
        self.every = 0.0


def worker() -> Any:
    return SimpleNamespace(hostname="celery@one", timer=Timer(), steps=None)


def test_main_loop_of_a_worker_says_that_it_lives() -> None:
    alive("sweeper")
    own = worker()
    step = loop.SignOfLife(own)
    step.start(own)
    row = Heartbeat.objects.get(kind="worker")
    assert (row.name, own.timer.every) == ("worker celery@one", 15.0)
    step.stop(own)
    assert own.timer.every == 0.0


def test_loop_that_takes_no_work_lives_and_is_called_deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    alive("sweeper")
    own = worker()
    start = timezone.now()
    monkeypatch.setattr(state, "total_count", {"letters.deliver": 3})
    with time_machine.travel(start, tick=False) as travel:
        OutboundFactory()
        loop.SignOfLife(own).start(own)
        travel.shift(timedelta(seconds=301))
        own.timer.tick()
        assert [process.name for process in watch.look().deaf] == ["worker celery@one"]
        state.total_count["letters.deliver"] = 4
        own.timer.tick()
        assert watch.look().deaf == []


def test_worker_with_nothing_to_do_is_not_called_deaf() -> None:
    own = worker()
    alive("sweeper")
    with time_machine.travel(timezone.now(), tick=False) as travel:
        loop.SignOfLife(own).start(own)
        travel.shift(timedelta(hours=1))
        own.timer.tick()
        assert watch.look().deaf == []


def test_loop_tells_that_there_is_no_sweeper(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[Any] = []
    own = worker()
    monkeypatch.setattr("letters.delivery.alarms.tell", lambda: ["a-notice"])
    monkeypatch.setattr(
        "letters.delivery.loop.current_app.send_task", lambda *args, **_: rung.append(args)
    )
    loop.SignOfLife(own).start(own)
    assert rung == [("letters.deliver", ("a-notice",))]


def test_every_worker_of_this_site_has_the_step() -> None:
    current_app.loader.import_default_modules()
    assert loop.SignOfLife in current_app.steps["worker"]
