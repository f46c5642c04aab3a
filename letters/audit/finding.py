"""What one check found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

FIRST = 5


@dataclass(frozen=True)
class Finding:
    """`rule` is an invariant's number and name, `says` what was looked at.

    `first` names some of the `wrong`: letters by their numbers, mails by their Message-IDs.
    """

    rule: str
    says: str
    wrong: int = 0
    first: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        return self.wrong == 0


Check = Callable[[], Iterator[Finding]]


def none_of(rule: str, says: str, rows: QuerySet[Any], name: str = "number") -> Finding:
    """Return a finding: there should be no such rows."""
    wrong = rows.order_by().count()
    first = (
        [str(one) for one in rows.order_by().values_list(name, flat=True)[:FIRST]] if wrong else []
    )
    return Finding(rule, says, wrong, first)
