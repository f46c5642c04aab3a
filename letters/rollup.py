"""Keep the rollup: fold what changed into the sums, recount, and tell where the two differ.

Readers (counts.py) add up cells and changes in one statement, so what they see is exact at any
moment, folded or not. Folding and recounting are done by one process at a time; nobody who
changes letters ever waits for them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from campaign.models import Campaign
from letters.cubes import (
    CELLS,
    CHANGES,
    CUBES,
    LETTERS,
    NOTHING,
    OF_LETTER,
    PLACE,
    PLACE_OF_LETTER,
    REPEATS,
    WORDS,
    place_in,
)
from letters.enums import COUNTED
from letters.models import CountChange

log = logging.getLogger(__name__)
# An advisory lock's number: any, but always the same.
LOCK = 7_204_115
FIRST = 20


@dataclass(frozen=True)
class Difference:
    """A place whose sum is not what its letters are; the numbers say how far it is too high."""

    place: str
    letters: int
    words: int = 0

    def __str__(self) -> str:
        words = f", {self.words:+} with own words" if self.words else ""
        return f"{self.place}: {self.letters:+}{words}"


def fold() -> int:
    """Put what changed into the sums. Returns how many changes; 0 if another does it just now."""
    if not CountChange.objects.exists():
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        if not _alone(cursor):
            return 0
        # What is committed from here on waits for the next time.
        taken = CountChange.objects.filter(taken=False).update(taken=True)
        cursor.execute(
            _add(f"SELECT campaign_id, {PLACE}, letters, words FROM {CHANGES} WHERE taken")
        )
        cursor.execute(f"DELETE FROM {CELLS} WHERE letters = 0 AND words = 0")
        signers = f"(SELECT campaign_id, signer FROM {CHANGES} WHERE taken)"
        cursor.execute(f"DELETE FROM {REPEATS} WHERE (campaign_id, signer) IN {signers}")
        cursor.execute(_write_repeats(f"(campaign_id, signer) IN {signers}"))
        cursor.execute(f"DELETE FROM {CHANGES} WHERE taken")
    return taken


def recount(campaign: Campaign) -> bool:
    """Make a campaign's sums anew from its letters. Returns whether it could: one at a time."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not _alone(cursor):
            return False
        _forget_changes_and_count(cursor, campaign)
        cursor.execute(f"DELETE FROM {CELLS} WHERE campaign_id = %s AND cube > 0", [campaign.pk])
        cursor.execute(
            f"UPDATE {CELLS} SET cube = -cube WHERE campaign_id = %s AND cube < 0", [campaign.pk]
        )
        cursor.execute(f"DELETE FROM {REPEATS} WHERE campaign_id = %s", [campaign.pk])
        cursor.execute(_write_repeats("campaign_id = %s"), [campaign.pk])
    return True


def heal() -> list[Difference]:
    """Recount the campaigns whose sums differ from their letters. Returns what differed."""
    found: list[Difference] = []
    for campaign in Campaign.objects.order_by("pk"):
        if wrong := differences(campaign):
            log.error("The counts of %s differed: %s", campaign.slug, "; ".join(map(str, wrong)))
            recount(campaign)
            found += wrong
    return found


def differences(campaign: Campaign) -> list[Difference]:
    """Return the first places where cells and changes together are not what the letters are.

    One statement for the sums and one for the repeated writers: letters may go on changing.
    """
    with connection.cursor() as cursor:
        cursor.execute(_compare_sums(), [campaign.pk] * 3)
        wrong = [_difference(row) for row in cursor.fetchall()]
        cursor.execute(_compare_repeats(), [campaign.pk] * 3)
        return wrong + [
            Difference(f"letters of repeated writer {signer[:12]}…", int(by))
            for signer, by in cursor.fetchall()
        ]


def _difference(row: Any) -> Difference:
    cube, *place, letters, words = row
    columns = next((one.columns for one in CUBES if one.number == cube), frozenset(NOTHING))
    named = zip(NOTHING, place, strict=True)
    said = " ".join(f"{name} {value}" for name, value in named if name in columns)
    return Difference(said, int(letters), int(words))


def _alone(cursor: Any) -> bool:
    """Whether no other process folds or recounts. SQLite's transaction has said so already."""
    if connection.vendor == "sqlite":
        return True
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
    return bool(cursor.fetchone()[0])


# --- statements ---------------------------------------------------------------------------------
# Only names of our own tables and columns are put into them.


def _cubes(source: str, sign: str = "") -> str:
    """Return SQL that sums places by each cube; a row of `source` is campaign, place, sums."""
    each = (
        f"SELECT campaign_id, {sign}{cube.number} AS cube, {place_in(cube)}, "
        f"SUM(letters) AS letters, SUM(words) AS words FROM {source} "
        f"GROUP BY campaign_id, {', '.join(name for name in NOTHING if name in cube.columns)}"
        for cube in CUBES
    )
    return " UNION ALL ".join(each)


def _add(changes: str) -> str:
    # WHERE: without it SQLite takes ON CONFLICT for the condition of a join.
    return (
        f"WITH fine AS ({changes}) "
        f"INSERT INTO {CELLS} (campaign_id, cube, {PLACE}, letters, words) "
        f"SELECT campaign_id, cube, {PLACE}, letters, words FROM ({_cubes('fine')}) AS sums "
        f"WHERE letters <> 0 OR words <> 0 "
        f"ON CONFLICT (campaign_id, cube, state, day, government, office, country, language) "
        f"DO UPDATE SET letters = {CELLS}.letters + excluded.letters, "
        f"words = {CELLS}.words + excluded.words"
    )


def _letters_by_place() -> str:
    return (
        f"SELECT campaign_id, {PLACE_OF_LETTER}, COUNT(*) AS letters, SUM({WORDS}) AS words "
        f"FROM {LETTERS} WHERE campaign_id = %s GROUP BY campaign_id, {', '.join(OF_LETTER.values())}"
    )


def _forget_changes_and_count(cursor: Any, campaign: Campaign) -> None:
    """Drop exactly the changes that the new sums know of. The new cells have negative numbers."""
    forget = f"DELETE FROM {CHANGES} WHERE campaign_id = %s"
    if connection.vendor == "sqlite":  # nobody else writes in this transaction
        cursor.execute(forget, [campaign.pk])
        gone, values = "", [campaign.pk]
    else:  # one statement sees one moment
        gone, values = f", gone AS ({forget})", [campaign.pk] * 2
    cursor.execute(
        f"WITH fine AS ({_letters_by_place()}){gone} "
        f"INSERT INTO {CELLS} (campaign_id, cube, {PLACE}, letters, words) {_cubes('fine', '-')}",
        values,
    )


def _repeats(where: str) -> str:
    counted = ", ".join(f"'{state}'" for state in sorted(COUNTED))
    is_counted = f"CASE WHEN state IN ({counted}) THEN 1 ELSE 0 END"
    return (
        f"SELECT campaign_id, {PLACE}, signer, (counted = 1 AND nth > 1) AS extra FROM ("
        f"SELECT campaign_id, {PLACE_OF_LETTER}, signer, {is_counted} AS counted, "
        f"COUNT(*) OVER (PARTITION BY campaign_id, signer) AS all_of_them, "
        f"ROW_NUMBER() OVER (PARTITION BY campaign_id, signer, {is_counted} ORDER BY id) AS nth "
        f"FROM {LETTERS} WHERE {where}) AS told WHERE all_of_them > 1"
    )


def _write_repeats(where: str) -> str:
    return f"INSERT INTO {REPEATS} (campaign_id, {PLACE}, signer, extra) {_repeats(where)}"


def _compare_sums() -> str:
    sums = f"SELECT cube, {PLACE}, letters, words FROM"
    kept = f"{sums} {CELLS} WHERE campaign_id = %s"
    changed = f"SELECT campaign_id, {PLACE}, letters, words FROM {CHANGES} WHERE campaign_id = %s"
    return (
        f"WITH fine AS ({_letters_by_place()}), changed AS ({changed}) "
        f"SELECT cube, {PLACE}, SUM(letters), SUM(words) FROM ({kept} "
        f"UNION ALL {sums} ({_cubes('changed')}) AS a "
        f"UNION ALL SELECT cube, {PLACE}, -letters, -words FROM ({_cubes('fine')}) AS b) AS c "
        f"GROUP BY cube, {PLACE} HAVING SUM(letters) <> 0 OR SUM(words) <> 0 LIMIT {FIRST}"
    )


def _compare_repeats() -> str:
    return (
        f"WITH dirty AS (SELECT signer FROM {CHANGES} WHERE campaign_id = %s) "
        f"SELECT signer, SUM(n) FROM ("
        f"SELECT {PLACE}, signer, extra, 1 AS n FROM {REPEATS} WHERE campaign_id = %s UNION ALL "
        f"SELECT {PLACE}, signer, extra, -1 FROM ({_repeats('campaign_id = %s')}) AS a) AS b "
        f"WHERE signer NOT IN (SELECT signer FROM dirty) "
        f"GROUP BY {PLACE}, signer, extra HAVING SUM(n) <> 0 LIMIT {FIRST}"
    )
