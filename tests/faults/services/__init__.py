"""Faults of whole processes and servers, with real gunicorn, Celery, Redis and PostgreSQL."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from typing import Any

from tests.faults.pool import Job
from tests.faults.services import broker, database, processes, recoveries
from tests.faults.services.place import Place, place
from tests.faults.site import Site

__all__ = ["befall", "jobs", "place"]

FAULTS: dict[str, tuple[str, Callable[[Place], Site], tuple[str, ...]]] = {
    "F08s": ("rolling restart of a Celery worker", processes.f08, ("sqlite", "postgres")),
    "F10": ("Redis flushed, killed, away, full", broker.f10, ("sqlite", "postgres")),
    "F11": ("Redis hangs", broker.f11, ("sqlite", "postgres")),
    "F13": ("odd messages in the queue", broker.f13, ("sqlite", "postgres")),
    "F14": ("PostgreSQL crashes five times under load", database.f14, ("postgres",)),
    "F17": ("power cut of PostgreSQL; a forgetful one is refused", database.f17, ("postgres",)),
    "F30": ("an adding migration under load", processes.f30, ("sqlite", "postgres")),
    "F34s": ("all processes killed at once, five times", processes.f34, ("sqlite", "postgres")),
}


RECOVERIES: dict[str, tuple[Callable[[Place], tuple[Site, float]], float, tuple[str, ...]]] = {
    "lost doorbell": (recoveries.lost_bell, 30, ("sqlite", "postgres")),
    "dead sender": (recoveries.dead_sender, 60, ("sqlite", "postgres")),
    "Redis back": (recoveries.redis_back, 60, ("sqlite", "postgres")),
    "database back": (recoveries.database_back, 10, ("postgres",)),
}


def jobs(section: str, kind: str) -> list[Job]:
    table: dict[str, Any] = FAULTS if section == "faults" else RECOVERIES
    return [
        {"section": section, "database": kind, "fault": name, "case": _case(table[name]), "seed": 1}
        for name in table if kind in table[name][2]
    ]  # fmt: skip


def _case(entry: tuple[Any, ...]) -> str:
    return str(entry[0]) if isinstance(entry[0], str) else f"at most {entry[1]} s"


def befall(where: Place, job: Job) -> Job:
    """Do one job. Whatever breaks in the bench itself is a problem, too."""
    started = time.monotonic()
    answer = dict(job)
    try:
        if job["section"] == "faults":
            site = FAULTS[job["fault"]][1](where)
        else:
            measure, limit, _ = RECOVERIES[job["fault"]]
            site, took = measure(where)
            answer["took"] = round(took, 1)
            if took > limit:
                site.problems.append(f"took {took:.1f} s, {limit} s at most")
        answer |= {**site.result, "problems": site.problems}
    except Exception as error:
        where_it_was = traceback.format_exc()[-700:]
        answer["problems"] = [f"{type(error).__name__}: {error}\n{where_it_was}"]
    for path in where.sink.kept.glob("*.eml"):
        path.unlink()
    answer["seconds"] = round(time.monotonic() - started, 1)
    return answer
