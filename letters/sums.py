"""Read the rollup: groups of letters and their total, by one statement, of one moment.

Letters are added up from the cells of one cube and from the changes not yet in it. Signatories
are the letters less the repeats: in each group, whatever a writer has there beyond the first.
Only letters of repeated writers need be looked at for that. What those were at the last fold
stands in CountRepeat; writers with changes since ("dirty") are looked up among the letters.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from campaign.models import Campaign
from letters import recounts
from letters.cubes import (
    CELLS,
    CHANGES,
    LETTERS,
    PLACE,
    PLACE_OF_LETTER,
    REPEATS,
    Cube,
    cube_for,
    key_sql,
)
from letters.dimensions import Dimension
from letters.enums import COUNTED, LIVING
from letters.models.count import NO_DAY
from letters.recounts import Group

Keys = tuple[Any, ...]


def groups_of(
    campaign: Campaign,
    dimensions: Sequence[Dimension],
    since: date | None,
    until: date | None,
    states: Collection[str],
) -> tuple[list[Group], Group]:
    """Return the groups (keys, letters, signatories, with words) and their total."""
    ranged = since is not None or until is not None
    cube = cube_for(dimensions, ranged=ranged)
    if cube is None:
        return recounts.groups_of(campaign, dimensions, since, until, states)
    asked = _Asked(campaign, tuple(dimensions), since, until, frozenset(states), cube)
    # one_living_letter_per_signer: to one government, letters and signatories are the same.
    once = Dimension.GOVERNMENT in dimensions and LIVING.issuperset(states)
    parts = [_letters(asked)]
    if dimensions and not once:
        parts.append(_repeats(asked))
    parts.append(_all_repeats(asked))
    return _merged(asked, _read(asked, parts))


def letters_by(campaign: Campaign, dimension: Dimension) -> dict[Any, int]:
    """Return the counted letters of each group."""
    cube = cube_for([dimension], ranged=False)
    assert cube is not None
    asked = _Asked(campaign, (dimension,), None, None, COUNTED, cube)
    return {row[1]: row[2] for row in _read(asked, [_letters(asked)])}


@dataclass(frozen=True)
class _Asked:
    campaign: Campaign
    dimensions: tuple[Dimension, ...]
    since: date | None
    until: date | None
    states: frozenset[str]
    cube: Cube

    @property
    def keys(self) -> str:
        """SQL of the groups' keys over a place, a comma after each."""
        sql = [key_sql(dimension, connection.vendor) for dimension in self.dimensions]
        return "".join(f"{one} AS key_{place}, " for place, one in enumerate(sql))

    @property
    def names(self) -> str:
        return "".join(f"key_{place}, " for place in range(len(self.dimensions)))

    @property
    def nulls(self) -> str:
        return "NULL, " * len(self.dimensions)


@dataclass(frozen=True)
class _Part:
    """SQL and its parameters. Its columns: which part, keys, letters, with words, repeats."""

    sql: str
    values: tuple[Any, ...]


def _read(asked: _Asked, parts: list[_Part]) -> list[Any]:
    dirty = (
        f"WITH dirty AS (SELECT DISTINCT signer AS writer FROM {CHANGES} WHERE campaign_id = %s) "
    )
    values = [asked.campaign.pk, *(value for part in parts for value in part.values)]
    with connection.cursor() as cursor:
        cursor.execute(dirty + " UNION ALL ".join(part.sql for part in parts), values)
        found: list[Any] = cursor.fetchall()
    times = [place for place, one in enumerate(asked.dimensions, start=1) if one.is_time]
    if not times or connection.vendor != "sqlite":
        return found
    days: dict[Any, Any] = {None: None}
    return [_with_days(list(row), times, days) for row in found]


def _with_days(row: list[Any], times: list[int], days: dict[Any, Any]) -> list[Any]:
    for place in times:
        if row[place] not in days:
            days[row[place]] = date.fromisoformat(row[place])
        row[place] = days[row[place]]
    return row


def _merged(asked: _Asked, found: list[Any]) -> tuple[list[Group], Group]:
    width = 1 + len(asked.dimensions)
    repeats: dict[Keys, int] = {tuple(row[1:width]): int(row[-1]) for row in found if row[0] == 1}
    all_repeats = next(int(row[-1] or 0) for row in found if row[0] == 2)
    groups = []
    letters = words = 0
    for row in found:
        if row[0] == 0 and row[width]:
            keys, its_letters, its_words = tuple(row[1:width]), row[width], row[width + 1]
            letters, words = letters + its_letters, words + its_words
            groups.append((*keys, its_letters, its_letters - repeats.get(keys, 0), its_words))
    return groups if asked.dimensions else [], (letters, letters - all_repeats, words)


# --- the parts of the statement -------------------------------------------------------------------
# Only names of our own tables and columns are put into them.


def _where(asked: _Asked) -> tuple[str, tuple[Any, ...]]:
    states = ", ".join(["%s"] * len(asked.states))
    sql, values = [f"state IN ({states})" if states else "1 = 0"], [*sorted(asked.states)]
    days: list[Any] = []
    if asked.since is not None:
        sql.append("day >= %s")
        days.append(_day(asked.since))
    if asked.until is not None:
        sql.append("day <= %s")
        days.append(_day(asked.until))
    if days:
        sql.append("day > %s")
        days.append(_day(NO_DAY))
    return " AND ".join(sql), (*values, *days)


def _day(day: date) -> Any:
    return connection.ops.adapt_datefield_value(day)


def _letters(asked: _Asked) -> _Part:
    where, values = _where(asked)
    of = asked.campaign.pk
    sums = f"SELECT {asked.keys}letters, words FROM"
    group = f" GROUP BY {asked.names[:-2]}" if asked.names else ""
    return _Part(
        f"SELECT 0, {asked.names}CAST(SUM(letters) AS bigint), CAST(SUM(words) AS bigint), 0 "
        f"FROM ({sums} {CELLS} WHERE campaign_id = %s AND cube = {asked.cube.number} AND {where} "
        f"UNION ALL {sums} {CHANGES} WHERE campaign_id = %s AND {where}) AS told{group}",
        (of, *values, of, *values),
    )


def _told(asked: _Asked) -> tuple[str, tuple[Any, ...]]:
    """Return SQL for the places and signers of all letters that may be repeats."""
    where, values = _where(asked)
    settled = f"campaign_id = %s AND signer NOT IN (SELECT writer FROM dirty) AND {where}"
    live, more = _live(asked)
    return (
        f"SELECT {PLACE}, signer FROM {REPEATS} WHERE {settled} UNION ALL {live}",
        (asked.campaign.pk, *values, *more),
    )


def _live(asked: _Asked) -> tuple[str, tuple[Any, ...]]:
    where, values = _where(asked)
    # CROSS: SQLite takes tables in this order, and does not look at a million letters for a few.
    letters = (
        f"SELECT {PLACE_OF_LETTER}, signer FROM dirty CROSS JOIN {LETTERS} "
        f"WHERE campaign_id = %s AND signer = writer"
    )
    return (
        f"SELECT {PLACE}, signer FROM ({letters}) AS live WHERE {where}",
        (asked.campaign.pk, *values),
    )


def _repeats(asked: _Asked) -> _Part:
    told, values = _told(asked)
    return _Part(
        f"SELECT 1, {asked.names}0, 0, CAST(SUM(times - 1) AS bigint) FROM ("
        f"SELECT {asked.names}COUNT(*) AS times FROM ("
        f"SELECT {asked.keys}signer FROM ({told}) AS told) AS keyed "
        f"GROUP BY {asked.names}signer HAVING COUNT(*) > 1) AS many "
        f"GROUP BY {asked.names[:-2]}",
        values,
    )


def _all_repeats(asked: _Asked) -> _Part:
    """Count the total's repeats. Those of what is public are marked, and need no grouping."""
    many = "SELECT SUM(times - 1) FROM (SELECT COUNT(*) AS times FROM ({}) AS told GROUP BY signer HAVING COUNT(*) > 1) AS many"  # fmt: skip
    if asked.states != COUNTED or asked.since is not None or asked.until is not None:
        told, values = _told(asked)
        number = f"({many.format(told)})"
    else:
        live, more = _live(asked)
        marked = f"SELECT COUNT(*) FROM {REPEATS} WHERE campaign_id = %s AND extra AND signer NOT IN (SELECT writer FROM dirty)"  # fmt: skip
        number = f"({marked}) + COALESCE(({many.format(live)}), 0)"
        values = (asked.campaign.pk, *more)
    return _Part(f"SELECT 2, {asked.nulls}0, 0, CAST({number} AS bigint)", values)
