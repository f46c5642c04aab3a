"""A Redis that hangs is noticed; a folder needs no asking."""

from __future__ import annotations

import socket

import pytest
from celery import current_app
from kombu.connection import Connection
from pytest_django import Settings

from letters.delivery import broker


def test_redis_that_takes_connections_and_says_nothing_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, loopback: set[int]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        loopback.add(port := frozen.getsockname()[1])
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{port}/0"
        kept = Connection(settings.CELERY_BROKER_URL)
        monkeypatch.setattr(current_app, "connection_for_write", lambda: kept)
        assert broker.answers() is False


def test_folder_is_not_asked(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "filesystem://localhost"
    assert broker.answers() is True
