"""What was run and found: kept line by line, so that a broken-off run goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.pool import Job
from tools.console import ROOT

GIVEN = ("section", "database", "story", "place", "action", "seed", "failpoint", "reconcile", "smtp", "case", "fault")  # fmt: skip


def key(job: Job) -> str:
    """Return what makes a job the same job."""
    return json.dumps({name: job[name] for name in GIVEN if name in job}, sort_keys=True)


def code() -> str:
    """Return a fingerprint of what is tested and of what tests it."""
    digest = hashlib.sha256()
    for folder in ("campaign", "letters", "templates", "tests/faults"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".html", ".txt"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@dataclass
class Report:
    """`lines` are all answers so far; those of other code are not taken over."""

    path: Path
    fresh: bool = False
    lines: list[Job] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.code = code()
        kept = self.path.read_text().splitlines() if self.path.exists() and not self.fresh else []
        known = [json.loads(line) for line in kept]
        self.lines = [line for line in known if line.get("code") == self.code and good(line)]
        self.path.write_text("".join(json.dumps(line) + "\n" for line in self.lines))

    def missing(self, jobs: Iterable[Job], match: str = "") -> list[Job]:
        """Return what is not done yet, of those jobs whose key holds one of these words."""
        done = {key(line) for line in self.lines}
        words = match.split(",")
        return [
            job for job in jobs
            if key(job) not in done and any(word in key(job) for word in words)
        ]  # fmt: skip

    def add(self, line: Job) -> None:
        if line.get("failpoint") and not line.get("fired"):
            line.setdefault("problems", []).append("the fault did not befall")
        line["code"] = self.code
        self.lines.append(line)
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def write(self, path: Path, about: dict[str, Any]) -> None:
        rows = list(self.summary())
        whole = {**about, "code": self.code, "summary": rows, "runs": self.lines}
        path.write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n")

    def summary(self) -> Iterable[dict[str, Any]]:
        groups: dict[tuple[str, str], list[Job]] = defaultdict(list)
        for line in self.lines:
            groups[line["section"], line.get("database", "")].append(line)
        for (section, database), lines in sorted(groups.items()):
            yield {
                "section": section, "database": database, "runs": len(lines),
                "passed": sum(good(line) for line in lines),
                "lost": _sum(lines, "lost"), "extra": _sum(lines, "extra"),
                "outside": _sum(lines, "outside"),
                "extra_with_reconcile": _sum([one for one in lines if one.get("reconcile")], "extra"),
                "median_seconds": round(statistics.median(one["seconds"] for one in lines), 2),
            }  # fmt: skip

    def table(self) -> str:
        head = ("section", "database", "runs", "passed", "lost", "extra", "outside", "reconciled")
        lines = ["".join(f"{name:>11}" for name in head)]
        for row in self.summary():
            row["reconciled"] = row["extra_with_reconcile"]
            lines.append("".join(f"{row[name]:>11}" for name in head))
        return "\n".join(lines)


def good(line: Job) -> bool:
    return not line.get("problems")


def _sum(lines: Iterable[Job], name: str) -> int:
    return sum(line.get(name, 0) for line in lines)
