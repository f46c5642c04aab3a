"""Mail out: the whole engine (claim, message, hand-over, notes) against smtplib with ready bytes."""

from __future__ import annotations

import contextlib
import json
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.figures import Figure

ROUNDS = 3


def measure(count: int) -> list[Figure]:
    """Send `count` letters with their PDFs by one worker, in turn with the reference."""
    from django.db import connection

    from letters.delivery.message import build

    with sink() as port:
        rows = due_letters(count)
        rows[0].recipient = "office@ee.example"
        envelope, message = build(rows[0])
        pairs = []
        for _ in range(ROUNDS):
            ours = count / _engine(port, count)
            theirs = count / _ready_bytes(port, envelope.recipient, message, count)
            pairs.append((ours / theirs, ours, theirs))
            due_again(rows)
    ratio, ours, theirs = sorted(pairs)[len(pairs) // 2]
    name = f"mail out, one worker, {connection.vendor}"
    reference = f"smtplib, ready bytes of {len(message) // 1000} kB, one connection, {theirs:.0f}/s"
    return [Figure(name, ratio, 0.7, f"{ours:.0f} mails/s", reference)]


def _engine(port: int, count: int) -> float:
    from letters.delivery import engine, mail

    way = mail.SmtpTransport(f"smtp://127.0.0.1:{port}")
    setattr(engine, "transport", lambda: way)  # noqa: B010  (the gateway, replaced)
    start, sent = time.perf_counter(), 0
    while done := engine.deliver():
        sent += done
    elapsed = time.perf_counter() - start
    way.close()
    if sent != count:
        raise RuntimeError(f"{sent} of {count} mails were sent: there is nothing to compare.")
    return elapsed


def _ready_bytes(port: int, recipient: str, message: bytes, count: int) -> float:
    with smtplib.SMTP("127.0.0.1", port) as server:
        start = time.perf_counter()
        for _ in range(count):
            server.sendmail("letters@sincerely.example", [recipient], message)
        return time.perf_counter() - start


@contextlib.contextmanager
def sink() -> Iterator[int]:
    """Run a mail server that takes everything, in a process of its own. Gives its port."""
    with tempfile.TemporaryDirectory(prefix="sincerely-sink-") as folder:
        command = [sys.executable, "-m", "tests.faults.sink", "--ledger", f"{folder}/ledger"]
        command += ["--no-fsync", "--plain"]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
        )
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())[0]
        process.kill()
        process.wait()


def due_letters(count: int) -> list[Any]:
    """Return that many letters' mails, due now, all with one PDF that is really there."""
    from letters.delivery import prepare, rows
    from letters.enums import LetterState, Purpose
    from letters.models import Letter, Outbound, Submission
    from tests.factories.letters import LetterFactory

    letters = [LetterFactory(state=LetterState.APPROVED, send_after=None)]
    prepare.prepare(letters[0].id)
    made = Letter.objects.get(pk=letters[0].pk)
    for _ in range(count - 1):
        letters.append(
            LetterFactory(
                campaign=made.campaign, government=made.government, office=made.office,
                submission__campaign=made.campaign,
                state=LetterState.QUEUED,
                pdf=made.pdf, pdf_sha256=made.pdf_sha256, pdf_bytes=made.pdf_bytes,
            )
        )  # fmt: skip
    Submission.objects.update(email="")  # so that no copies leave beside them
    rows.write_all(Purpose.LETTER, [(letter.submission, letter) for letter in letters[1:]])
    return list(Outbound.objects.filter(purpose=Purpose.LETTER).select_related("letter"))


def due_again(mails: list[Any]) -> None:
    """Undo the sending, past the database's guard: a measurement is no life of a letter."""
    from django.db import connection
    from django.utils import timezone

    from letters.guards import install, remove
    from letters.models import Letter, Outbound

    keys = [mail.pk for mail in mails]
    remove(connection)
    # Attempts stay: to this computer a database that lost some is a backup (gate.py).
    Outbound.objects.filter(pk__in=keys).update(
        state="queued", sent_at=None, lease_until=None, claim_token="",
        next_attempt_at=timezone.now(),
    )  # fmt: skip
    Letter.objects.filter(outbounds__in=keys).update(state="queued", sent_at=None)
    install(connection)
