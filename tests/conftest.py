"""What holds for every test: no network, no shared files, no waiting, nothing left behind."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from pytest_django import Settings

from letters import counters, guards

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class NetworkBlocked(RuntimeError):
    """A test tried to reach another machine."""


def service_ports() -> set[int]:
    """Return the ports of the services on this machine that the run was given."""
    urls = (os.environ.get(name, "") for name in ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL"))
    parts = [urlsplit(url) for url in urls]
    return {part.port for part in parts if part.port and part.hostname in LOOPBACK}


def pytest_configure(config: pytest.Config) -> None:
    """Set what Django and Celery read once, before any test runs."""
    django_settings.DATABASE_CLOCK = False  # tests travel in time; the database does not
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if not os.environ.get("CELERY_BROKER_URL"):
        django_settings.CELERY_BROKER_URL = "memory://"
        return
    # Side by side, the processes of pytest-xdist must not empty each other's cache or queue.
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    django_settings.CELERY_BROKER_URL = own_redis("CELERY_BROKER_URL", 2 + 2 * process)
    if os.environ.get("CACHE_URL"):
        location = own_redis("CACHE_URL", 3 + 2 * process)
        django_settings.CACHES["default"]["LOCATION"] = location


def own_redis(name: str, database: int) -> str:
    """Return the address of a Redis database of this process; its children inherit it."""
    os.environ[name] = urlsplit(os.environ[name])._replace(path=f"/{database}").geturl()
    return os.environ[name]


@pytest.fixture(autouse=True)
def own_files(settings: Settings, tmp_path: Path) -> None:
    """Keep mails, letters and the like in a folder of the test's own; serve plain statics."""
    settings.VAR_DIR = tmp_path
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    storages: dict[str, Any] = settings.STORAGES
    options = {**storages["default"].get("OPTIONS", {}), "location": tmp_path / "letters"}
    settings.STORAGES = {
        **storages,
        "default": {**storages["default"], "OPTIONS": options},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True, scope="session")
def emptied_without_guards() -> Iterator[None]:
    """Django empties the tables after a transactional test, on SQLite by DELETE, which the guards
    of moves and attempts refuse, and the counters would write down: they are lifted for that moment
    (letters/guards.py, letters/counters.py)."""
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # it has no name for others

    def unguarded(self: TransactionTestCase) -> None:
        with counters.lifted(connection), guards.lifted(connection):
            empty(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", unguarded)
        yield


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    for kept in caches.all(initialized_only=False):
        kept.clear()
    yield
    for kept in caches.all(initialized_only=False):
        kept.clear()
    translation.deactivate()


@pytest.fixture
def loopback() -> set[int]:
    """Ports on this machine that the test may reach: add those of a server it starts itself."""
    return service_ports()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch, loopback: set[int]) -> None:
    """Refuse every connection but to Unix sockets and to `loopback`."""

    def allowed(family: int, address: Any) -> bool:
        if family == socket.AF_UNIX:
            return True
        return address[0] in LOOPBACK and address[1] in loopback

    def guarded(name: str) -> Any:
        real = getattr(socket.socket, name)

        def call(self: socket.socket, address: Any) -> Any:
            if not allowed(self.family, address):
                raise NetworkBlocked(f"This test tried to reach {address!r}.")
            return real(self, address)

        return call

    real_lookup = socket.getaddrinfo

    def lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and name not in LOOPBACK:
            raise NetworkBlocked(f"This test tried to look up {name!r}.")
        return real_lookup(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded("connect"))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded("connect_ex"))
    monkeypatch.setattr(socket, "getaddrinfo", lookup)
