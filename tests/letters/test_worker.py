"""Across the real queue: a Celery worker in a process of its own, on Redis and PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client

from campaign import mailbox
from letters.enums import LetterState
from letters.models import Letter
from tests.journey import confirm, mails, make_world, sign

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
SECONDS = 60


@pytest.fixture(autouse=True)
def real_services() -> None:
    if not os.environ.get("SINCERELY_SERVICES"):
        pytest.skip("make services-test runs this")


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[None]:
    """A worker with beat, on this test's database and files."""
    database = urlsplit(os.environ["DATABASE_URL"])
    environment = {
        **os.environ,
        "DATABASE_URL": database._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "VAR_DIR": str(tmp_path),
        "SWEEP_SECONDS": "1",
        "C_FORCE_ROOT": "1",
    }
    command = [sys.executable, "-m", "celery", "-A", "campaign", "worker", "-B", "--pool", "solo"]
    command += ["--loglevel", "ERROR", "--schedule", str(tmp_path / "beat")]
    process = subprocess.Popen(command, env=environment)
    yield
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)


def until(found: Callable[[], object]) -> None:
    """Wait until something is so; the worker is another process and takes its time."""
    pause = threading.Event()
    for _ in range(SECONDS * 5):
        if found():
            return
        pause.wait(0.2)
    raise AssertionError("The worker did not do it in time.")


def test_letter_crosses_the_queue(client: Client, worker: None) -> None:
    world = make_world()
    sign(client, world)
    until(lambda: mails("mari@post.example"))
    confirm(client, mails("mari@post.example")[0])
    until(lambda: Letter.objects.get().state == LetterState.SENT)
    [mail] = mails(world.office.routes.get().email)
    assert [part.kind for part in mailbox.attachments(mail)] == ["application/pdf"]


def test_lost_bell_is_found_by_the_sweeper(
    client: Client, worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("letters.outbox._ring", lambda *_: None)
    sign(client, make_world())
    until(lambda: mails("mari@post.example"))
    assert len(mails("mari@post.example")) == 1
