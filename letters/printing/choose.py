"""Which letters a bundle holds, each at its place: names in the order of the office's language."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from uuid import UUID

from django.db import transaction

from letters import bundled, clock
from letters.collation import sorter
from letters.models import BundleEntry
from letters.printing.hold import Hold
from letters.rendering import glyphs
from letters.rendering.bundle_pages import wanted_language

Kind = BundleEntry.Kind
BATCH = 1_000
CHUNK = 2_000


def choose(hold: Hold) -> None:
    """Choose the letters as they are now, and write them down. Raises Lost."""
    bundle = hold.bundle
    bundle.entries.all().delete()
    # A file without a name, which SQLite keeps in memory as long as it is small.
    with closing(sqlite3.connect("")) as names:
        names.execute("CREATE TABLE names (kind, text, key BLOB, number, letter BLOB, problem)")
        names.executemany("INSERT INTO names VALUES (?, ?, ?, ?, ?, ?)", _letters(hold))
        query = "SELECT kind, text, letter, problem FROM names ORDER BY kind, text, key, number"
        counts = _write(hold, names.execute(query))
    hold.piece(
        personal=counts.get(Kind.PERSONAL, 0), signed=counts.get(Kind.SIGNED, 0),
        chosen_at=clock.now(),
    )  # fmt: skip


def _letters(hold: Hold) -> Iterator[tuple[str, int, bytes, str, bytes, str]]:
    bundle = hold.bundle
    key = sorter(wanted_language(bundle.office, bundle.campaign))
    rows = bundled.letters_for(bundle.campaign, bundle.office, bundle.which)
    fields = ("pk", "with_words", "text_id", "number", "submission__name", "submission__town")
    read = rows.order_by().values_list(*fields)
    printed = _Printed()
    for place, (pk, personal, text, number, name, town) in enumerate(read.iterator(CHUNK)):
        kind, problem = (Kind.PERSONAL, "") if personal else (Kind.SIGNED, printed.why(name + town))
        yield kind.value, 0 if personal else text, key(name), number, pk.bytes, problem
        hold.tick(place)


class _Printed:
    """Tells names that the fonts lack a character for: such a line is left out, and named."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    def why(self, text: str) -> str:
        if self.known.issuperset(text):
            return ""
        problem = glyphs.problem(text)
        if not problem:
            self.known.update(text)
        return problem[:300]


def _write(hold: Hold, rows: Iterable[tuple[str, int, bytes, str]]) -> dict[str, int]:
    """Write entries in batches. Returns how many of each kind are not left out."""
    counts: dict[str, int] = {}
    entries = _entries(hold.bundle.pk, rows, counts)
    done = 0
    while batch := list(islice(entries, BATCH)):
        with transaction.atomic():
            BundleEntry.objects.bulk_create(batch)
        done += len(batch)
        hold.tick(hold.bundle.step_count // 2 + done)
    return counts


def _entries(
    bundle: int, rows: Iterable[tuple[str, int, bytes, str]], counts: dict[str, int]
) -> Iterator[BundleEntry]:
    group, texts, place = None, 0, 0
    for kind, text, letter, problem in rows:
        if (kind, text) != group:
            texts = texts + 1 if group and group[0] == kind else 0
            group, place = (kind, text), 0
        counts[kind] = counts.get(kind, 0) + (not problem)
        yield BundleEntry(
            bundle_id=bundle, letter_id=UUID(bytes=letter), kind=kind, text_place=texts,
            place=place, left_out=problem,
        )  # fmt: skip
        place += 1
