"""The one place that counts letters: for pages, counts.json, exports and commands.

A letter counts from its confirmation on, unless it was taken back, returned or rejected
(enums.COUNTED). Days are those of the campaign's time zone, fixed when a letter is confirmed
(`Letter.confirmed_on`); weeks are ISO weeks. A letter that was never confirmed has no day: it
stands under an empty day where its state is asked for, and in no range of days. Signatories are
distinct writers, so those of several groups do not add up to the total's.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db import models
from django.db.models import Count, F, Func, Q, QuerySet, Value
from django.utils import timezone, translation
from redis import RedisError

from campaign.models import Campaign
from letters.dimensions import Dimension, Key, keys_of
from letters.enums import COUNTED, LIVING
from letters.models import Letter

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CountRow:
    """One group: a key per dimension, in the order they were asked for."""

    keys: tuple[Key, ...]
    letters: int
    signatories: int
    with_words: int


@dataclass(frozen=True)
class Tally:
    """Groups and their total, counted by one statement: they belong to the same moment."""

    rows: list[CountRow]
    total: CountRow


def count_letters(
    campaign: Campaign,
    by: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    states: Collection[str] = COUNTED,
) -> list[CountRow]:
    """Return a row per group; without `by` the total alone. Both days are included."""
    counted = tally(campaign, by, since, until, states)
    return counted.rows if by else [counted.total]


def tally(
    campaign: Campaign,
    by: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    states: Collection[str] = COUNTED,
) -> Tally:
    """Return the groups and their total. Raises ValueError for an unknown dimension."""
    dimensions = [Dimension(name) for name in by]
    letters = _selected(campaign, since, until, states)
    counted = _total(letters, len(dimensions))
    if dimensions:
        measures = _measures(dimensions, states)
        counted = _groups(letters, dimensions, measures).union(counted, all=True)
    found = list(counted)
    total = next(row for row in found if row[0])
    rows = _rows(dimensions, [row for row in found if not row[0]])
    return Tally(rows, CountRow((), *total[-3:]))


# --- the statement ----------------------------------------------------------------------------


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


def _rows(dimensions: Sequence[Dimension], found: list[Any]) -> list[CountRow]:
    columns = [
        keys_of(dimension, {row[index + 1] for row in found})
        for index, dimension in enumerate(dimensions)
    ]
    rows = []
    for row in found:
        keys = [column[row[index + 1]] for index, column in enumerate(columns)]
        order = tuple(place for place, _key in keys)
        rows.append((order, CountRow(tuple(key for _place, key in keys), *row[-3:])))
    return [row for _order, row in sorted(rows, key=lambda pair: pair[0])]


# --- what everybody may know ---------------------------------------------------------------------

# A count that takes long is kept longer: counting never takes more than a tenth of the time.
KEEP_TIMES = 10
KEEP_AT_MOST = 3600
COUNTING_SECONDS = 60


def public_counts(campaign: Campaign) -> dict[str, Any]:
    """Return what everybody may know, ready for JSON.

    At most PAGE_CACHE_SECONDS old, or KEEP_TIMES as long as it takes to count. While one
    process counts anew, the others give the last numbers. Without a cache each counts itself.
    """
    if not settings.PAGE_CACHE_SECONDS:
        return _counted_now(campaign, timezone.now())
    try:
        return _kept_counts(campaign)
    except RedisError as error:
        log.warning("Counted without the cache (%s).", type(error).__name__)
        return _counted_now(campaign, timezone.now())


def _kept_counts(campaign: Campaign) -> dict[str, Any]:
    key = f"public-counts:{campaign.pk}:{translation.get_language()}"
    kept: _Kept | None = cache.get(key)
    if kept and (kept.until > time.time() or not cache.add(f"{key}:now", True, COUNTING_SECONDS)):
        return kept.counts
    started = time.time()
    counts = _counted_now(campaign, timezone.now())
    ended = time.time()
    fresh = max(settings.PAGE_CACHE_SECONDS, KEEP_TIMES * (ended - started))
    cache.set(key, _Kept(ended + fresh, counts), KEEP_AT_MOST)
    cache.delete(f"{key}:now")
    return counts


class _Kept(NamedTuple):
    until: float
    counts: dict[str, Any]


def _counted_now(campaign: Campaign, now: datetime) -> dict[str, Any]:
    governments = tally(campaign, [Dimension.GOVERNMENT])
    return {
        "campaign": campaign.slug,
        "time_zone": campaign.time_zone,
        "updated": now.isoformat(timespec="seconds"),
        "letters": governments.total.letters,
        "signatories": governments.total.signatories,
        "governments": len(governments.rows),
        "by_government": [_named(row.keys[0], row.letters) for row in governments.rows],
        "by_country": [
            _named(key, letters) for key, letters in _letters_by(campaign, Dimension.COUNTRY)
        ],
        "by_day": [
            {"day": key.code, "letters": letters}
            for key, letters in _letters_by(campaign, Dimension.DAY)
        ],
    }


def _named(key: Key, letters: int) -> dict[str, Any]:
    return {"code": key.code, "name": key.name, "letters": letters}


def _letters_by(campaign: Campaign, dimension: Dimension) -> list[tuple[Key, int]]:
    """Count letters alone: distinct signers take far longer, and no page shows them by group."""
    letters = _selected(campaign, None, None, COUNTED).values_list(_COLUMNS[dimension])
    found = dict(letters.annotate(count_letters=_LETTERS))
    keys = keys_of(dimension, set(found))
    ordered = sorted(found, key=lambda value: keys[value][0])
    return [(keys[value][1], found[value]) for value in ordered]
