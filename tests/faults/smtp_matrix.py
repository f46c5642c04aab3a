"""The SMTP matrix: six phases, ten behaviours of a server, and what each must do to a letter.

The letter's first try meets the behaviour, once; after that the server is well. (A server that
cannot even be greeted stays so until we have looked: connecting again costs nobody anything.)
Looked at: what the first answer did to the mail, who was charged for it, how the story ends.
"""

from __future__ import annotations

from dataclasses import dataclass

from letters.enums import OutboundState, Purpose
from letters.models import MailServer, Outbound
from tests.faults.pool import Job
from tests.faults.run import Run
from tests.faults.script import PHASES

BEHAVIOURS = ("2xx", "421", "450", "451", "452", "5xx", "drop", "stall", "rst", "garbage")
BEFORE_A_MAIL = ("banner", "ehlo")
UNCLEAR = ("drop", "stall", "rst", "garbage")
S = OutboundState


@dataclass(frozen=True)
class Expected:
    """State after the first try, whether the server was charged, and the last state."""

    first: str
    server_charged: bool
    last: str = S.SENT


def expected(phase: str, behaviour: str) -> Expected:
    """Return what delivery.md §5.6 says."""
    if behaviour == "2xx":
        return Expected(S.SENT, False)
    if phase in BEFORE_A_MAIL:  # no letter is charged for a server that cannot be used
        return Expected(S.QUEUED, True)
    if behaviour == "421":
        return Expected(S.QUEUED, True)
    if behaviour in ("450", "451", "452"):
        return Expected(S.QUEUED, False)
    if behaviour == "5xx":
        held = Expected(S.HELD, False, S.HELD)
        return Expected(S.QUEUED, True) if phase == "mail" else held
    if phase == "dot":
        return Expected(S.UNKNOWN, False)
    return Expected(S.QUEUED, True)


def script_of(phase: str, behaviour: str) -> str:
    if behaviour == "2xx":
        return ""
    times = "" if phase in BEFORE_A_MAIL else "x1"
    if behaviour in UNCLEAR:
        return f"{phase}-{behaviour}{times}"
    return f"{phase}{'554' if behaviour == '5xx' else behaviour}{times}"


def jobs(kind: str) -> list[Job]:
    return [
        {
            "section": "smtp", "database": kind, "smtp": [phase, behaviour],
            "case": f"{phase} {behaviour}", "seed": 1,
        }
        for phase in PHASES for behaviour in BEHAVIOURS
    ]  # fmt: skip


def tell(run: Run, phase: str, behaviour: str) -> None:
    """Bring one letter to its first try, let the server misbehave, and look."""
    person = run.person(0)
    run.sign(person)
    run.settle()
    run.use_port(run.sink.listen(script_of(phase, behaviour)))
    run.confirm(person)
    run.work()
    if phase == "dot" and behaviour in UNCLEAR:
        run.note_fault()  # the server took the message and never said so
    wanted, seen = expected(phase, behaviour), run.surely(look)
    if seen["state"] != wanted.first:
        run.problems.append(f"after the first try: {seen['state']}, not {wanted.first}")
    if bool(seen["charged"]) != wanted.server_charged:
        run.problems.append(f"the server was charged {seen['charged']} times: {seen['answer']}")
    if phase in BEFORE_A_MAIL and behaviour != "2xx" and seen["attempts"]:
        run.problems.append("the letter was charged for the server")
    run.expected = {str(wanted.last)}
    if phase in BEFORE_A_MAIL:
        run.use_port(run.sink.port)
    run.settle()


def look() -> dict[str, object]:
    """Return what became of the letter's mail so far."""
    mail = Outbound.objects.get(purpose=Purpose.LETTER)
    server = MailServer.objects.order_by("-failures").first()
    return {
        "state": mail.state, "attempts": mail.attempts, "answer": mail.last_answer,
        "charged": server.failures if server else 0,
    }  # fmt: skip
