"""Write rows of a table as fast as the database takes them: COPY, or executemany on SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

from letters import counters

Row = tuple[Any, ...]


class Table:
    """Takes the columns it is told of; every other one gets its field's default."""

    def __init__(self, model: type[models.Model], columns: Sequence[str]) -> None:
        self.name = model._meta.db_table
        rest = [
            field
            for field in model._meta.concrete_fields
            if field.column not in columns and not isinstance(field, models.AutoField)
        ]
        self.columns = (*columns, *(str(field.column) for field in rest))
        self.rest: Row = tuple(_default(field) for field in rest)
        self.rows: list[Row] = []

    def add(self, *values: Any) -> None:
        self.rows.append(values + self.rest)

    def flush(self) -> None:
        columns = ", ".join(self.columns)
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                places = ", ".join(["?"] * len(self.columns))
                statement = f"INSERT INTO {self.name} ({columns}) VALUES ({places})"  # noqa: S608
                # Django's own would look at each value.
                cursor.connection.executemany(statement, self.rows)
            else:
                with cursor.copy(f"COPY {self.name} ({columns}) FROM STDIN") as copy:
                    for row in self.rows:
                        copy.write_row(row)
        self.rows.clear()


def _default(field: models.Field[Any, Any]) -> Any:
    value = field.get_default()
    return field.get_db_prep_save(value, connection) if value is not None else None


@contextmanager
def quickly(tables: Sequence[Table]) -> Iterator[None]:
    """Let rows in without looking at their keys one by one, without indexes, and uncounted.

    A process that is killed inside leaves a database to be thrown away.
    """
    off = connection.constraint_checks_disabled()
    with counters.lifted(connection), off, _unsafe(), _without_indexes(tables):
        yield


@contextmanager
def _without_indexes(tables: Sequence[Table]) -> Iterator[None]:
    """Make the indexes anew at the end, sorted: row by row they take most of the time."""
    with connection.cursor() as cursor:
        found = [index for table in tables for index in _indexes(cursor, table)]
        for name, _sql in found:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        try:
            yield
        finally:
            for _name, sql in found:
                cursor.execute(sql)


def _indexes(cursor: Any, table: Table) -> list[tuple[str, str]]:
    """Return name and statement of those that belong to no constraint of the table."""
    if connection.vendor == "sqlite":
        cursor.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = %s",
            [table.name],
        )
    else:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s"
            " AND schemaname = current_schema()"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            [table.name],
        )
    return list(cursor.fetchall())


@contextmanager
def _unsafe() -> Iterator[None]:
    """Do without what would survive a power cut: a database that was half filled is made anew."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            before = cursor.fetchone()[0]
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.execute("PRAGMA cache_size = -400000")  # kB
            undo = f"PRAGMA synchronous = {before}"
        else:
            cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
            if not cursor.fetchone()[0]:  # slower: each foreign key is looked up
                yield
                return
            cursor.execute("SET session_replication_role = replica")
            undo = "SET session_replication_role = DEFAULT"
        try:
            yield
        finally:
            cursor.execute(undo)
