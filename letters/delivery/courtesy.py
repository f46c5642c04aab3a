"""How often and when an office may be written to. Sums only: no rows, no clock.

A mail keeps a gap from the one before it. The gap is never shorter than an hour by the limit,
so no hour, wherever it begins, holds more mails than the limit. All times are aware, in UTC.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from campaign.models import Campaign, Office

Key = TypeVar("Key")

# A mail leaves a little after it was claimed: on a slow mail server by minutes. Twentieths of an
# hour in hand keep the limit there too.
IN_HAND = 1.05
JITTER = 0.25
LONGEST_QUEUE = timedelta(days=365)
DAYS_AHEAD = 16  # an office works on one day of the week at least, whose hour may be skipped


@dataclass(frozen=True)
class Hours:
    """When an office works: days as "12345" (1 is Monday), hours of its own clock."""

    days: str
    opens: time
    closes: time
    zone: str

    def from_(self, at: datetime) -> datetime:
        """Return `at` if the office works then, else when it opens next."""
        day = at.astimezone(_zone(self.zone)).date()
        for ahead in range(DAYS_AHEAD):
            found = self.on(day + timedelta(days=ahead))
            if found and at < found[1]:
                return max(at, found[0])
        return at  # its hour exists on no day of this clock: waiting would never end

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """Return from when to when it works on a day; None on a day off.

        What a change of the clock skips or repeats of an hour is left out.
        """
        return _on(self, day)


@lru_cache(maxsize=4096)
def _on(hours: Hours, day: date) -> tuple[datetime, datetime] | None:
    opens = max(_instants(day, hours.opens, hours.zone))
    closes = min(_instants(day, hours.closes, hours.zone))
    works = str(day.isoweekday()) in hours.days and opens < closes
    return (opens, closes) if works else None


def _instants(day: date, at: time, zone: str) -> tuple[datetime, datetime]:
    """Return what a clock's hour may mean: two moments where the clock is changed (PEP 495)."""
    local = datetime.combine(day, at, _zone(zone))
    return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def hours_of(office: Office) -> Hours:
    return Hours(office.working_days, office.opens, office.closes, office.time_zone)


@dataclass(frozen=True)
class Rule:
    """`per_hour` 0: no limit. `hours` None: at any time."""

    per_hour: int
    hours: Hours | None = None

    @property
    def gap(self) -> timedelta:
        """The shortest time from one mail to the next."""
        return timedelta(hours=IN_HAND / self.per_hour) if self.per_hour else timedelta()

    def draw(self, jitter: float = JITTER) -> timedelta:
        """Return a gap, drawn anew each time: jitter widens it, never less."""
        return self.gap * random.uniform(1, 1 + jitter)  # noqa: S311

    def fit(self, at: datetime) -> datetime:
        """Return `at`, or a moment soon after the office opens next."""
        opens = self.hours.from_(at) if self.hours else at
        if self.hours is None or opens == at:
            return at
        # Not all offices at the stroke of nine.
        later = opens + random.random() * max(self.gap, timedelta(minutes=5))  # noqa: S311
        return later if self.hours.from_(later) == later else opens

    def earliest(self, last: datetime | None, now: datetime) -> datetime:
        """Return from when on the next mail may go, after the `last` one."""
        return now if last is None else max(now, min(last, now) + self.gap)

    def lasts(self, count: int, now: datetime) -> timedelta:
        """Return about how long it takes until the last of `count` mails has left."""
        work = count * self.gap * (1 + JITTER / 2)
        if self.hours is None:
            return work
        day = now.astimezone(_zone(self.hours.zone)).date()
        for ahead in range(LONGEST_QUEUE.days):
            opens, closes = self.hours.on(day + timedelta(days=ahead)) or (now, now)
            work -= max(closes - max(opens, now), timedelta())
            if work <= timedelta():
                return max(closes + work - now, timedelta())
        return LONGEST_QUEUE


def rule_of(office: Office, campaign: Campaign) -> Rule:
    """Return the rule for a campaign's mails to an office: the office's own limit goes first."""
    limit = campaign.per_hour if office.per_hour is None else office.per_hour
    return Rule(limit, hours_of(office) if campaign.office_hours else None)


@dataclass(frozen=True)
class Waiting(Generic[Key]):
    """A mail that waits: under which rule, not before when."""

    key: Key
    rule: Rule
    floor: datetime


def plan(
    rows: Iterable[Waiting[Key]],
    last: datetime | None,
    now: datetime,
    *,
    jitter: float = JITTER,
) -> Iterator[tuple[Waiting[Key], datetime]]:
    """Give each mail its time, in the order given. `last` is when the last one went."""
    previous = last
    for row in rows:
        if not row.rule.per_hour:
            yield row, row.rule.fit(max(row.floor, now))
            continue
        earliest = now if previous is None else previous + row.rule.draw(jitter)
        previous = row.rule.fit(max(row.floor, earliest, now))
        yield row, previous
