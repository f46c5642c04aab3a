"""The kill matrix: every place of the machinery, every way to die there, on both databases.

A dry run of each story tells which places it passes, and how often. Each place is then struck
in the first story that passes it: killed, asked to end, stopped for 20 minutes, or broken by an
exception, at passes chosen by the seed.
"""

from __future__ import annotations

from collections.abc import Sequence

from letters.enums import LETTER_MOVES, OUTBOUND_MOVES, SUBMISSION_MOVES
from tests.faults.pool import Job, Pool

ACTIONS = ("kill", "term", "stop", "raise")
SEEDS = 5
# From the first byte of a message that the server may answer for, to our note of it (I2).
WINDOW = (
    "send.after_intent", "send.after_dot", "send.after_250", "send.after_answer",
    "send.before_note", "outbound.sending-unknown.before", "outbound.sending-unknown.after",
    "outbound.sending-sent.before", "outbound.sending-sent.after",
    "letter.sending-sent.before", "letter.sending-sent.after",
)  # fmt: skip
QUICK = (
    "sign.after_commit", "confirm.before_commit", "send.before_connect", "send.after_claim",
    "send.after_rcpt", "send.after_intent", "send.after_250", "send.before_note",
    "outbound.sending-sent.after", "letter.approved-rendered.before",
)  # fmt: skip


def places(pool: Pool, stories: Sequence[str]) -> tuple[dict[str, tuple[str, int]], list[Job]]:
    """Return for each place its story and how often it is passed there; and the dry runs."""
    runs: list[Job] = []
    pool.map([{"story": story, "section": "dry"} for story in stories], runs.append)
    found: dict[str, tuple[str, int]] = {}
    for run in sorted(runs, key=lambda run: stories.index(run["story"])):
        for place, times in run.get("passed", {}).items():
            found.setdefault(place, (run["story"], times))
    return found, runs


def jobs(
    found: dict[str, tuple[str, int]], kind: str, *, seeds: int = SEEDS,
    actions: Sequence[str] = ACTIONS,
) -> list[Job]:  # fmt: skip
    """Return one job for each place, action and seed; those of the window with reconcile, too."""
    made = []
    for place, (story, times) in sorted(found.items()):
        for action in actions:
            for seed in range(1, seeds + 1):
                nth = 1 + (seed - 1) % times
                job: Job = {
                    "section": "kill", "database": kind, "story": story, "place": place,
                    "action": action, "seed": seed, "failpoint": f"{place}={action}@{nth}",
                }  # fmt: skip
                made.append(job)
                if place in WINDOW:
                    made.append({**job, "reconcile": True})
    return made


def never_passed(found: dict[str, tuple[str, int]]) -> list[str]:
    """Return the allowed moves that no story makes."""
    tables = {
        "letter": LETTER_MOVES, "outbound": OUTBOUND_MOVES, "submission": SUBMISSION_MOVES,
    }  # fmt: skip
    allowed = {
        f"{kind}.{start}-{end}" for kind, table in tables.items()
        for start, ends in table.items() for end in ends
    }  # fmt: skip
    made = {place.rpartition(".")[0] for place in found}
    return sorted(allowed - made)
