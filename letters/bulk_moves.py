"""Moves of many rows at once, for workers: the same rules as moves.py, a few statements in all.

The database copies a batch's Move and Attempt rows from the rows themselves: written one by one
they would cost more than sending the mails.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

from letters import clock
from letters.enums import LETTER_MOVES, OUTBOUND_MOVES, HoldReason
from letters.failpoints import failpoint, failpoint_on_commit
from letters.models import Attempt, Letter, Move, Outbound
from letters.moves import NotAllowed, check


def move_outbounds(
    outbounds: Sequence[Outbound], to: str, *, actor: str, claim: str, **fields: Any
) -> list[Outbound]:
    """Move mails of one state and one claim at once. Returns those that were moved.

    A mail that another moved meanwhile is left out; nothing is raised.
    """
    if not outbounds:
        return []
    start = outbounds[0].state
    check(OUTBOUND_MOVES, start, to)
    failpoint(f"outbound.{start}-{to}.before")
    held = models.Q(claim_token=claim) if "claim_token" not in fields else models.Q()
    keys = [outbound.pk for outbound in outbounds]
    rows = Outbound.objects.filter(held, pk__in=keys, state=start)
    # Locked, then moved: a mail that is there already was moved by another, not by this call.
    moved = set(rows.select_for_update().values_list("pk", flat=True))
    Outbound.objects.filter(pk__in=moved).update(state=to, **fields)
    done = [outbound for outbound in outbounds if outbound.pk in moved]
    _note(Outbound, done, start, to, actor)
    for outbound in done:
        for name, value in {"state": to, **fields}.items():
            if not isinstance(value, models.expressions.BaseExpression | models.F):
                setattr(outbound, name, value)
    failpoint(f"outbound.{start}-{to}.after")
    failpoint_on_commit(f"outbound.{start}-{to}.committed")
    return done


def move_letters(
    letters: Sequence[Letter], to: str, *, actor: str, hold: HoldReason | str = "", **fields: Any
) -> None:
    """Move letters of one state at once. Raises NotAllowed if one is not there any more."""
    if not letters:
        return
    start = letters[0].state
    check(LETTER_MOVES, start, to)
    failpoint(f"letter.{start}-{to}.before")
    rows = Letter.objects.filter(pk__in=[letter.pk for letter in letters], state=start)
    if rows.update(state=to, hold_reason=hold, **fields) != len(letters):
        raise NotAllowed(f"no longer {start}")
    _note(Letter, letters, start, to, actor)
    for letter in letters:
        letter.state, letter.hold_reason = to, hold
    failpoint(f"letter.{start}-{to}.after")
    failpoint_on_commit(f"letter.{start}-{to}.committed")


def begin_attempts(outbounds: Sequence[Outbound], token: str, now: datetime) -> None:
    """Write the attempts of a batch that was just claimed."""
    columns = ("outbound_id", "number", "claim_token", "stage", "started_at", "answer")
    said = ("id", "attempts", "%s", "%s", "%s", "''")
    values = [token, Attempt.Stage.CONNECTING.value, _time(now)]
    _copy(Attempt, columns, Outbound, said, values, outbounds)


def keep_answers(outbounds: Iterable[Outbound]) -> None:
    """Write fingerprint and last answer of each mail."""
    table = connection.ops.quote_name(Outbound._meta.db_table)
    statement = f"UPDATE {table} SET sha256 = %s, last_answer = %s WHERE id = %s"  # noqa: S608
    values = [(one.sha256, one.last_answer, _key(one)) for one in outbounds]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)


def _note(
    model: type[Letter | Outbound],
    rows: Sequence[Letter | Outbound],
    start: str,
    to: str,
    actor: str,
) -> None:
    of_mail = model is Outbound
    columns = (
        "from_state", "to_state", "actor", "reason", "at", "by_id", "submission_id",
        "letter_id", "outbound_id", "attempt",
    )  # fmt: skip
    of_letter = ("id", _null("uuid"), _null("integer"))
    about = ("letter_id", "id", "NULLIF(attempts, 0)") if of_mail else of_letter
    said = ("%s", "%s", "%s", "''", "%s", _null("integer"), "submission_id", *about)
    _copy(Move, columns, model, said, [start, to, actor, _time(clock.now())], rows)


def _copy(
    into: type[models.Model],
    columns: Sequence[str],
    of: type[models.Model],
    said: Sequence[str],
    values: list[Any],
    rows: Sequence[models.Model],
) -> None:
    """INSERT … SELECT one row for each of `rows`."""
    if not rows:
        return
    quote = connection.ops.quote_name
    keys = [_key(row) for row in rows]
    statement = (
        f"INSERT INTO {quote(into._meta.db_table)} ({', '.join(map(quote, columns))}) "  # noqa: S608
        f"SELECT {', '.join(said)} FROM {quote(of._meta.db_table)} "
        f"WHERE id IN ({', '.join(['%s'] * len(keys))})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *keys])


def _null(kind: str) -> str:
    """Return a NULL of a type: in a SELECT PostgreSQL takes a bare one for text."""
    return "NULL" if connection.vendor == "sqlite" else f"CAST(NULL AS {kind})"


def _key(row: models.Model) -> Any:
    return row._meta.pk.get_db_prep_value(row.pk, connection)


def _time(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
