"""What befalls a supporter's request."""

from __future__ import annotations

from tests.faults import tricks
from tests.faults.catalogue.fault import fault, fired, must, strike
from tests.faults.run import Run
from tests.faults.scenarios import plain


@fault("F01", "web killed before the commit of the sign POST")
def f01(run: Run) -> None:
    strike(run, "kill", "sign.before_commit")
    plain(run)
    fired(run, "sign.before_commit")
    must(run, run.surely(tricks.submissions) == 2, "not one submission a person")


@fault("F02", "web killed after the commit of the sign POST, before the bell")
def f02(run: Run) -> None:
    strike(run, "kill", "sign.after_commit")
    plain(run)
    fired(run, "sign.after_commit")
    must(run, run.surely(tricks.submissions) == 2, "not one submission a person")


@fault("F03", "web killed before and after the commit of the confirm POST")
def f03(run: Run) -> None:
    strike(run, "kill", "confirm.before_commit", "confirm.after_commit")
    plain(run)
    fired(run, "confirm.before_commit", "confirm.after_commit")
    person = run.confirmed[0]
    must(run, run.press_link(person) in (200, 302, 409), "a second press was an error")
    must(run, run.surely(tricks.letters) == 2, "a second press made a letter")
