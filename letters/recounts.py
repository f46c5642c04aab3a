"""Count letters themselves, by one statement over all of them: seconds over a million.

It is what the rollup has to be equal to (counts.py), and what counts the groupings that no cube
has (cubes.py).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Count, F, Func, Q, QuerySet, Value

from campaign.models import Campaign
from letters.dimensions import Dimension
from letters.enums import LIVING
from letters.models import Letter

# A group: its keys as the database has them, letters, signatories, letters with own words.
Group = tuple[Any, ...]


def groups_of(
    campaign: Campaign,
    dimensions: Sequence[Dimension],
    since: date | None,
    until: date | None,
    states: Collection[str],
) -> tuple[list[Group], Group]:
    """Return the groups and their total."""
    letters = _selected(campaign, since, until, states)
    counted = _total(letters, len(dimensions))
    if dimensions:
        measures = _measures(dimensions, states)
        counted = _groups(letters, dimensions, measures).union(counted, all=True)
    found = list(counted)
    total = next(row for row in found if row[0])
    return [row[1:] for row in found if not row[0]], total[-3:]


class _StartOf(Func):
    """The first day of a date's week or month. Django's own Trunc calls Python for each row on
    SQLite, which takes ten times as long."""

    output_field = models.DateField()
    arity = 1
    sqlite = ""
    postgresql = ""

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template=self.sqlite, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template=self.postgresql, **extra)


class _StartOfWeek(_StartOf):
    sqlite = "date(%(expressions)s, '-6 days', 'weekday 1')"
    postgresql = "date_trunc('week', %(expressions)s)::date"


class _StartOfMonth(_StartOf):
    sqlite = "date(%(expressions)s, 'start of month')"
    postgresql = "date_trunc('month', %(expressions)s)::date"


_COLUMNS: dict[Dimension, Any] = {
    Dimension.GOVERNMENT: F("government_id"),
    Dimension.COUNTRY: F("country"),
    Dimension.DAY: F("confirmed_on"),
    Dimension.WEEK: _StartOfWeek("confirmed_on"),
    Dimension.MONTH: _StartOfMonth("confirmed_on"),
    Dimension.LANGUAGE: F("language"),
    Dimension.OFFICE: F("office_id"),
    Dimension.STATE: F("state"),
}
_LETTERS = Count("*")
_SIGNATORIES = Count("signer", distinct=True)
_WITH_WORDS = Count(Value(1), filter=Q(with_words=True))


def _measures(dimensions: Sequence[Dimension], states: Collection[str]) -> dict[str, Any]:
    # one_living_letter_per_signer: to one government, letters and signatories are the same, and
    # the database need not sort the signers.
    once = Dimension.GOVERNMENT in dimensions and LIVING.issuperset(states)
    return {
        "count_letters": _LETTERS,
        "count_signatories": _LETTERS if once else _SIGNATORIES,
        "count_with_words": _WITH_WORDS,
    }


def _selected(
    campaign: Campaign, since: date | None, until: date | None, states: Collection[str]
) -> QuerySet[Letter]:
    letters = Letter.objects.filter(campaign=campaign, state__in=sorted(states)).order_by()
    if since is not None:
        letters = letters.filter(confirmed_on__gte=since)
    if until is not None:
        letters = letters.filter(confirmed_on__lte=until)
    return letters


def _groups(
    letters: QuerySet[Letter], dimensions: Sequence[Dimension], measures: dict[str, Any]
) -> QuerySet[Any, Any]:
    keys = {f"key_{index}": _COLUMNS[name] for index, name in enumerate(dimensions)}
    return _measured(letters.annotate(is_total=Value(0), **keys), list(keys), measures)


def _total(letters: QuerySet[Letter], width: int) -> QuerySet[Any, Any]:
    # No key has this type: the database takes that of the groups' column.
    nothing = Value(None, output_field=models.CharField())
    keys = {f"key_{index}": nothing for index in range(width)}
    return _measured(letters.annotate(is_total=Value(1), **keys), list(keys), _measures((), ()))


def _measured(
    letters: QuerySet[Any], keys: list[str], measures: dict[str, Any]
) -> QuerySet[Any, Any]:
    grouped: QuerySet[Any, Any] = letters.values("is_total", *keys).annotate(**measures)
    return grouped.values_list("is_total", *keys, *measures)
