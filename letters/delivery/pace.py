"""Courtesy to offices: when the next mail to an office may go (G24).

A letter gets its time when it is queued (`slot`), so that the sweeper finds an office's mails
one by one; the time is checked when a worker wants to send (`wait`), so that back-offs, restarts
and pile-ups never bring an office more than its limit. Both are compare-and-set on OfficePace.

`next_slot_at` empty means: what waits for this office has to be planned anew (settle.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, F, QuerySet
from django.db.models.functions import Coalesce

from campaign.models import Campaign, Office
from letters import clock
from letters.delivery.courtesy import Rule, Waiting, plan, rule_of
from letters.enums import PRIORITY, OutboundState, Purpose
from letters.models import OfficePace, Outbound

TRIES = 100
LOOK_AGAIN = timedelta(seconds=5)  # another worker has this office's pace in its hands
UNBUILT = timedelta(seconds=30)  # its PDF is yet to be made
STALE = timedelta(hours=1)
PILE = 3  # as many overdue mails of one office are no chance
CHUNK = 500
OFFICES = 20  # planned anew in one round


def slot(office: Office, campaign: Campaign, at: datetime) -> datetime:
    """Reserve the time of an office's next mail, not before `at`. Call inside a transaction."""
    rule, at = rule_of(office, campaign), max(at, clock.now())
    if not rule.per_hour:
        return rule.fit(at)
    for _ in range(TRIES):
        pace, _new = OfficePace.objects.get_or_create(office=office, defaults={"next_slot_at": at})
        free = pace.next_slot_at
        if free is None:
            return rule.fit(at)  # it gets its place with the others
        if free > at + STALE + 2 * rule.gap:
            free = min(free, _first_free(pace, rule) or at)
        time = rule.fit(max(at, free))
        row = OfficePace.objects.filter(pk=pace.pk, next_slot_at=pace.next_slot_at)
        if row.update(next_slot_at=time + rule.draw()) == 1:
            return time
    return rule.fit(at)  # `wait` keeps the limit all the same


def _first_free(pace: OfficePace, rule: Rule) -> datetime | None:
    """Return the first time after all that waits: letters that were taken back leave no hole."""
    rows = _queued(pace.office).order_by("-next_attempt_at")
    latest = rows.values_list("next_attempt_at", flat=True).first()
    taken = [time for time in (latest, pace.last_sent_at) if time]
    return max(taken) + rule.draw() if taken else None


def wait(outbound: Outbound, now: datetime) -> datetime | None:
    """Return None if the mail may go now, which uses up the office's time, else when to look again.

    Call inside the transaction that claims the mail.
    """
    found = _addressee(outbound)
    if found is None:
        return None
    if outbound.purpose == Purpose.DIGEST and not outbound.digest.pdf:
        return now + UNBUILT
    rule = rule_of(*found)
    opens = rule.fit(now)
    if opens > now:
        return opens
    return _use(found[0], rule, now) if rule.per_hour else None


def _addressee(outbound: Outbound) -> tuple[Office, Campaign] | None:
    if outbound.purpose == Purpose.LETTER and outbound.letter and outbound.letter.office:
        return outbound.letter.office, outbound.letter.campaign
    if outbound.purpose == Purpose.DIGEST and outbound.office and outbound.campaign:
        return outbound.office, outbound.campaign
    return None


@transaction.atomic(savepoint=False)
def _use(office: Office, rule: Rule, now: datetime) -> datetime | None:
    # Skipping what is locked: two workers with mails to the same two offices never deadlock.
    pace = OfficePace.objects.select_for_update(skip_locked=True).filter(office=office).first()
    if pace is None:
        used = {"last_sent_at": now, "next_slot_at": now + rule.draw()}
        _pace, new = OfficePace.objects.get_or_create(office=office, defaults=used)
        return None if new else now + LOOK_AGAIN
    earliest = rule.earliest(pace.last_sent_at, now)
    last = pace.last_sent_at
    if earliest > now and last is not None and last <= now:
        return rule.fit(earliest)
    planned = pace.next_slot_at
    OfficePace.objects.filter(pk=pace.pk).update(
        last_sent_at=now, next_slot_at=planned and max(planned, now + rule.draw())
    )
    return None if earliest <= now else rule.fit(earliest)  # the clock ran back: begin anew


def space_piles(now: datetime) -> int:
    """Move overdue mails of one office apart. Returns how many moved. Reads only what is overdue."""
    return sum(_respace(office, now) for office in _offices(_piled_up(now)))


def changed() -> list[Office]:
    """Return offices for which what waits has to be planned anew."""
    rows = OfficePace.objects.filter(next_slot_at=None).order_by("office")
    return _offices(list(rows.values_list("office", flat=True)[:OFFICES]))


def ask_anew(offices: QuerySet[Office]) -> None:
    """Have what waits for these offices planned anew by the next sweep."""
    keys = list(offices.values_list("pk", flat=True))
    OfficePace.objects.bulk_create(
        [OfficePace(office_id=key) for key in keys], ignore_conflicts=True
    )
    OfficePace.objects.filter(office__in=keys).update(next_slot_at=None)


def _piled_up(now: datetime) -> list[int]:
    limit = Coalesce(F("letter__office__per_hour"), F("letter__campaign__per_hour"))
    # By its priority an overdue mail is found in the index of what is due.
    overdue = Outbound.objects.due(now).filter(
        priority=PRIORITY[Purpose.LETTER], purpose=Purpose.LETTER
    )
    limited = overdue.annotate(limit=limit)
    offices = limited.filter(limit__gt=0).order_by().values("letter__office")
    piles = offices.annotate(mails=Count("pk")).filter(mails__gte=PILE)
    return [row["letter__office"] for row in piles[:OFFICES]]


def _offices(keys: list[int]) -> list[Office]:
    return list(Office.objects.filter(pk__in=keys).order_by("pk")) if keys else []


def _queued(office: Office) -> QuerySet[Outbound]:
    return Outbound.objects.filter(
        state=OutboundState.QUEUED,
        priority=PRIORITY[Purpose.LETTER],
        purpose=Purpose.LETTER,
        letter__office=office,
    )


@transaction.atomic
def replan(office: Office, now: datetime) -> int:
    """Plan all that waits for an office by its rules of today, the first queued first."""
    pace = OfficePace.objects.select_for_update().get(office=office)
    rows = sorted(_waiting(office, anew=True), key=lambda row: row.floor)
    moved, free = _write(plan(rows, _last(pace, now), now), now)
    OfficePace.objects.filter(pk=pace.pk).update(next_slot_at=max(now, free or now))
    return moved


@transaction.atomic
def _respace(office: Office, now: datetime) -> int:
    """Move mails apart that are overdue together, up to the first whose own time is right."""
    pace, _new = OfficePace.objects.select_for_update().get_or_create(office=office)
    planned = plan(_waiting(office, anew=False), _last(pace, now), now, jitter=0)
    moved, free = _write(takewhile(lambda one: not _keeps(*one, now), planned), now)
    if free and pace.next_slot_at and free > pace.next_slot_at:
        OfficePace.objects.filter(pk=pace.pk).update(next_slot_at=free)
    return moved


def _keeps(row: Waiting[UUID], time: datetime, now: datetime) -> bool:
    return row.floor == time > now


def _last(pace: OfficePace, now: datetime) -> datetime | None:
    return min(pace.last_sent_at, now) if pace.last_sent_at else None


def _waiting(office: Office, *, anew: bool) -> Iterator[Waiting[UUID]]:
    """Return an office's queued mails, the next first. A mail that backs off is never hurried."""
    rows = _queued(office).order_by("next_attempt_at", "pk").values_list(
        "pk", "next_attempt_at", "attempts", "letter__send_after", "letter__campaign"
    )  # fmt: skip
    rules: dict[int, Rule] = {}
    for key, planned, attempts, send_after, campaign in rows.iterator(CHUNK):
        if campaign not in rules:
            rules[campaign] = rule_of(office, Campaign.objects.get(pk=campaign))
        fresh = anew and not attempts
        yield Waiting(key, rules[campaign], (send_after if fresh else None) or planned)


def _write(
    planned: Iterable[tuple[Waiting[UUID], datetime]], now: datetime
) -> tuple[int, datetime | None]:
    """Store the times; a mail claimed meanwhile keeps its own. Returns how many, and what is free."""
    moved, free = [], None
    for row, time in planned:
        moved.append((row.key, time))
        free = max(free or now, time + row.rule.draw())
    _store(moved)
    return len(moved), free


def _store(moved: list[tuple[UUID, datetime]]) -> None:
    """Write many times by one prepared statement: bulk_update takes ten times as long."""
    key, time = Outbound._meta.pk, Outbound._meta.get_field("next_attempt_at")
    values = [
        (
            time.get_db_prep_value(at, connection),
            key.get_db_prep_value(pk, connection),
            OutboundState.QUEUED.value,
        )
        for pk, at in moved
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE letters_outbound SET next_attempt_at = %s WHERE id = %s AND state = %s", values
        )
