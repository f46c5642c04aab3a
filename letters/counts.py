"""The one place that counts letters: for pages, counts.json, exports and commands.

A letter counts from its confirmation on, unless it was taken back, returned or rejected
(enums.COUNTED). Days are those of the campaign's time zone, fixed when a letter is confirmed
(`Letter.confirmed_on`); weeks are ISO weeks. A letter that was never confirmed has no day: it
stands under an empty day where its state is asked for, and in no range of days. Signatories are
distinct writers, so those of several groups do not add up to the total's.

The numbers come from the rollup (sums.py), which is equal to a recount at every moment;
groupings that it is not made for are counted from the letters (recounts.py).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone, translation
from redis import RedisError

from campaign.models import Campaign
from letters import recounts, sums
from letters.dimensions import Dimension, Key, keys_of
from letters.enums import COUNTED
from letters.recounts import Group

log = logging.getLogger(__name__)


class CountRow(NamedTuple):
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
    return _tally(campaign, by, since, until, states, sums.groups_of)


def recounted(
    campaign: Campaign,
    by: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    states: Collection[str] = COUNTED,
) -> Tally:
    """Return what `tally` must return, counted from the letters: slow, for checks."""
    return _tally(campaign, by, since, until, states, recounts.groups_of)


def _tally(
    campaign: Campaign,
    by: Sequence[str],
    since: date | None,
    until: date | None,
    states: Collection[str],
    groups_of: Callable[..., tuple[list[Group], Group]],
) -> Tally:
    dimensions = [Dimension(name) for name in by]
    found, total = groups_of(campaign, dimensions, since, until, states)
    return Tally(_rows(dimensions, found), CountRow((), *total))


def _rows(dimensions: Sequence[Dimension], found: list[Group]) -> list[CountRow]:
    """Put the groups in order and give them their names: places are told once for each value."""
    columns = [_ranked(one, {row[place] for row in found}) for place, one in enumerate(dimensions)]
    width = len(columns)
    placed = [
        (
            tuple([ranks[value] for (ranks, _keys), value in zip(columns, row, strict=False)]),
            row[width:],
        )
        for row in found
    ]
    placed.sort()
    return [
        CountRow(
            tuple([keys[place] for (_ranks, keys), place in zip(columns, places, strict=True)]),
            *measures,
        )
        for places, measures in placed
    ]


def _ranked(dimension: Dimension, values: set[Any]) -> tuple[dict[Any, int], list[Key]]:
    """Return each value's place in the order, and the keys in that order."""
    keys = keys_of(dimension, values)
    ordered = sorted(values, key=lambda value: keys[value][0])
    return {value: place for place, value in enumerate(ordered)}, [keys[one][1] for one in ordered]


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
    """Count letters alone: no page shows signatories by these groups."""
    found = sums.letters_by(campaign, dimension)
    keys = keys_of(dimension, set(found))
    ordered = sorted(found, key=lambda value: keys[value][0])
    return [(keys[value][1], found[value]) for value in ordered]
