"""/healthz and /readyz: up, and able to do the work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from campaign.models import Campaign
from letters.actions.confirm import approve_now
from letters.delivery import broker, watch
from letters.enums import LetterState, OutboundState
from letters.models import Heartbeat, MailServer, SiteDelivery
from letters.views import health
from tests.factories.letters import LetterFactory, OutboundFactory
from tests.letters.signs import alive, all_alive, look_again

pytestmark = pytest.mark.django_db
WELL = {
    "ready": True,
    "database": True,
    "due_mail_seconds": 0,
    "approved_letter_seconds": 0,
    "lost_claim_seconds": 0,
    "sweeper_seconds": 0,
    "worker_seconds": 0,
    "mail_server": True,
    "paused": False,
    "reasons": [],
}


def due_mail() -> None:
    OutboundFactory()


def approved_letter() -> None:
    approve_now(LetterFactory(state=LetterState.CONFIRMED), actor="policy")


def lost_claim() -> None:
    OutboundFactory(state=OutboundState.SENDING, claim_token="a-worker", lease_until=timezone.now())


LATE = [
    ("due_mail_seconds", "late", due_mail),
    ("approved_letter_seconds", "unset", approved_letter),
    ("lost_claim_seconds", "lost", lost_claim),
]


def ready_after(client: Client, **delta: float) -> tuple[int, dict[str, Any]]:
    """Ask later, while worker and sweeper are alive."""
    look_again()
    with time_machine.travel(timezone.now() + timedelta(**delta), tick=False):
        all_alive()
        response = client.get("/readyz")
    return response.status_code, response.json()


def ready(client: Client) -> tuple[int, dict[str, Any]]:
    look_again()
    response = client.get("/readyz")
    return response.status_code, response.json()


def test_process_that_is_up_says_ok(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert response["Cache-Control"] == "no-store"


def test_site_where_nothing_waits_is_ready(client: Client) -> None:
    assert ready_after(client) == (200, WELL)


@pytest.mark.parametrize(("name", "reason", "begin"), LATE)
def test_work_that_waits_a_while_is_no_alarm(
    client: Client, name: str, reason: str, begin: Callable[[], None]
) -> None:
    begin()
    status, found = ready_after(client, minutes=9)
    assert (status, found["ready"], found["reasons"]) == (200, True, [])
    assert 539 <= found[name] <= 540


@pytest.mark.parametrize(("name", "reason", "begin"), LATE)
def test_work_that_waits_longer_than_ten_minutes_is_one(
    client: Client, name: str, reason: str, begin: Callable[[], None]
) -> None:
    begin()
    status, found = ready_after(client, minutes=11)
    assert (status, found["ready"], found["reasons"]) == (503, False, [reason])
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


def test_letters_of_a_campaign_that_lets_them_wait_are_no_alarm(client: Client) -> None:
    OutboundFactory()
    Campaign.objects.update(delivery_paused=True)
    assert ready_after(client, hours=1)[0] == 200


class Silence(NamedTuple):
    worker: float | None
    sweeper: float | None
    reasons: list[str]


@pytest.mark.parametrize(
    "silence",
    [
        Silence(119, 119, []),
        Silence(121, 10, ["worker"]),
        Silence(10, 121, ["sweeper"]),
        Silence(None, None, ["worker", "sweeper"]),
    ],
)
def test_who_gave_no_sign_of_life_for_two_minutes_is_missed(
    client: Client, silence: Silence
) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        for kind, seconds in (("worker", silence.worker), ("sweeper", silence.sweeper)):
            if seconds is not None:
                alive(kind, ago=seconds)
        status, found = ready(client)
    assert found["reasons"] == silence.reasons
    assert status == (503 if silence.reasons else 200)
    assert (found["worker_seconds"], found["sweeper_seconds"]) == silence[:2]


def test_one_living_worker_is_enough(client: Client) -> None:
    alive("worker", ago=3600)
    all_alive()
    assert ready(client)[0] == 200


def test_mail_server_that_is_left_alone_is_a_reason_and_late_mail_follows_from_it(
    client: Client,
) -> None:
    due_mail()
    MailServer.objects.create(name="", open_until=timezone.now(), trouble="login")
    status, found = ready_after(client, minutes=11)
    assert (status, found["mail_server"], found["reasons"]) == (503, False, ["server"])


def test_another_mail_server_than_the_one_in_use_is_none(client: Client) -> None:
    MailServer.objects.create(name="old:25", open_until=timezone.now(), trouble="connect")
    assert ready_after(client) == (200, WELL)


def test_site_that_was_paused_is_ready_and_says_so(client: Client) -> None:
    due_mail()
    SiteDelivery.objects.update_or_create(id=1, defaults={"paused": True, "reason": "organiser"})
    status, found = ready_after(client, minutes=11)
    assert (status, found["paused"], found["reasons"]) == (200, True, [])


def test_disk_that_is_full_is_a_reason(client: Client, settings: Settings) -> None:
    settings.DISK_FREE_MB = 10**9
    assert ready_after(client)[1]["reasons"] == ["disk"]


def test_queue_that_does_not_answer_is_a_reason(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "answers", lambda: False)
    assert ready_after(client)[1]["reasons"] == ["broker"]


def broken(*_: object, **__: object) -> None:
    raise OperationalError("could not connect to server: secret-host")


GONE = (503, {"ready": False, "database": False, "reasons": ["database"]})


def test_database_that_does_not_answer_is_said_plainly(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "look", broken)
    assert ready(client) == GONE


def test_database_that_takes_nothing_in_is_said_plainly(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Heartbeat.objects, "create", broken)
    assert ready(client) == GONE


def test_asking_leaves_nothing_in_the_database(client: Client) -> None:
    client.get("/readyz")
    assert Heartbeat.objects.count() == 0


def test_asking_often_costs_one_look(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    all_alive()
    assert ready(client)[0] == 200
    monkeypatch.setattr(watch, "look", broken)
    monkeypatch.setattr(health, "transaction", None)
    assert client.get("/readyz").status_code == 200
