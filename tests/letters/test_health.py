"""/healthz and /readyz: up, and able to do the work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from letters.actions.confirm import approve_now
from letters.enums import LetterState, OutboundState
from letters.views import health
from tests.factories.letters import LetterFactory, OutboundFactory

pytestmark = pytest.mark.django_db


def due_mail() -> None:
    OutboundFactory()


def approved_letter() -> None:
    approve_now(LetterFactory(state=LetterState.CONFIRMED), actor="policy")


def lost_claim() -> None:
    OutboundFactory(state=OutboundState.SENDING, claim_token="a-worker", lease_until=timezone.now())


LATE = [
    ("due_mail_seconds", due_mail),
    ("approved_letter_seconds", approved_letter),
    ("lost_claim_seconds", lost_claim),
]


def ready_after(client: Client, **delta: float) -> tuple[int, dict[str, Any]]:
    with time_machine.travel(timezone.now() + timedelta(**delta), tick=False):
        response = client.get("/readyz")
    return response.status_code, response.json()


def test_process_that_is_up_says_ok(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert response["Cache-Control"] == "no-store"


def test_site_where_nothing_waits_is_ready(client: Client) -> None:
    waits = dict.fromkeys((name for name, _ in LATE), 0)
    assert ready_after(client) == (200, {"ready": True, "database": True, **waits})


@pytest.mark.parametrize(("name", "begin"), LATE)
def test_work_that_waits_a_while_is_no_alarm(
    client: Client, name: str, begin: Callable[[], None]
) -> None:
    begin()
    status, found = ready_after(client, minutes=9)
    assert (status, found["ready"]) == (200, True)
    assert 539 <= found[name] <= 540


@pytest.mark.parametrize(("name", "begin"), LATE)
def test_work_that_waits_longer_than_ten_minutes_is_one(
    client: Client, name: str, begin: Callable[[], None]
) -> None:
    begin()
    status, found = ready_after(client, minutes=11)
    assert (status, found["ready"]) == (503, False)
    assert 659 <= found.pop(name) <= 660
    assert {seconds for key, seconds in found.items() if key.endswith("_seconds")} == {0}


@pytest.mark.parametrize("state", [OutboundState.SENT, OutboundState.HELD, OutboundState.CANCELLED])
def test_mail_that_is_done_with_is_no_alarm(client: Client, state: OutboundState) -> None:
    sent_at = timezone.now() if state == OutboundState.SENT else None
    OutboundFactory(state=state, sent_at=sent_at)
    assert ready_after(client, days=1)[0] == 200


def test_mail_that_is_due_later_is_no_alarm(client: Client) -> None:
    OutboundFactory(next_attempt_at=timezone.now() + timedelta(hours=2))
    assert ready_after(client, hours=1)[0] == 200


def test_database_that_does_not_answer_is_said_plainly(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise OperationalError("could not connect to server: secret-host")

    monkeypatch.setitem(health.OLDEST, "due_mail_seconds", fails)
    assert ready_after(client) == (503, {"ready": False, "database": False})
