"""The tide mark: a file that remembers, outside the database, how far delivery came (F31).

One line: whose database it was, which generation of it, and the last attempt that was noted. It
only ever rises. A database that knows less than its mark was restored from a backup.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Tide:
    """`identity` is the database's own, `generation` counts its releases after a restore."""

    identity: str
    generation: int
    attempt: int

    def line(self) -> bytes:
        # All of one length: written over in place, a power cut leaves the old line or the new.
        return f"{self.identity:<32} {self.generation:010} {self.attempt:020}\n".encode()


def place() -> Path:
    return Path(settings.VAR_DIR, "tide")


def read() -> Tide | None:
    """Return what is remembered; None if nothing is, or nothing readable."""
    try:
        return _parse(place().read_bytes())
    except FileNotFoundError:
        return None


def _parse(line: bytes) -> Tide | None:
    try:
        identity, generation, attempt = line.decode("ascii").split()
        return Tide(identity, int(generation), int(attempt))
    except ValueError:
        return None


def note(tide: Tide) -> None:
    """Remember `tide` unless more is remembered already. Raises OSError."""
    with _opened() as file:
        before = _parse(os.pread(file, 200, 0))
        if before is None or _rises(before, tide):
            os.pwrite(file, tide.line(), 0)
            os.ftruncate(file, len(tide.line()))
        if before is None or before.identity != tide.identity:
            os.fsync(file)


def _rises(before: Tide, tide: Tide) -> bool:
    if before.identity != tide.identity:
        return True
    return (before.generation, before.attempt) < (tide.generation, tide.attempt)


@contextmanager
def _opened() -> Iterator[int]:
    """Open the file for this process alone: the others of this computer wait."""
    place().parent.mkdir(parents=True, exist_ok=True)
    file = os.open(place(), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)
