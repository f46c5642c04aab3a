"""What the sink is asked to do, written into the recipient's local part or given to a port.

`rcpt450x2.office` answers RCPT with 450 twice, then takes the mail. A word is a phase (banner,
ehlo, mail, rcpt, data, dot) and either a code or, after a hyphen, a misbehaviour:

drop (closes), rst (resets), stall60 (says nothing for 60 seconds, then goes on; for ever
without a number), garbage (not SMTP), mega (a reply of a megabyte), foreign (not ASCII),
short (half a reply, then closes), vanish (dot only: closes and forgets the message; after
every other misbehaviour at the dot the message was taken).

`x2` limits it to two times. Words of their own: 552full, tarpit (a byte a second), and for
ports tlsfail (TLS breaks off), selfsigned (a certificate nobody knows), auth535, no-pipelining.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PHASES = ("banner", "ehlo", "mail", "rcpt", "data", "dot")
DEEDS = ("drop", "rst", "stall", "garbage", "mega", "foreign", "short", "vanish")
FLAGS = frozenset({"tarpit", "tlsfail", "selfsigned", "auth535", "no-pipelining"})
WORD = re.compile(
    rf"(?P<phase>{'|'.join(PHASES)})"
    rf"(?:(?P<code>\d{{3}})|-(?P<deed>{'|'.join(DEEDS)})(?P<seconds>\d+)?)(?:x(?P<times>\d+))?"
)
FULL = re.compile(r"(?P<phase>rcpt)?552full")
TEXTS = {
    421: "4.3.2 closing for now",
    450: "4.2.0 greylisted, try again later",
    451: "4.3.0 local error",
    452: "4.3.1 out of storage",
    535: "5.7.8 bad name or password",
    550: "5.1.1 no such user",
    554: "5.7.1 refused by policy",
}


@dataclass(frozen=True)
class Step:
    """One misbehaviour: `deed` is empty where it is the answer `code`. `times` 0: each time."""

    phase: str
    code: int = 0
    deed: str = ""
    seconds: float = 0
    times: int = 0
    text: str = ""

    def reply(self) -> bytes:
        text = self.text or TEXTS.get(self.code, "as you asked")
        return f"{self.code} {text}\r\n".encode()


@dataclass(frozen=True)
class Script:
    steps: tuple[Step, ...] = ()
    flags: frozenset[str] = frozenset()

    def at(self, phase: str) -> Step | None:
        return next((step for step in self.steps if step.phase == phase), None)


def parse(local_part: str) -> Script:
    """Read a script. Words that are none of ours are ignored: an address may hold a name, too."""
    steps, flags = [], set()
    for word in re.split(r"[.+]", local_part.lower()):
        if word in FLAGS:
            flags.add(word)
        elif full := FULL.fullmatch(word):
            steps.append(Step(full["phase"] or "dot", 552, text="5.2.2 mailbox full"))
        elif found := WORD.fullmatch(word):
            steps.append(_step(found))
    return Script(tuple(steps), frozenset(flags))


def _step(found: re.Match[str]) -> Step:
    return Step(
        found["phase"], int(found["code"] or 0), found["deed"] or "",
        float(found["seconds"] or 0), int(found["times"] or 0),
    )  # fmt: skip
