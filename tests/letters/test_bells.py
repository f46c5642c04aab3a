"""Bells keep their process' connection to the database, and get over a broken one."""

from __future__ import annotations

import pytest
from django.db import connection

from letters import tasks
from letters.delivery import heartbeat


@pytest.fixture(autouse=True)
def server() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server")


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


@pytest.mark.django_db(transaction=True)
def test_bells_share_a_connection() -> None:
    connection.ensure_connection()
    first = connection.connection
    assert [tasks.sweep.apply().state, tasks.sweep.apply().state] == ["SUCCESS"] * 2
    assert connection.connection is first
