from __future__ import annotations

import socket
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from pytest_django import Settings

from campaign.celery import app
from tests.conftest import NetworkBlocked


@pytest.mark.parametrize("name", ["connect", "connect_ex"])
def test_connection_to_another_machine_is_refused(name: str) -> None:
    with socket.socket() as client, pytest.raises(NetworkBlocked):
        getattr(client, name)(("192.0.2.1", 80))


def test_connection_to_this_machine_is_refused_unless_asked_for() -> None:
    with socket.socket() as client, pytest.raises(NetworkBlocked):
        client.connect(("127.0.0.1", 9))


def test_connection_to_a_server_of_the_test_is_allowed(loopback: set[int]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        loopback.add(server.getsockname()[1])

        with socket.create_connection(server.getsockname()) as client:
            assert client.getpeername() == server.getsockname()


def test_looking_up_a_name_is_refused() -> None:
    with pytest.raises(NetworkBlocked):
        socket.getaddrinfo("sincerely.example", 25)


def test_letters_and_mails_go_to_a_folder_of_the_test(settings: Settings, tmp_path: Path) -> None:
    assert Path(default_storage.path("x.pdf")) == tmp_path / "letters" / "x.pdf"
    assert tmp_path / "mailbox" == settings.MAILBOX_DIR


@pytest.mark.parametrize("turn", [1, 2])
def test_cache_is_empty_at_the_start(turn: int) -> None:
    assert cache.get("turn") is None
    cache.set("turn", turn)


def test_bells_are_not_rung_in_the_test_itself() -> None:
    assert not app.conf.task_always_eager
