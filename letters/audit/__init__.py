"""Is every letter where it should be? The invariants I1 to I7, as far as the database can tell.

Each check is one statement that names those that break a rule, so that what changes meanwhile
is seen as it was at one moment, and a million letters take no memory here.
"""

from __future__ import annotations

from collections.abc import Iterator

from letters.audit import counting, files, guarded, mails, people, places, replay
from letters.audit.finding import Finding

__all__ = ["Finding", "audit"]
SAMPLE = 200


def audit(*, sample: int | None = SAMPLE) -> Iterator[Finding]:
    """Do all checks, one after the other. `sample` PDFs are read; None reads all."""
    yield from places.check()
    yield from mails.check()
    yield from counting.check()
    yield from files.check(sample)
    yield from people.check()
    yield from replay.check()
    yield from guarded.check()
