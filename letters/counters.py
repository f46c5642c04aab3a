"""Triggers that write down every change of what is counted, in the transaction that makes it.

Whoever changes a letter, row by row, in bulk or by hand in SQL, leaves a CountChange: where it
was (-1), where it is (1). Rows are only appended, so that workers and confirmations never wait
for each other's sums; rollup.py folds them. Installed and checked together with the guards
(guards.py), for the same reasons.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps as current_apps
from django.db.backends.base.base import BaseDatabaseWrapper

# The columns of a change, and what a letter has for each.
FACTS = {
    "campaign_id": "{row}campaign_id",
    "state": "{row}state",
    "day": "COALESCE({row}confirmed_on, '0001-01-01')",
    "government": "{row}government_id",
    "office": "COALESCE({row}office_id, 0)",
    "country": "{row}country",
    "language": "{row}language",
    "signer": "{row}signer",
}
# What else a letter's change is told by.
COUNTED = ("campaign_id", "state", "confirmed_on", "government_id", "office_id", "country",
           "language", "signer", "with_words")  # fmt: skip
COLUMNS = f"{', '.join(FACTS)}, letters, words, taken"
EVENTS = ("insert", "update", "delete")


@dataclass(frozen=True)
class Counter:
    """`body` is as the database keeps it: on SQLite the whole statement, else the function's."""

    name: str
    event: str
    table: str
    body: str


def counters(apps: Any, vendor: str) -> list[Counter]:
    """Return all of them; none where the models in `apps` have no rollup yet."""
    try:
        changes = apps.get_model("letters", "CountChange")._meta.db_table
    except LookupError:
        return []
    letters = apps.get_model("letters", "Letter")._meta.db_table
    write = _sqlite if vendor == "sqlite" else _postgresql
    return [
        Counter(name, event, letters, write(name, event, letters, changes))
        for event in EVENTS
        for name in [f"count_{letters}_{event}"]
    ]


def statements(apps: Any, vendor: str) -> list[str]:
    """Return the SQL that creates them."""
    return [line for counter in counters(apps, vendor) for line in _create(counter, vendor)]


# --- SQLite: for each row -----------------------------------------------------------------------


def _sqlite(name: str, event: str, letters: str, changes: str) -> str:
    differs = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in COUNTED)
    of, when = (f" OF {', '.join(COUNTED)}", f" WHEN {differs}") if event == "update" else ("", "")
    ways = {"insert": [("NEW.", 1)], "delete": [("OLD.", -1)]}.get(
        event, [("OLD.", -1), ("NEW.", 1)]
    )
    written = ", ".join(f"({_facts(row, way, 'sqlite')})" for row, way in ways)
    return (
        f"CREATE TRIGGER {name} AFTER {event.upper()}{of} ON {letters} FOR EACH ROW{when}"
        f" BEGIN INSERT INTO {changes} ({COLUMNS}) VALUES {written}; END"
    )


def _facts(row: str, way: int, vendor: str) -> str:
    false = "0" if vendor == "sqlite" else "false"
    facts = ", ".join(sql.format(row=row) for sql in FACTS.values())
    return f"{facts}, {way}, CASE WHEN {row}with_words THEN {way} ELSE 0 END, {false}"


# --- PostgreSQL: for each statement ----------------------------------------------------------------


def _postgresql(name: str, event: str, letters: str, changes: str) -> str:
    insert = f"INSERT INTO {changes} ({COLUMNS})"
    came, left = (f"SELECT {_facts(row, way, '')} FROM" for row, way in (("now.", 1), ("was.", -1)))
    if event == "insert":
        told = f"{insert} {came} added now;"
    elif event == "delete":
        told = f"{insert} {left} gone was;"
    else:
        # Most updates of a letter change nothing that is counted.
        differs = " OR ".join(f"now.{name} IS DISTINCT FROM was.{name}" for name in COUNTED)
        both = f"added now JOIN gone was ON was.id = now.id WHERE {differs}"
        told = f"{insert} {left} {both} UNION ALL {came} {both};"
    return f" BEGIN {told} RETURN NULL; END "


def _create(counter: Counter, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [counter.body]
    tables = {
        "insert": "NEW TABLE AS added",
        "delete": "OLD TABLE AS gone",
        "update": "OLD TABLE AS gone NEW TABLE AS added",
    }[counter.event]
    return [
        f"CREATE FUNCTION {counter.name}() RETURNS trigger LANGUAGE plpgsql"
        f" AS $count${counter.body}$count$",
        f"CREATE TRIGGER {counter.name} AFTER {counter.event.upper()} ON {counter.table}"
        f" REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {counter.name}()",
    ]


def _drop(counter: Counter, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {counter.name}"]
    return [
        f"DROP TRIGGER IF EXISTS {counter.name} ON {counter.table}",
        f"DROP FUNCTION IF EXISTS {counter.name}()",
    ]


# --- in the database ------------------------------------------------------------------------------


def install(connection: BaseDatabaseWrapper, apps: Any = current_apps) -> None:
    """Put all in place, in place of earlier ones."""
    for counter in counters(apps, connection.vendor):
        _run(connection, [*_drop(counter, connection.vendor), *_create(counter, connection.vendor)])


def remove(connection: BaseDatabaseWrapper, apps: Any = current_apps) -> None:
    for counter in counters(apps, connection.vendor):
        _run(connection, _drop(counter, connection.vendor))


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Count nothing inside the block: for tests that empty tables, and for millions of rows at
    once, after which rollup.recount counts them all."""
    remove(connection)
    try:
        yield
    finally:
        install(connection)


def wrong(connection: BaseDatabaseWrapper, apps: Any = current_apps) -> list[str]:
    """Return the names of those that are missing, switched off or out of date."""
    found = _installed(connection)
    expected = counters(apps, connection.vendor)
    return [one.name for one in expected if found.get(one.name) != (one.event, one.body)]


def _installed(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, str]]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'count%'"
            )
            return {name: (name.rpartition("_")[2], sql) for name, sql in cursor.fetchall()}
        # The bits of tgtype: 4 AFTER INSERT, 8 DELETE, 16 UPDATE, each FOR EACH STATEMENT.
        cursor.execute(
            "SELECT tgname, CASE tgtype WHEN 4 THEN 'insert' WHEN 8 THEN 'delete'"
            " WHEN 16 THEN 'update' END, prosrc FROM pg_trigger"
            " JOIN pg_proc ON tgfoid = pg_proc.oid JOIN pg_class ON tgrelid = pg_class.oid"
            " WHERE tgenabled = 'O' AND tgname LIKE 'count%' AND pg_table_is_visible(tgrelid)"
        )
        return {name: (event, body) for name, event, body in cursor.fetchall()}


def _run(connection: BaseDatabaseWrapper, lines: list[str]) -> None:
    with connection.cursor() as cursor:
        for line in lines:
            cursor.execute(line)
