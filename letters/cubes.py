"""Cubes: the groupings whose sums are kept ready, and SQL over what letters are counted by.

A grouping is read from the smallest cube that has all its dimensions. Together with the day most
dimensions are kept one at a time: a cube of all would be as long as the letters themselves.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from letters.dimensions import Dimension
from letters.models import CountCell, CountChange, CountRepeat, Letter

CELLS = CountCell._meta.db_table
CHANGES = CountChange._meta.db_table
REPEATS = CountRepeat._meta.db_table
LETTERS = Letter._meta.db_table

# A place: what each row of the rollup has. What stands there when it is left out or unknown.
NOTHING = {
    "day": "'0001-01-01'",
    "state": "''",
    "government": "0",
    "office": "0",
    "country": "''",
    "language": "''",
}
PLACE = ", ".join(NOTHING)
# The same of a letter.
OF_LETTER = {
    "day": "COALESCE(confirmed_on, '0001-01-01')",
    "state": "state",
    "government": "government_id",
    "office": "COALESCE(office_id, 0)",
    "country": "country",
    "language": "language",
}
PLACE_OF_LETTER = ", ".join(f"{sql} AS {name}" for name, sql in OF_LETTER.items())
WORDS = "CASE WHEN with_words THEN 1 ELSE 0 END"


@dataclass(frozen=True)
class Cube:
    """`number` stands in the database: never give one to another set of columns."""

    number: int
    columns: frozenset[str]


# From the smallest to the largest.
CUBES = (
    Cube(1, frozenset({"day", "state", "language"})),
    Cube(2, frozenset({"day", "state", "country"})),
    Cube(3, frozenset({"day", "state", "government", "office"})),
    Cube(4, frozenset({"state", "government", "office", "country", "language"})),
    Cube(5, frozenset({"day", "state", "country", "language"})),
)


def cube_for(dimensions: Collection[Dimension], *, ranged: bool) -> Cube | None:
    """Return the cube that a grouping is read from; None if letters have to be counted."""
    needed = {_column(dimension) for dimension in dimensions} | ({"day"} if ranged else set())
    return next((cube for cube in CUBES if needed <= cube.columns), None)


def _column(dimension: Dimension) -> str:
    return "day" if dimension.is_time else dimension.value


def key_sql(dimension: Dimension, vendor: str) -> str:
    """Return SQL for a group's key over a place. A week or month is its first day."""
    if dimension == Dimension.OFFICE:
        return "NULLIF(office, 0)"
    if not dimension.is_time:
        return dimension.value
    day = "NULLIF(day, '0001-01-01')"
    if dimension == Dimension.DAY:
        return day
    if vendor == "sqlite":
        steps = "'-6 days', 'weekday 1'" if dimension == Dimension.WEEK else "'start of month'"
        return f"date({day}, {steps})"
    return f"CAST(date_trunc('{dimension.value}', {day}) AS date)"


def place_in(cube: Cube) -> str:
    """Return a place's columns, those that are not the cube's left empty."""
    return ", ".join(f"{_value(name, cube)} AS {name}" for name in NOTHING)


def _value(name: str, cube: Cube) -> str:
    if name in cube.columns:
        return name
    # PostgreSQL must know the wider type; SQLite would make a number of a day.
    return "CAST(0 AS bigint)" if NOTHING[name] == "0" else NOTHING[name]
