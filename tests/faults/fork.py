"""Processes forked from one that has imported everything: a start costs milliseconds.

A fork that is stopped by SIGSTOP is not waited for any longer: it is a zombie, to be woken.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.children import _dying_with

PATIENCE_SECONDS = 60.0
LOOK_EVERY = 0.002


@dataclass
class End:
    """How a process ended. `signal` 0: by itself. `hung`: we had to end it."""

    code: int = 0
    signal: int = 0
    stopped: bool = False
    hung: bool = False
    result: Any = None

    @property
    def good(self) -> bool:
        return not (self.code or self.signal or self.stopped or self.hung)


class Fork:
    """One function in a process of its own, which writes what it prints into `log`."""

    def __init__(self, function: Callable[..., Any], *arguments: Any, log: Path) -> None:
        self._read, write = os.pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._read)
            _dying_with(parent, signal.SIGKILL)()
            _live(function, arguments, write, log)
        os.close(write)
        self.started = time.monotonic()
        self.ended = False

    def wait(
        self, seconds: float = PATIENCE_SECONDS, until: Callable[[], bool] | None = None
    ) -> End:
        """Wait for its end or its stop. When `until` says so, ask it to end (SIGTERM)."""
        deadline, asked = time.monotonic() + seconds, False
        while (end := self.poll()) is None:
            if time.monotonic() > deadline:
                self.kill()
                return End(hung=True)
            if until and not asked and until():
                asked = True
                self.signal(signal.SIGTERM)
            time.sleep(LOOK_EVERY if until is None else 0.05)
        return end

    def poll(self) -> End | None:
        pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
        if pid == 0:
            return None
        if os.WIFSTOPPED(status):
            return End(stopped=True)
        self.ended = True
        if os.WIFSIGNALED(status):
            self._answer()
            return End(signal=os.WTERMSIG(status))
        return End(code=os.WEXITSTATUS(status), result=self._answer())

    def _answer(self) -> Any:
        with os.fdopen(self._read, "rb") as pipe:
            said = pipe.read()
        return json.loads(said) if said else None

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        if not self.ended:
            self.signal(signal.SIGKILL)
            self.ended = True
            os.waitpid(self.pid, 0)
            os.close(self._read)


def _live(function: Callable[..., Any], arguments: tuple[Any, ...], write: int, log: Path) -> None:
    """Be the child, from here to its end."""
    code = 1
    try:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(output, 1)
        os.dup2(output, 2)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        faulthandler.dump_traceback_later(PATIENCE_SECONDS - 5, file=2)
        said = json.dumps(function(*arguments))
        os.write(write, said.encode())
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
