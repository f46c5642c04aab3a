"""The table of allowed moves, and what is append-only, held by the database itself (I7).

Triggers made from enums.py refuse a change of state that is not in the tables, whoever asks for
it; they refuse to change or delete a Move, and to write over an attempt's outcome. A refused
statement raises IntegrityError on both databases.

The counters (counters.py), triggers that write down what changes of what is counted, are
installed, removed and checked with the guards.

SQLite drops a table's triggers whenever Django makes the table anew, and a table of moves may
change: so the newest migration that touches one of these tables, or that follows a change of
enums.py, ends with `InstallGuards(fingerprint())`, and a test says when it is time for one.
`wrong()` tells what is missing or out of date in a database. A migration that removes or renames
a guarded column begins with `RemoveGuards()`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps as current_apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations.base import Operation

from letters import counters
from letters.enums import LETTER_MOVES, OUTBOUND_MOVES, SUBMISSION_MOVES

TABLES = {"Letter": LETTER_MOVES, "Outbound": OUTBOUND_MOVES, "Submission": SUBMISSION_MOVES}


@dataclass(frozen=True)
class Guard:
    """`broken` is SQL over OLD and NEW that is true of a change to be refused; empty: of any."""

    name: str
    table: str
    event: str  # UPDATE or DELETE
    broken: str
    says: str


def guards(apps: Any, vendor: str) -> list[Guard]:
    """Return all guards for the models as they are in `apps`."""
    differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
    move, attempt = apps.get_model("letters", "Move"), apps.get_model("letters", "Attempt")
    return [
        *(_of_states(apps.get_model("letters", name), moves) for name, moves in TABLES.items()),
        _changed(move, f"{_frozen(move, ('reason', 'by_id'), differs)} OR {_of_move(differs)}"),
        _changed(
            attempt,
            f"{_frozen(attempt, ('stage', 'ended_at', 'code', 'answer'), differs)}"
            f" OR {_of_attempt(differs)}",
        ),
        _deleted(move),
        _deleted(attempt),
    ]


def fingerprint(apps: Any = current_apps) -> str:
    """Return what tells one set of guards from another, for the migration that installs it."""
    statements = [
        statement
        for vendor in ("sqlite", "postgresql")
        for guard in guards(apps, vendor)
        for statement in _create(guard, vendor)
    ]
    for vendor in ("sqlite", "postgresql"):
        statements += counters.statements(apps, vendor)
    return hashlib.sha256("\n".join(statements).encode()).hexdigest()[:16]


def _of_states(model: Any, moves: dict[str, frozenset[str]]) -> Guard:
    # Plain comparisons: SQLite builds a list anew for each row, where IN would be shorter.
    allowed = " OR ".join(
        f"(OLD.state = '{start}' AND ({_one_of(ends)}))"
        for start, ends in sorted(moves.items())
        if ends
    )
    table = model._meta.db_table
    return Guard(
        f"guard_{table}_state",
        table,
        "UPDATE",
        f"NEW.state <> OLD.state AND NOT ({allowed})",
        f"{table}: the table of moves does not allow this change of state",
    )


def _one_of(states: frozenset[str]) -> str:
    return " OR ".join(f"NEW.state = '{state}'" for state in sorted(states))


def _frozen(model: Any, but: tuple[str, ...], differs: str) -> str:
    columns = {field.column for field in model._meta.concrete_fields} - set(but)
    return " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in sorted(columns))


def _of_move(differs: str) -> str:
    """A reason may be blanked (erasure); a user may be deleted."""
    return (
        f"(NEW.reason <> OLD.reason AND NEW.reason <> '')"
        f" OR (NEW.by_id {differs} OLD.by_id AND NEW.by_id IS NOT NULL)"
    )


def _of_attempt(differs: str) -> str:
    """Once a code is known an attempt is closed; its words may be blanked. It never goes back."""
    return (
        "(OLD.code IS NOT NULL AND ("
        f"NEW.stage <> OLD.stage OR NEW.ended_at {differs} OLD.ended_at"
        f" OR NEW.code {differs} OLD.code OR (NEW.answer <> OLD.answer AND NEW.answer <> '')))"
        " OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS NULL)"
        " OR (OLD.stage <> NEW.stage AND (OLD.stage = 'done' OR NEW.stage = 'connecting'))"
    )


def _changed(model: Any, broken: str) -> Guard:
    table = model._meta.db_table
    says = f"{table}: what happened is written down once and not changed"
    return Guard(f"guard_{table}_change", table, "UPDATE", broken, says)


def _deleted(model: Any) -> Guard:
    table = model._meta.db_table
    says = f"{table}: what happened is written down for good"
    return Guard(f"guard_{table}_delete", table, "DELETE", "", says)


# --- in the database ---------------------------------------------------------------------------


def install(connection: BaseDatabaseWrapper, apps: Any = current_apps) -> None:
    """Put all guards and counters in place, in place of earlier ones. Changes nothing if they are there."""
    for guard in guards(apps, connection.vendor):
        _run(connection, [*_drop(guard, connection.vendor), *_create(guard, connection.vendor)])
    counters.install(connection, apps)


def remove(
    connection: BaseDatabaseWrapper, apps: Any = current_apps, event: str | None = None
) -> None:
    """Take away all guards and counters, or the guards of one event."""
    for guard in guards(apps, connection.vendor):
        if event in (None, guard.event):
            _run(connection, _drop(guard, connection.vendor))
    if event is None:
        counters.remove(connection, apps)


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let rows be deleted inside the block: for tests, and for an operator who must."""
    remove(connection, event="DELETE")
    try:
        yield
    finally:
        install(connection)


def wrong(connection: BaseDatabaseWrapper, apps: Any = current_apps) -> list[str]:
    """Return the names of the guards and counters that are missing, off or out of date."""
    found = _installed(connection)
    missing = [
        guard.name
        for guard in guards(apps, connection.vendor)
        if found.get(guard.name) != _expected(guard, connection.vendor)
    ]
    return missing + counters.wrong(connection, apps)


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _create(guard: Guard, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [_expected(guard, vendor)]
    function = f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $guard$"
    return [
        f"{function}{_body(guard)}$guard$",
        # Without OF and WHEN: PostgreSQL then lets migrations alter any column of the table.
        f"CREATE TRIGGER {guard.name} BEFORE {guard.event} ON {guard.table}"
        f" FOR EACH ROW EXECUTE FUNCTION {guard.name}()",
    ]


def _drop(guard: Guard, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {guard.name}"]
    return [
        f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}",
        f"DROP FUNCTION IF EXISTS {guard.name}()",
    ]


def _expected(guard: Guard, vendor: str) -> str:
    if vendor != "sqlite":
        return f"{guard.event} {guard.table} {_body(guard)}"
    columns = " OF state" if guard.name.endswith("_state") else ""
    when = f" WHEN {guard.broken}" if guard.broken else ""
    return (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.event}{columns} ON {guard.table}"
        f" FOR EACH ROW{when} BEGIN SELECT RAISE(ABORT, '{guard.says}'); END"
    )


def _body(guard: Guard) -> str:
    refuse = f"RAISE EXCEPTION '{guard.says}' USING ERRCODE = 'check_violation';"
    if guard.broken:
        refuse = f"IF {guard.broken} THEN {refuse} END IF; RETURN NEW;"
    return f" BEGIN {refuse} END "


def _installed(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard%'"
            )
        else:
            # tgtype: 19 is BEFORE UPDATE, 11 BEFORE DELETE, FOR EACH ROW; tgenabled O: it fires.
            cursor.execute(
                "SELECT tgname, CASE tgtype WHEN 19 THEN 'UPDATE ' WHEN 11 THEN 'DELETE ' END"
                " || relname || ' ' || prosrc FROM pg_trigger JOIN pg_proc ON tgfoid = pg_proc.oid"
                " JOIN pg_class ON tgrelid = pg_class.oid WHERE tgenabled = 'O'"
                " AND tgname LIKE 'guard%' AND pg_table_is_visible(tgrelid)"
            )
        return dict(cursor.fetchall())


# --- in migrations -----------------------------------------------------------------------------


class _ChangeGuards(Operation):
    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change no model."""


class InstallGuards(_ChangeGuards):
    """Install the guards for the models as they are at this point of the migrations.

    `fingerprint` is that of the guards when the migration was written.
    """

    def __init__(self, fingerprint: str) -> None:
        self.fingerprint = fingerprint

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        install(schema_editor.connection, to_state.apps)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        remove(schema_editor.connection, from_state.apps)

    def describe(self) -> str:
        return "Install the guards of moves"


class RemoveGuards(_ChangeGuards):
    """Take the guards away, before a migration that removes or renames a guarded column."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        remove(schema_editor.connection, from_state.apps)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        install(schema_editor.connection, to_state.apps)

    def describe(self) -> str:
        return "Remove the guards of moves"
