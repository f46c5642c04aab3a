"""The faults of the table, those that forks can show. Each befalls a site of its own.

The checker looks at the invariants after each. Faults of whole processes and servers: services.
"""

from __future__ import annotations

from tests.faults.catalogue import mail_servers, requests, storage, workers
from tests.faults.catalogue.fault import FAULTS
from tests.faults.pool import Job
from tests.faults.run import Run

ROOMS = (requests, workers, mail_servers, storage)
QUICK = ("F04", "F05", "F06", "F09", "F18", "F31")


def jobs(kind: str) -> list[Job]:
    return [
        {
            "section": "faults", "database": kind, "fault": one.number, "case": one.what,
            "seed": 1, "reconcile": mode,
        }
        for one in FAULTS.values() if kind in one.databases for mode in one.modes
    ]  # fmt: skip


def befall(run: Run, number: str) -> None:
    one = FAULTS[number]
    run.most_extra = 0 if run.reconcile else one.most_extra
    one.befall(run)
