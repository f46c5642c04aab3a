"""Places at which a fault test may kill, stop or break a process. In use they are no-ops.

Two keys are needed: the settings module of the fault tests (FAULTS) and the variable
FAILPOINTS, a comma-separated list of `name=action@n`: at the n-th pass of `name` in this
process (1 if not given), once in the life of the whole site, `action` is done:

kill (SIGKILL), term (SIGTERM), stop (SIGSTOP), abort (SIGABRT), raise (an exception),
pause:seconds. A name may end in `*`.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import transaction

SIGNALS = {
    "kill": signal.SIGKILL,
    "term": signal.SIGTERM,
    "stop": signal.SIGSTOP,
    "abort": signal.SIGABRT,
}
_passed: Counter[str] = Counter()


class Broken(RuntimeError):
    """What the action `raise` raises."""


def failpoint(name: str) -> None:
    """Mark a place. Outside fault tests this is one look at a setting."""
    if settings.FAULTS:
        _pass(name)


def failpoint_on_commit(name: str) -> None:
    """Mark the moment after the transaction at hand is committed."""
    if settings.FAULTS:
        transaction.on_commit(lambda: _pass(name))


def _pass(name: str) -> None:
    _record(name)
    for pattern, action, nth in _armed(os.environ.get("FAILPOINTS", "")):
        if not fnmatchcase(name, pattern):
            continue
        _passed[pattern] += 1
        if _passed[pattern] == nth and _first(pattern):
            _do(action, name)


@cache
def _armed(listed: str) -> tuple[tuple[str, str, int], ...]:
    armed = []
    for one in filter(None, listed.split(",")):
        pattern, _, rest = one.partition("=")
        action, _, nth = rest.partition("@")
        armed.append((pattern, action, int(nth or 1)))
    return tuple(armed)


def _record(name: str) -> None:
    """Keep the list of places that were passed: a test compares it with what it killed at."""
    folder = _folder()
    with (folder / "passed").open("a") as file:
        file.write(f"{name}\n")


def _first(pattern: str) -> bool:
    """Whether no process has done this before: a worker that starts again lives on."""
    try:
        (_folder() / f"fired-{pattern.replace('*', '_')}").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _folder() -> Path:
    folder = Path(settings.VAR_DIR, "failpoints")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _do(action: str, name: str) -> None:
    if action == "raise":
        raise Broken(f"Broken at {name}, as asked.")
    if action.startswith("pause:"):
        time.sleep(float(action.removeprefix("pause:")))
    else:
        os.kill(os.getpid(), SIGNALS[action])
