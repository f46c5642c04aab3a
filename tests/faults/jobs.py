"""What a lane does with a job: prepare a site, tell a story with a fault in it, and check."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults import catalogue, smtp_matrix
from tests.faults.databases import Databases
from tests.faults.rehearsal import rehearse
from tests.faults.run import Run
from tests.faults.scenarios import STORIES
from tests.faults.servers import Sink


@dataclass
class Lane:
    folder: Path
    databases: Databases
    sink: Sink = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = itertools.count(1)
        self.sink = Sink(self.folder / "sink")
        rehearse(self.folder, self.databases, self.sink)

    def run(self, job: dict[str, Any]) -> dict[str, Any]:
        """Do one job. `failpoint` names place, action and the pass at which it acts."""
        name = f"{self.folder.name}_{next(self.numbers)}"
        run = Run(
            name, self.folder / name, self.databases, self.sink, seed=job.get("seed", 1),
            failpoint=job.get("failpoint", ""), reconcile=job.get("reconcile", False),
        )  # fmt: skip
        with run:
            self._tell(run, job)
            run.wake_zombies()
            found = run.findings()
            run.problems = found.problems
            answer = {**vars(found), "fired": run.fired, "faults": run.faults}
            if job["section"] == "dry":
                answer["passed"] = run.passed
            if found.problems:
                answer["folder"] = str(run.folder)
        for path in self.sink.kept.glob("*.eml"):
            path.unlink()
        return answer

    @staticmethod
    def _tell(run: Run, job: dict[str, Any]) -> None:
        if "fault" in job:
            catalogue.befall(run, job["fault"])
        elif "smtp" in job:
            smtp_matrix.tell(run, *job["smtp"])
        else:
            STORIES[job["story"]](run)
