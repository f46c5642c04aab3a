"""One import: each row is planned as new, changed, unchanged or wrong; then all or nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from campaign.imports.table import Row, read_table
from campaign.imports.writes import Writes


class RowState(models.TextChoices):
    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    WRONG = "wrong", _("wrong")


class WrongRow(Exception):
    """What is wrong with one row: a sentence for each cell, beginning with the column."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems


@dataclass(frozen=True)
class Outcome:
    """What became of a row. `details` say what changed or what is wrong."""

    line: int
    key: str
    state: RowState
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    outcomes: tuple[Outcome, ...]
    written: bool

    def count(self, state: RowState) -> int:
        return Counter(outcome.state for outcome in self.outcomes)[state]


class Importer(ABC):
    """Knows one kind of file. `key` is the column that identifies a row."""

    columns: ClassVar[tuple[str, ...]]
    optional: ClassVar[tuple[str, ...]] = ()
    key: ClassVar[str]

    def __init__(self) -> None:
        self.writes = Writes()

    @abstractmethod
    def read_existing(self, rows: Iterable[Row]) -> None:
        """Read what the rows will be compared with, in few queries."""

    @abstractmethod
    def plan(self, row: Row) -> Outcome:
        """Compare a row with what exists and note what to write. Raises WrongRow."""

    def outcome(self, row: Row, *, new: bool, details: Iterable[str] = ()) -> Outcome:
        details = tuple(details)
        state = RowState.CHANGED if details else RowState.UNCHANGED
        if new:
            state, details = RowState.NEW, ()
        return Outcome(row.line, row.cells[self.key], state, details)


def run_import(importer: Importer, path: Path, *, dry_run: bool) -> Report:
    """Import `path`. Raises BadFile; writes nothing on a dry run or if a single row is wrong."""
    rows = read_table(path, importer.columns, importer.optional)
    with nullcontext() if dry_run else transaction.atomic():
        importer.read_existing(rows)
        outcomes = _plan_all(importer, rows)
        write = not dry_run and all(one.state != RowState.WRONG for one in outcomes)
        if write:
            importer.writes.save()
    return Report(outcomes, written=write)


def _plan_all(importer: Importer, rows: list[Row]) -> tuple[Outcome, ...]:
    lines: dict[str, int] = {}
    outcomes = []
    for row in rows:
        key = row.cells[importer.key]
        try:
            _check(row, importer.key, lines.setdefault(key, row.line))
            outcomes.append(importer.plan(row))
        except WrongRow as wrong:
            outcomes.append(Outcome(row.line, key, RowState.WRONG, wrong.problems))
    return tuple(outcomes)


def _check(row: Row, key: str, first_line: int) -> None:
    if row.problems:
        raise WrongRow(*row.problems)
    if not row.cells[key]:
        raise WrongRow(f"{key}: " + _("this cell must be filled"))
    if first_line != row.line:
        raise WrongRow(
            f"{key}: "
            + _("“%(key)s” stands on line %(line)d already")
            % {"key": row.cells[key], "line": first_line}
        )


def differences(
    one: models.Model, values: Mapping[str, Any], column_of: Mapping[str, str]
) -> dict[str, str]:
    """Return for each field of `values` that differs what is to be said about it."""
    return {
        name: f"{column_of.get(name, name)}: {shown(getattr(one, name))} → {shown(value)}"
        for name, value in values.items()
        if getattr(one, name) != value
    }


def shown(value: Any) -> str:
    """Return a value as a report shows it: on one line, in quotes."""
    if isinstance(value, list):
        value = ";".join(value)
    text = "|".join(str("" if value is None else value).splitlines())
    return f"“{text}”"


def check_fields(
    one: models.Model, column_of: Mapping[str, str], exclude: Iterable[str] = ()
) -> None:
    """Raise WrongRow if a field of `one` is not what its model allows."""
    try:
        one.clean_fields(exclude=set(exclude))
    except ValidationError as error:
        raise WrongRow(
            *(
                f"{column_of.get(name, name)}: {message}"
                for name, messages in error.message_dict.items()
                for message in messages
            )
        ) from error
