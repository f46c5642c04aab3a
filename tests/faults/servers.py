"""The bench's own small servers as processes: the sink and the proxy. Both die with us."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.faults import ledger
from tools.children import _dying_with
from tools.console import ROOT


class Process:
    """A process of ours that says on its first line where it listens."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            preexec_fn=_dying_with(os.getpid(), signal.SIGKILL),
        )  # fmt: skip
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        if not said:
            raise RuntimeError(f"{arguments[0]} does not start.")
        self.said = json.loads(said)

    def ask(self, line: str) -> str:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


class Sink(Process):
    """`ports[n]` is that of the n-th script; `mark()` and `arrivals(mark)` cut the ledger."""

    def __init__(
        self,
        folder: Path,
        scripts: Sequence[str] = ("",),
        options: Sequence[str] = (),
        *,
        keep: bool = True,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path, self.kept = folder / "ledger.jsonl", folder / "kept"
        command = ["tests.faults.sink", "--ledger", str(self.path)]
        command += ["--keep", str(self.kept)] if keep else []
        for script in scripts:
            command.append(f"--listen={script}")
        super().__init__(*command, *options)
        self.ports: list[int] = self.said

    @property
    def port(self) -> int:
        return self.ports[0]

    def listen(self, script: str) -> int:
        """Open one more port, on which the server behaves like this, and return it."""
        return int(self.ask(script))

    def forget(self) -> None:
        """Begin anew with what is done a limited number of times: another story is told."""
        self.ask("forget")

    def mark(self) -> int:
        return self.path.stat().st_size

    def arrivals(self, mark: int = 0) -> list[ledger.Arrival]:
        return ledger.arrivals(self.path, mark)

    def connections(self, mark: int = 0, port: int | None = None) -> int:
        lines = ledger.events(self.path, mark)
        return sum(
            line["event"] == "connect" and (port is None or line["port"] == port) for line in lines
        )


class Proxy(Process):
    def __init__(self, upstream: int | str) -> None:
        super().__init__("tests.faults.proxy", str(upstream).join(("127.0.0.1:", "")))
        self.port: int = self.said

    def set(self, **toxics: Any) -> None:
        """Put these toxics in force, in place of those before. None: let everything pass."""
        self.ask(json.dumps(toxics))
