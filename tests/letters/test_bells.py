"""Bells keep their process' connection to the database, and never keep a request waiting."""

from __future__ import annotations

import pytest
from celery import current_app
from django.db import connection
from kombu.connection import Connection

from letters import outbox, tasks
from letters.delivery import heartbeat


@pytest.fixture
def server() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server")


def test_a_request_tries_to_ring_once_and_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Connection("redis://127.0.0.1:9/0", transport_options={"socket_timeout": 5})
    monkeypatch.setattr(current_app, "connection_for_write", lambda: broker)
    bell = outbox.bells().connections.connection
    assert bell.as_uri() == broker.as_uri()
    assert bell.transport_options == {
        "socket_timeout": 0.4, "socket_connect_timeout": 0.4, "max_retries": 0,
    }  # fmt: skip


def test_a_bell_that_nobody_hears_is_told_to_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, loopback: set[int]
) -> None:
    loopback.add(9)  # where nobody listens
    waits: list[float] = []
    monkeypatch.setattr("kombu.utils.functional.sleep", waits.append)
    broker = Connection("redis://127.0.0.1:9/0")
    monkeypatch.setattr(current_app, "connection_for_write", lambda: broker)
    outbox._ring(tasks.deliver, "an id")
    assert [record.message for record in caplog.records] == [
        "The bell could not be rung (OperationalError); the sweeper will find it."
    ]
    assert waits == []


@pytest.mark.usefixtures("server")
@pytest.mark.django_db(transaction=True)
def test_a_bell_gets_over_a_connection_that_the_server_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heartbeat, "beat", lambda kind: None)  # it would take the blow
    connection.ensure_connection()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid]
        )
    other.close()
    assert tasks.sweep.apply().state == "SUCCESS"


@pytest.mark.usefixtures("server")
@pytest.mark.django_db(transaction=True)
def test_bells_share_a_connection() -> None:
    connection.close()  # an old one would be closed for its age
    connection.ensure_connection()
    first = connection.connection
    assert [tasks.sweep.apply().state, tasks.sweep.apply().state] == ["SUCCESS"] * 2
    assert connection.connection is first
