"""M2, the writer's copy: written when a letter was sent, or waits for something it tells."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from letters.delivery import rows
from letters.enums import OutboundState, Purpose
from letters.models import Letter, Outbound


def copies_to_writers(letters: Iterable[Letter]) -> list[UUID]:
    """Write M2 for letters, unless it left earlier or the writer is erased. Returns what is due."""
    keys = [letter.pk for letter in letters]
    wanting = Letter.objects.filter(pk__in=keys).exclude(submission__email="")
    had = Outbound.objects.filter(letter__in=keys, purpose=Purpose.COPY)
    had = had.exclude(state=OutboundState.CANCELLED)
    without = wanting.exclude(pk__in=had.values("letter")).select_related("submission")
    about = [(letter.submission, letter) for letter in without.defer("content")]
    return [row.pk for row in rows.write_all(Purpose.COPY, about)]
