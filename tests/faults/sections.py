"""Which jobs a section has, and the servers it needs."""

from __future__ import annotations

import argparse
import contextlib
import os
from pathlib import Path

from tests.faults import catalogue, killing, smtp_matrix
from tests.faults import services as service_faults
from tests.faults.pool import Job, Pool
from tests.faults.report import Report, good
from tests.faults.scenarios import STORIES
from tools.console import say
from tools.services import find_programs, postgres

QUICK_STORIES = ("plain",)


def server(kind: str, work: Path, stack: contextlib.ExitStack) -> str:
    """Return the address of the PostgreSQL cluster, our own unless the environment has one."""
    if kind == "sqlite":
        return ""
    if os.environ.get("SINCERELY_SERVICES"):
        return os.environ["DATABASE_URL"]
    folder = work / "services"
    folder.mkdir()
    folder.chmod(0o755)
    return stack.enter_context(postgres(find_programs(), folder))


def needs_lanes(kind: str, given: argparse.Namespace, report: Report) -> bool:
    """Whether anything is asked for that forks do."""
    wanted = set(given.only.split(","))
    forked = report.missing(catalogue.jobs(kind), given.match) if "faults" in wanted else []
    return bool(forked or wanted & {"kill", "smtp"})


def jobs(name: str, lanes: Pool, given: argparse.Namespace, report: Report) -> list[Job]:
    if name == "faults":
        found = catalogue.jobs(lanes.kind)
        return [job for job in found if not given.quick or job["fault"] in catalogue.QUICK]
    if name == "smtp":
        found = smtp_matrix.jobs(lanes.kind)
        return found[:: 7 if given.quick else 1]
    stories = QUICK_STORIES if given.quick else tuple(STORIES)
    places, dry = killing.places(lanes, stories)
    for line in dry:
        report.add({**line, "database": lanes.kind})
    if given.quick:
        places = {place: found for place, found in places.items() if place in killing.QUICK}
    say(f"{lanes.kind}: {len(places)} places to strike at.")
    if not given.quick and (never := killing.never_passed(places)):
        say(f"  Moves that no story makes: {', '.join(never)}")
    return killing.jobs(places, lanes.kind, seeds=given.seeds or (1 if given.quick else 5))


def services(
    name: str, kind: str, given: argparse.Namespace, report: Report, work: Path
) -> None:  # fmt: skip
    """Do the faults, or measure the recoveries, that need the real processes."""
    todo = [] if given.quick else report.missing(service_faults.jobs(name, kind), given.match)
    if not todo:
        return
    say(f"{kind}: {len(todo)} of {name} with real processes to do.")
    with service_faults.place(kind, work) as where:
        for job in todo:
            answer = service_faults.befall(where, job)
            report.add(answer)
            took = f" in {answer['took']} s" if "took" in answer else ""
            verdict = "passed" if good(answer) else "FAILED " + "; ".join(answer["problems"])
            say(f"  {job['fault']} ({job['case']}): {verdict[:1500]}{took}")
