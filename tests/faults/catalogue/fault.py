"""A fault of the table: a function of a run. What it finds wrong it adds to the run's problems."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.faults import tricks
from tests.faults.run import Person, Run


@dataclass(frozen=True)
class Fault:
    number: str
    what: str
    befall: Callable[[Run], None]
    databases: tuple[str, ...]
    most_extra: int
    modes: tuple[bool, ...]


FAULTS: dict[str, Fault] = {}
BOTH = ("sqlite", "postgres")


def fault(
    number: str, what: str, *, databases: tuple[str, ...] = BOTH, most_extra: int = 0,
    reconcile: tuple[bool, ...] = (False,),
) -> Callable[[Callable[[Run], None]], Callable[[Run], None]]:  # fmt: skip
    def keep(befall: Callable[[Run], None]) -> Callable[[Run], None]:
        FAULTS[number] = Fault(number, what, befall, databases, most_extra, reconcile)
        return befall

    return keep


def must(run: Run, true: object, sentence: str) -> None:
    if not true:
        run.problems.append(sentence)


def fired(run: Run, *places: str) -> None:
    for place in places:
        marks = list((run.folder / "failpoints").glob(f"fired-{place}"))
        must(run, marks, f"no fault befell at {place}")


def strike(run: Run, action: str, *places: str) -> None:
    run.failpoint = ",".join(f"{place}={action}" for place in places)


def many(run: Run, count: int, words: str = "") -> list[Person]:
    """Many people's confirmed letters, queued: written by the bench, not by requests."""
    start = len(run.confirmed)
    persons = [run.person(start + number) for number in range(count)]
    persons = [replace(person, words=words or person.words) for person in persons]
    for first in range(0, count, 25):  # a process of the bench has a minute
        some = persons[first : first + 25]
        run.surely(tricks.confirmed_letters, [(one.name, one.email, one.words) for one in some])
    run.confirmed += persons
    return persons


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError("It did not come to that.")
        time.sleep(0.005)
