"""The journal: what a worker did with its batch since its last commit, mail by mail.

A batch is committed as a whole, before and after; between the two only this file knows which
mails were begun. A line goes out before DATA and after the answer, each with one `write`: that
survives the death of the process, and costs microseconds where a commit costs milliseconds.
The file is locked while its process lives, so that a sweeper on the same computer knows the
dead from the slow. It holds ids and codes only, never an address.

A power cut may lose lines that the disk never got: the boot's id is on the first line, and a
journal of an earlier boot is not believed where it is silent.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.conf import settings

KEY_LENGTH = 16
TRYING, BEGUN, ANSWERED = "T", "D", "A"


def folder() -> Path:
    return Path(settings.VAR_DIR, "journal")


class Journal:
    """The journal of this process. `key` begins every claim token that it writes down."""

    def __init__(self) -> None:
        self.key = secrets.token_hex(KEY_LENGTH // 2)
        self.process = os.getpid()
        self._batches = 0
        folder().mkdir(parents=True, exist_ok=True)
        self._path = folder() / f"{self.key}.journal"
        made = folder() / f"{self.key}.new"  # nobody may find it before it is locked
        self._file = os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self.clear()
        made.rename(self._path)

    def next_token(self) -> str:
        """Return the claim token of this process's next batch: 32 characters at most."""
        self._batches += 1
        return f"{self.key}{self._batches:x}"

    def trying(self, key: UUID) -> None:
        """Note which mail is at hand: should the process die, this one may be why."""
        self._write(f"{TRYING} {key.hex}\n")

    def begun(self, key: UUID) -> None:
        """Note that a message is about to go. Raises OSError: then it must not."""
        self._write(f"{BEGUN} {key.hex}\n")

    def answered(self, key: UUID, code: int) -> None:
        """Note the server's answer. A full disk is no reason to forget it: it is committed soon."""
        with contextlib.suppress(OSError):
            self._write(f"{ANSWERED} {key.hex} {code}\n")

    def _write(self, line: str) -> None:
        said = line.encode("ascii")
        if os.write(self._file, said) != len(said):
            raise OSError("The journal could not be written.")

    def clear(self) -> None:
        """Forget a batch whose outcomes are committed."""
        os.ftruncate(self._file, 0)
        self._write(f"B {boot()}\n")

    def gone(self) -> bool:
        """Whether another took this file away, or this is a child of the process that made it."""
        return self.process != os.getpid() or not self._path.exists()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink()
        os.close(self._file)


_own: Journal | None = None


def abandon() -> None:
    """Leave this process's journal to the sweepers, as if the process had died."""
    global _own
    if _own is not None and _own.process == os.getpid():
        os.close(_own._file)
    _own = None


def own() -> Journal:
    """Return this process's journal, made when it is first needed."""
    global _own
    if _own is None or _own.gone():
        _own = Journal()
    return _own


@dataclass(frozen=True)
class Left:
    """What a process left behind. `alive`: it still holds the lock. `codes` are by mail.

    `last` is the mail it was at. Where `complete` is false, silence proves nothing.
    """

    key: str
    alive: bool
    complete: bool
    begun: frozenset[UUID] = field(default_factory=frozenset)
    codes: dict[UUID, int] = field(default_factory=dict)
    last: UUID | None = None


def left_behind() -> list[Left]:
    """Return the journals of all processes of this computer but this one."""
    mine = _own.key if _own is not None and not _own.gone() else ""
    paths = sorted(folder().glob("*.journal"))
    return [left for path in paths if path.stem != mine and (left := _read(path)) is not None]


def keys() -> set[str]:
    """Return the keys of all journals of this computer, of the living and of the dead."""
    return {path.stem for path in folder().glob("*.journal")}


def forget(left: Left) -> None:
    """Remove the journal of a dead process once its mails are settled."""
    with contextlib.suppress(OSError):
        (folder() / f"{left.key}.journal").unlink()


def _read(path: Path) -> Left | None:
    try:
        with path.open("r+") as file:
            alive = not _lockable(file.fileno())
            said = file.read()
    except OSError:  # its process ended, and took it along, in this moment
        return None
    begun = frozenset(UUID(key) for key in _lines(BEGUN, said))
    answers = re.findall(rf"^{ANSWERED} ([0-9a-f]{{32}}) (0|\d{{3}})\n", said, re.MULTILINE)
    codes = {UUID(key): int(code) for key, code in answers}
    tried = _lines(TRYING, said)
    complete = alive or said.startswith(f"B {boot()}\n")
    return Left(path.stem, alive, complete, begun, codes, UUID(tried[-1]) if tried else None)


def _lines(mark: str, said: str) -> list[str]:
    """Return the mails of the whole lines with a mark; one that a full disk tore says nothing."""
    return re.findall(rf"^{mark} ([0-9a-f]{{32}})\n", said, re.MULTILINE)


def _lockable(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def boot() -> str:
    """Return an id of this run of the computer; where there is none, journals are believed."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "unknown"
