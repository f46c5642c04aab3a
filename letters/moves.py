"""Every change of state goes through here: allowed by the table, compare-and-set, written down.

Call inside a transaction: the change and its Move row stand or fall together (I7). The database
holds the same table and refuses what is not in it (guards.py).
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from letters import clock
from letters.enums import LETTER_MOVES, OUTBOUND_MOVES, SUBMISSION_MOVES, HoldReason
from letters.failpoints import failpoint, failpoint_on_commit
from letters.models import Letter, Move, Outbound, Submission


class NotAllowed(Exception):
    """The row is not (or no longer) in a state that this move may start from."""


def move_letter(
    letter: Letter,
    to: str,
    *,
    actor: str,
    by: AbstractBaseUser | None = None,
    reason: str = "",
    hold: HoldReason | str = "",
    **fields: Any,
) -> None:
    """Move a letter and set `fields` with it. Raises NotAllowed, changing nothing."""
    check(LETTER_MOVES, letter.state, to)
    changes = {"state": to, "hold_reason": hold, **fields}
    start = _compare_and_set(letter, Letter.objects.filter(pk=letter.pk), changes)
    _note(start, to, actor, by, reason, submission_id=letter.submission_id, letter=letter)


def move_outbound(
    outbound: Outbound,
    to: str,
    *,
    actor: str,
    by: AbstractBaseUser | None = None,
    reason: str = "",
    claim: str | None = None,
    **fields: Any,
) -> None:
    """Move a mail. With `claim` only the worker that holds this lease may (fencing)."""
    check(OUTBOUND_MOVES, outbound.state, to)
    rows = Outbound.objects.filter(pk=outbound.pk)
    if claim is not None:
        rows = rows.filter(claim_token=claim)
    start = _compare_and_set(outbound, rows, {"state": to, **fields})
    _note(
        start,
        to,
        actor,
        by,
        reason,
        submission_id=outbound.submission_id,
        letter_id=outbound.letter_id,
        outbound=outbound,
        attempt=outbound.attempts or None,
    )


def move_submission(
    submission: Submission, to: str, *, actor: str, fields: dict[str, Any] | None = None
) -> None:
    check(SUBMISSION_MOVES, submission.state, to)
    start = _compare_and_set(
        submission, Submission.objects.filter(pk=submission.pk), {"state": to, **(fields or {})}
    )
    _note(start, to, actor, None, "", submission=submission)


def check(table: dict[str, frozenset[str]], start: str, to: str) -> None:
    if to not in table[start]:
        raise NotAllowed(f"{start} → {to}")


def _compare_and_set(
    row: Letter | Outbound | Submission, rows: models.QuerySet[Any], changes: dict[str, Any]
) -> str:
    start = row.state
    place = f"{type(row).__name__.lower()}.{start}-{changes['state']}"
    failpoint(f"{place}.before")
    if rows.filter(state=start).update(**changes) != 1:
        raise NotAllowed(f"no longer {start}")
    for name, value in changes.items():
        setattr(row, name, value)
    failpoint(f"{place}.after")
    failpoint_on_commit(f"{place}.committed")
    return start


def _note(
    start: str, to: str, actor: str, by: AbstractBaseUser | None, reason: str, **about: Any
) -> None:
    Move.objects.create(
        from_state=start,
        to_state=to,
        actor=actor,
        by_id=by.pk if by else None,
        reason=reason[:300],
        at=clock.now(),
        **about,
    )
