"""Stories of letters, each passing other places of the machinery. A fault befalls one of them.

A story says what people do; the run lets workers work and time pass. `STORIES` names them.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.faults import people
from tests.faults.run import Run

PERSONS = 2


def plain(run: Run, end: str = "sent") -> None:
    """Two people sign and confirm; letters and copies go out."""
    run.expected = {end}
    persons = [run.person(number) for number in range(PERSONS)]
    signed = [person for person in persons if run.sign(person)]
    run.settle()
    for person in signed:
        run.confirm(person)
    run.settle()


def greylisted(run: Run) -> None:
    """The office's server says 450 twice."""
    run.surely(people.write_to, "rcpt450x2.office@gov.bench.internal")
    plain(run)


def unanswered(run: Run) -> None:
    """The connection breaks after the dot: nobody knows, and one identical copy follows."""
    run.surely(people.write_to, "dot-dropx1.office@gov.bench.internal")
    plain(run)


def vanished(run: Run) -> None:
    """As `unanswered`, but the message was lost: the copy is the only one to arrive."""
    run.surely(people.write_to, "dot-vanishx1.office@gov.bench.internal")
    plain(run)


def silent(run: Run) -> None:
    """The connection breaks after each dot: held for a person after the second time."""
    run.surely(people.write_to, "dot-drop.office@gov.bench.internal")
    plain(run, end="held")


def no_such_office(run: Run) -> None:
    """The office's address is refused: the letter is held for a person."""
    run.surely(people.write_to, "rcpt550.office@gov.bench.internal")
    plain(run, end="held")


def refused(run: Run) -> None:
    """The office's server refuses the message itself."""
    run.surely(people.write_to, "dot554.office@gov.bench.internal")
    plain(run, end="held")


STORIES: dict[str, Callable[[Run], None]] = {
    story.__name__: story
    for story in (plain, greylisted, unanswered, vanished, silent, no_such_office, refused)
}
