"""Processes that we start and that never outlive us: one group each, ended together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tools.console import ROOT, Status, say

PATIENCE_SECONDS = 10
PR_SET_PDEATHSIG = 1


class Child:
    """A started process, the log that it writes, and how it wants to be told to stop."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environ: Mapping[str, str] | None = None,
        *,
        log: Path | None = None,
        folder: Path = ROOT,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        """Start the command. Without a log, it writes where we write."""
        self.name = name
        self.log = log
        self.stop_signal = stop_signal
        self._read = 0
        self._in_traceback = False
        with log.open("wb") if log else contextlib.nullcontext() as output:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                # Ctrl-C reaches us alone, and we end the children in our order.
                start_new_session=True,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                preexec_fn=_dying_with(os.getpid(), stop_signal),
            )

    def lines(self) -> list[str]:
        return self.log.read_text(errors="replace").splitlines() if self.log else []

    def last_words(self, sentence: str) -> str:
        """Return the end of the log with a sentence below it."""
        return "\n".join([*self.lines()[-15:], "", sentence])

    def new_errors(self) -> Iterator[str]:
        """Yield what the log has since told of errors: the line, and what was raised."""
        for line in self._new_lines():
            if line.startswith("Traceback "):
                self._in_traceback = True
            elif self._in_traceback and not line.startswith(" "):
                self._in_traceback = False
                yield line
            elif re.search(r"\b(ERROR|CRITICAL)\b", line):
                yield line

    def _new_lines(self) -> list[str]:
        if self.log is None:
            return []
        with self.log.open("rb") as log:
            log.seek(self._read)
            whole, newline, _ = log.read().rpartition(b"\n")
        self._read += len(whole + newline)
        return whole.decode(errors="replace").splitlines()

    def tell(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):  # all of the group is gone already
            os.killpg(self.process.pid, number)


def end(children: Sequence[Child], patience: float = PATIENCE_SECONDS) -> None:
    """End all children with everything they started, by force if asking doesn't help."""
    with _undisturbed():
        for child in reversed(children):
            child.tell(child.stop_signal)
        deadline = time.monotonic() + patience
        for child in children:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"The {child.name} did not stop in {patience:.0f} s and is ended by force.")
            child.tell(signal.SIGKILL)
            child.process.wait()


def watch(
    command: Sequence[str],
    label: str,
    environ: Mapping[str, str] | None = None,
    *,
    announced: bool = True,
) -> tuple[int, list[str]]:
    """Run a command quietly but visibly alive. Return its status and what it wrote."""
    with tempfile.NamedTemporaryFile(prefix="sincerely-") as file:
        status = Status(label, announced=announced)
        child = Child(label, command, environ, log=Path(file.name), stop_signal=signal.SIGINT)
        try:
            while child.process.poll() is None:
                time.sleep(0.1)
                status.update((child.lines() or [""])[-1].strip())
        finally:
            end([child])
            status.close()
        return child.process.returncode, child.lines()


def stop_with_parent() -> None:
    """Take the parent's death, even by SIGKILL, as a SIGTERM."""
    _dying_with(os.getppid(), signal.SIGTERM)()


def _dying_with(parent: int, number: int) -> Callable[[], None]:
    """Return what asks the kernel for a signal at the parent's death. Linux only."""
    libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None

    def ask() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, number)
            if os.getppid() != parent:  # it died before the line above
                os._exit(1)

    return ask


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no second Ctrl-C break off the cleaning up."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
