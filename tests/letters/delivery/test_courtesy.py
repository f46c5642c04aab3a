"""How often and when an office is written to: the sums, over many schedules and clocks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from letters.delivery.courtesy import Hours, Rule, Waiting, plan

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = Hours("12345", time(9), time(17), "Europe/Tallinn")
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]
SCHEDULES = 10_000


def utc(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23T08:00", "2026-11-23T09:00"),  # before it opens
        ("2026-11-23T12:34", "2026-11-23T12:34"),
        ("2026-11-23T17:00", "2026-11-24T09:00"),  # closed
        ("2026-11-27T18:00", "2026-11-30T09:00"),  # Friday evening: Monday
        ("2026-11-28T11:00", "2026-11-30T09:00"),
    ],
)
def test_hours_lead_to_the_next_time_that_the_office_is_open(at: str, expected: str) -> None:
    zone = "Europe/Tallinn"
    assert OFFICE.from_(utc(at, zone)) == utc(expected, zone)


def test_office_of_a_friday_weekend_works_on_sunday() -> None:
    office = Hours("12347", time(9), time(15), "Asia/Amman")
    assert office.from_(utc("2026-11-27T10:00", "Asia/Amman")) == utc(
        "2026-11-29T09:00", "Asia/Amman"
    )


@settings(max_examples=200, deadline=None)
@given(
    seconds=st.integers(0, 17 * 365 * 86_400),
    zone=st.sampled_from(ZONES),
    opens=st.integers(0, 22),
    hours=st.integers(1, 8),
    days=st.sets(st.sampled_from("1234567"), min_size=1),
)
def test_hours_hold_on_every_clock_and_its_changes(
    seconds: int, zone: str, opens: int, hours: int, days: set[str]
) -> None:
    office = Hours("".join(days), time(opens), time(min(opens + hours, 23)), zone)
    at = datetime(2011, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    found = office.from_(at)
    local = found.astimezone(ZoneInfo(zone))
    assert found >= at
    assert str(local.isoweekday()) in days
    assert office.opens <= local.time() < office.closes


def test_hour_that_the_clock_skips_is_left_out() -> None:
    """On 28 March 2027 clocks in Berlin go from two to three."""
    office = Hours("7", time(2), time(2, 30), "Europe/Berlin")
    assert office.from_(utc("2027-03-27T12:00")) == utc("2027-04-04T00:00")


def test_no_limit_and_no_hours_mean_now() -> None:
    assert (Rule(0).gap, Rule(0).fit(MONDAY)) == (timedelta(), MONDAY)


def test_jitter_only_widens_the_gap() -> None:
    rule = Rule(30)
    drawn = [rule.draw() for _ in range(1000)]
    assert min(drawn) >= timedelta(seconds=3600 / 30)
    assert max(drawn) - min(drawn) > timedelta(seconds=20)


def test_offices_do_not_all_get_mail_at_the_stroke_of_nine() -> None:
    found = {Rule(30, OFFICE).fit(utc("2026-11-23T05:00")) for _ in range(20)}
    assert len(found) > 15


def test_plan_keeps_the_order_and_never_hurries_a_back_off() -> None:
    late = MONDAY + 3 * HOUR
    rows = [Waiting(key, Rule(60), late if key == "b" else MONDAY) for key in "abc"]
    planned = [(row.key, at) for row, at in plan(rows, None, MONDAY)]
    assert [key for key, _ in planned] == ["a", "b", "c"]
    assert planned[0][1] == MONDAY
    assert planned[1][1] == late
    assert planned[2][1] >= late + timedelta(minutes=1)


class Mails:
    """Letters to one office as workers handle them: queued, overdue together, tried again."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        hours = OFFICE if rng.random() < 0.5 else None
        self.rule = Rule(rng.choice([1, 2, 5, 7, 30, 60, 119, 1000]), hours)
        self.free: datetime | None = None
        self.last: datetime | None = None
        self.waiting: list[datetime] = []
        self.sent: list[datetime] = []

    def queue(self, at: datetime) -> None:
        time = self.rule.fit(max(at, self.free or at))
        self.free = time + self.rule.draw()
        self.waiting.append(time)

    def work(self, now: datetime) -> None:
        """One round of a worker: all that is due, unless its time has not come."""
        for due in sorted(filter(now.__ge__, self.waiting)):
            self.waiting.remove(due)
            now += timedelta(seconds=self.rng.random())
            earliest = self.rule.fit(self.rule.earliest(self.last, now))
            if earliest > now:
                self.waiting.append(earliest)
                continue
            self.last = now
            self.sent.append(now)
            if self.rng.random() < 0.1:  # a soft refusal: it comes again
                self.waiting.append(now + timedelta(minutes=self.rng.choice([1, 5, 15])))

    def space(self, now: datetime) -> None:
        rows = [Waiting(None, self.rule, time) for time in sorted(self.waiting)]
        self.waiting = [time for _row, time in plan(rows, self.last, now, jitter=0)]


def schedules() -> Iterator[Mails]:
    for seed in range(SCHEDULES):
        rng = random.Random(seed)
        mails, now = Mails(rng), MONDAY + rng.random() * 7 * 24 * HOUR
        for _ in range(rng.randint(2, 8)):
            for _ in range(rng.choice([0, 1, 1, 2, 5])):
                mails.queue(now + rng.choice([0, 900]) * timedelta(seconds=1))
            # A sweep's pause, or a downtime after which much is overdue.
            now += timedelta(seconds=rng.choice([1, 15, 15, 60, 600, 7200, 40_000]))
            if rng.random() < 0.3:
                mails.space(now)
            mails.work(now)
        yield mails


def gaps(sent: list[datetime], limit: int) -> Iterator[timedelta]:
    """Return how long each mail and the `limit`-th after it are apart."""
    return (later - earlier for earlier, later in zip(sent, sent[limit:], strict=False))


def test_no_hour_ever_holds_more_mails_than_the_limit() -> None:
    """G24: over 10,000 random schedules, with back-offs, restarts and pile-ups."""
    sent = 0
    for mails in schedules():
        sent += len(mails.sent)
        limit = mails.rule.per_hour
        assert all(gap >= HOUR for gap in gaps(mails.sent, limit))
        assert all(gap >= HOUR / limit for gap in gaps(mails.sent, 1))
        if hours := mails.rule.hours:
            assert all(hours.from_(at) == at for at in mails.sent)
    assert sent > SCHEDULES
