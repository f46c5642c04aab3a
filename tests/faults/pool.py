"""Lanes side by side: prepare the databases, hand out jobs, collect what they found."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.faults.databases import TEMPLATE, Databases, PostgresDatabases, databases
from tools.children import _dying_with
from tools.console import ROOT

Job = dict[str, Any]
JOB_SECONDS = 900


class Pool:
    """`kind` is sqlite or postgres; `server` the address of a PostgreSQL cluster."""

    def __init__(self, kind: str, folder: Path, server: str, lanes: int) -> None:
        self.kind, self.folder, self.server = kind, folder / kind, server
        self.folder.mkdir(parents=True, exist_ok=True)
        prepare(databases(kind, self.folder, server), self.folder)
        self.lanes = [self._lane(number) for number in range(lanes)]

    def _lane(self, number: int) -> subprocess.Popen[str]:
        place = self.folder / f"{self.kind}{os.getpid()}_{number}"
        place.mkdir()
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.faults.lane", self.kind, str(place), self.server],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            preexec_fn=_dying_with(os.getpid(), signal.SIGKILL),
        )  # fmt: skip
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            process.wait()
            raise RuntimeError(f"A lane does not start.\n{(place / 'log').read_text()[-3000:]}")
        return process

    def map(self, jobs: Sequence[Job], done: Callable[[Job], None]) -> None:
        """Do all jobs, `done` with each answer as it comes."""
        waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
        for job in jobs:
            waiting.put(job)
        lock = threading.Lock()

        def work(lane: subprocess.Popen[str]) -> None:
            with contextlib.suppress(queue.Empty):
                while True:
                    answer = _ask(lane, waiting.get_nowait())
                    with lock:
                        done(answer)

        threads = [threading.Thread(target=work, args=(lane,), daemon=True) for lane in self.lanes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def end(self) -> None:
        for lane in self.lanes:
            assert lane.stdin is not None and lane.stdout is not None
            lane.stdin.close()
            lane.wait(timeout=60)
            lane.stdout.close()


def _ask(lane: subprocess.Popen[str], job: Job) -> Job:
    assert lane.stdin is not None and lane.stdout is not None
    lane.stdin.write(json.dumps(job) + "\n")
    lane.stdin.flush()
    said = lane.stdout.readline()
    if not said:
        return {**job, "problems": [f"the lane died with {lane.wait()}"], "seconds": 0}
    answer: Job = json.loads(said)
    return answer


def prepare(made: Databases, folder: Path) -> None:
    """Make the template that every run's database is copied from."""
    if isinstance(made, PostgresDatabases):
        made.drop(TEMPLATE)
        made.ask(f'CREATE DATABASE "{TEMPLATE}"')
    command = [sys.executable, "-W", "ignore", "-m", "tests.faults.template", str(folder / "made")]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": made.url()}, check=True)


@contextlib.contextmanager
def pool(kind: str, folder: Path, server: str, lanes: int) -> Iterator[Pool]:
    made = Pool(kind, folder, server, lanes)
    try:
        yield made
    finally:
        made.end()
