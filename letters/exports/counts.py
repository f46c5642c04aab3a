"""SignatoryCounts: letters and signatories by government, country, day … as a table.

Each group has its name and its code in columns of their own. The last row is the total; its
signatories are distinct writers, so they may be fewer than the rows' sum.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.models import Campaign
from letters.counts import CountRow, Tally, tally
from letters.dimensions import Dimension, Key
from letters.enums import COUNTED, LetterState
from letters.exports.base import Cell, Column, Export, Fact

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class SignatoryCounts(Export):
    """`counted_at` is the time of the count, in the campaign's time zone."""

    identifier: ClassVar[str] = "counts"
    verbose_name: ClassVar[_StrPromise] = gettext_lazy("signatory counts")

    campaign: Campaign
    by: tuple[Dimension, ...]
    since: date | None
    until: date | None
    states: frozenset[str]
    tally: Tally
    counted_at: datetime

    @classmethod
    def count(
        cls,
        campaign: Campaign,
        by: Sequence[str],
        since: date | None = None,
        until: date | None = None,
        states: Collection[str] = COUNTED,
    ) -> SignatoryCounts:
        """Count now. Raises ValueError for an unknown dimension."""
        dimensions = tuple(dict.fromkeys(Dimension(name) for name in by))
        now = timezone.now().astimezone(ZoneInfo(campaign.time_zone)).replace(microsecond=0)
        counted = tally(campaign, dimensions, since, until, states)
        return cls(campaign, dimensions, since, until, frozenset(states), counted, now)

    def columns(self) -> list[Column]:
        groups = [column for dimension in self.by for column in self._columns(dimension)]
        return [
            *groups,
            Column("letters", _("letters"), 10),
            Column("signatories", _("signatories"), 11),
            Column("with_words", _("with own words"), 15),
        ]

    def _columns(self, dimension: Dimension) -> list[Column]:
        label = str(dimension.label)
        if dimension.is_time:
            zone = self.campaign.time_zone
            return [Column(dimension.value, f"{label} ({zone})", len(label) + len(zone) + 3)]
        return [
            Column(dimension.value, label, 28),
            Column(f"{dimension.value}_code", _("%(what)s (code)") % {"what": label}),
        ]

    def rows(self) -> Iterator[list[Cell]]:
        # Without groups the total is all there is.
        for row in self.tally.rows:
            keys = zip(self.by, row.keys, strict=True)
            cells = [cell for dimension, key in keys for cell in _cells(dimension, key)]
            yield [*cells, *_measures(row)]

    def total(self) -> list[Cell]:
        width = len(self.columns()) - 3
        label: list[Cell] = [_("Total"), *[None] * (width - 1)] if width else []
        return [*label, *_measures(self.tally.total)]

    def totals(self) -> dict[str, int]:
        total = self.tally.total
        return {
            "letters": total.letters,
            "signatories": total.signatories,
            "with_words": total.with_words,
        }

    def facts(self) -> list[Fact]:
        return [
            Fact("campaign", _("campaign"), self.campaign.slug),
            Fact("time_zone", _("time zone"), self.campaign.time_zone),
            Fact("from", _("from"), self.since),
            Fact("to", _("to"), self.until),
            Fact("states", _("states"), self._states(), self._state_codes()),
            Fact("counted_at", _("counted at"), self.counted_at.isoformat()),
        ]

    def _state_codes(self) -> list[str]:
        return [state for state in LetterState.values if state in self.states]

    def _states(self) -> str:
        if self.states == COUNTED:
            return _("confirmed, and not taken back, returned or rejected")
        if self.states == set(LetterState.values):
            return _("all")
        return ", ".join(str(LetterState(state).label) for state in self._state_codes())

    def filename(self) -> str:
        by = "-".join(dimension.value for dimension in self.by) or "total"
        return f"{self.campaign.slug}-by-{by}-{self.counted_at:%Y-%m-%d}"


def _cells(dimension: Dimension, key: Key) -> list[Cell]:
    if dimension == Dimension.DAY and key.code:
        return [date.fromisoformat(key.code)]
    return [key.name] if dimension.is_time else [key.name, key.code]


def _measures(row: CountRow) -> list[Cell]:
    return [row.letters, row.signatories, row.with_words]
