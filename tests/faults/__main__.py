"""`make faults`: the whole proof. `--quick` for a few minutes of it, `--only kill,smtp` for parts.

It prints a table and writes var/faults/report.json. Broken off, it goes on where it was, as
long as the code is the same; `--fresh` begins anew. Ends with 1 if anything was found.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.faults.pool import Job, Pool, pool
from tests.faults.report import Report, good, key
from tools.console import ROOT, run_tool, say

SECTIONS = ("kill", "smtp", "faults", "recovery")
QUICK_SEEDS, SEEDS = 1, 5
SHARED_MEMORY = Path("/dev/shm")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a subset of at most three minutes")
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, by comma")
    parser.add_argument("--database", default="sqlite,postgres", help="databases, by comma")
    parser.add_argument("--lanes", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--seeds", type=int, default=0)
    parser.add_argument("--match", default="", help="only jobs whose key holds one of these")
    parser.add_argument("--fresh", action="store_true", help="forget earlier results")
    parser.add_argument("--results", type=Path, default=ROOT / "var" / "faults")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.faults.settings"
    place = SHARED_MEMORY if SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir())
    work = Path(tempfile.mkdtemp(prefix="sincerely-faults-", dir=place))
    os.chmod(work, 0o755)
    os.environ["VAR_DIR"] = str(work)
    for name in ("CELERY_BROKER_URL", "CACHE_URL"):  # runs have a queue and a cache of their own
        os.environ.pop(name, None)
    import django

    django.setup()
    report = Report(given.results / "results.jsonl", fresh=given.fresh)
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        for kind in given.database.split(","):
            measure(kind, given, report, work, stack)
    return end(report, given, work, time.monotonic() - started)


def measure(
    kind: str, given: argparse.Namespace, report: Report, work: Path, stack: contextlib.ExitStack
) -> None:
    from tests.faults import sections

    server = sections.server(kind, work, stack)
    wanted = given.only.split(",")
    if sections.needs_lanes(kind, given, report):
        with pool(kind, work, server, given.lanes) as lanes:
            for name in ("faults", "smtp", "kill"):
                if name in wanted:
                    run(lanes, sections.jobs(name, lanes, given, report), report, given)
    for name in ("faults", "recovery"):
        if name in wanted:
            sections.services(name, kind, given, report, work)


def run(lanes: Pool, jobs: Sequence[Job], report: Report, given: argparse.Namespace) -> None:
    """Do what is not done yet, with a sign of life now and then."""
    todo = report.missing(jobs, given.match)
    say(f"{lanes.kind}: {len(todo)} runs to do, {len(jobs) - len(todo)} done before or left out.")
    lanes.map(todo, progress(report, len(todo)))


def progress(report: Report, count: int) -> Callable[[Job], None]:
    done, shown = 0, time.monotonic()

    def one(answer: Job) -> None:
        nonlocal done, shown
        report.add(answer)
        done += 1
        if not good(answer):
            say(f"  FAILED {key(answer)}\n    " + "\n    ".join(answer["problems"])[:2000])
        if time.monotonic() - shown > 10 or done == count:
            shown = time.monotonic()
            say(f"  {done} of {count}")

    return one


def end(report: Report, given: argparse.Namespace, work: Path, seconds: float) -> int:
    about = {"seconds": round(seconds), "quick": given.quick, "only": given.only}
    report.write(given.results / "report.json", about)
    say("\n" + report.table())
    failed = [line for line in report.lines if not good(line)]
    say(f"\n{len(report.lines)} runs, {len(failed)} failed, {seconds:.0f} s. "
        f"{given.results / 'report.json'} has them all.")  # fmt: skip
    if not failed:
        shutil.rmtree(work, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(run_tool(main))
