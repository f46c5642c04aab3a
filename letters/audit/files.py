"""I5: the files are the ones that were made: their fingerprints are those in the database."""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from letters.audit.finding import FIRST, Finding
from letters.models import Digest, Letter
from letters.strays import strays

I5 = "I5 right content"
CHUNK = 500
BLOCK = 1 << 16
UNNAMED = timedelta(days=2)  # retention deletes such files once they are a day old


def check(sample: int | None) -> Iterator[Finding]:
    """Compare `sample` letters' PDFs picked at random (None: all), and all digests' that are kept."""
    letters = Letter.objects.exclude(pdf="").order_by()
    chosen = _all(letters, "number") if sample is None else _some(letters, sample)
    yield _compared("PDFs of letters", chosen)
    digests = Digest.objects.exclude(pdf="").order_by()
    yield _compared("PDFs of digests", _all(digests, "pk") if sample is None else ())
    found = list(strays(UNNAMED))
    yield Finding(
        I5, "no file is older than two days and named by no row", len(found), found[:FIRST]
    )


def _all(rows: QuerySet[Any], name: str) -> Iterable[tuple[Any, str, str]]:
    return rows.values_list(name, "pdf", "pdf_sha256").iterator(CHUNK)


def _some(letters: QuerySet[Letter], sample: int) -> Iterator[tuple[str, str, str]]:
    """Pick letters at random moments between the first and the last: their ids are in order of time."""
    ids = letters.order_by("pk").values_list("pk", flat=True)
    first, last = ids.first(), ids.last()
    if first is None or last is None:
        return
    seen = set()
    for _ in range(sample):
        point = uuid.UUID(int=random.randint(first.int, last.int))  # noqa: S311
        key = ids.filter(pk__gte=point).first() or last
        if key not in seen:
            seen.add(key)
            yield letters.values_list("number", "pdf", "pdf_sha256").get(pk=key)


def _compared(what: str, rows: Iterable[tuple[Any, str, str]]) -> Finding:
    looked = 0
    wrong = []
    for name, path, sha256 in rows:
        looked += 1
        if _fingerprint(path) != sha256:
            wrong.append(str(name))
    return Finding(
        I5, f"{looked} {what} on disk are those that were made", len(wrong), wrong[:FIRST]
    )


def _fingerprint(path: str) -> str:
    """Return a file's SHA-256; empty if it cannot be read."""
    found = hashlib.sha256()
    try:
        with default_storage.open(path) as file:
            while block := file.read(BLOCK):
                found.update(block)
    except OSError:
        return ""
    return found.hexdigest()
