"""Digests: once a day an office gets its letters of a campaign in one mail (delivery.md §5.6).

`gather` decides which letters go together and freezes the words; `bundles.build` makes the PDF;
then the mail goes the way of every other. A day's digest is made once. One that was taken apart,
because a writer took a letter back, is made anew the same day.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTransform

from campaign.models import Campaign, Delivery, Office
from letters import clock, message_ids
from letters.delivery.courtesy import DAYS_AHEAD, hours_of
from letters.delivery.way import goes_by
from letters.enums import PRIORITY, LetterState, OutboundState, Purpose
from letters.identifiers import uuid7
from letters.models import Digest, Letter, OfficePace, Outbound
from letters.moves import NotAllowed
from letters.rendering.mail_digest import Entry, Part, digest_words, language_for

log = logging.getLogger(__name__)
AT = time(7)  # on the office's clock, unless it is written to in its working hours only
LETTERS = 1000  # in one part: a text that can still be read, a bundle that can still be made
CHUNK = 500


@dataclass(frozen=True)
class Sheet:
    """A letter that waits for its digest."""

    key: UUID
    entry: Entry
    bytes: int


def gather() -> list[UUID]:
    """Make the digests whose time has come. Returns their mails, whose PDFs are yet to be made.

    Called by each sweep; safe in any number. An office is looked at once a day.
    """
    now = clock.now()
    offices = {office.pk: office for office in _offices() if _is_due(office, now, AT)}
    made: list[UUID] = []
    again: set[int] = set()  # the next sweep tries these once more
    for campaign, office in _pairs(offices, now):
        try:
            made += _make(campaign, office, now)
        except NotAllowed:
            log.info("The letters to office %s changed while they were gathered.", office.pk)
            again.add(office.pk)
        except Exception:  # whatever it is, the other offices get theirs
            log.exception("No digest of %s could be made for office %s.", campaign, office.pk)
            again.add(office.pk)
    done = [one for one in offices.values() if _is_over(one, now) and one.pk not in again]
    _note_done(done, now)
    return made


def _offices() -> QuerySet[Office]:
    """Offices that may get a digest today, and had none."""
    digests = Campaign.objects.filter(delivery=Delivery.DIGEST)
    by_way = Q(delivery=Delivery.DIGEST) | (Q(delivery="") & Q(Exists(digests)))
    offices = Office.objects.in_use().filter(by_way, paused=False).select_related("pace")
    return offices.prefetch_related("forms", "holders")


def _day(office: Office, now: datetime) -> date:
    return now.astimezone(ZoneInfo(office.time_zone)).date()


def _is_due(office: Office, now: datetime, at: time) -> bool:
    local = now.astimezone(ZoneInfo(office.time_zone))
    pace: OfficePace | None = getattr(office, "pace", None)
    done = pace is not None and pace.last_digest_on == local.date()
    works = str(local.isoweekday()) in office.working_days
    return works and not done and local.time() >= min(at, office.opens)


def _is_over(office: Office, now: datetime) -> bool:
    """Whether no digest of today is still to come: neither at seven nor when the office opens."""
    local = now.astimezone(ZoneInfo(office.time_zone)).time()
    return local >= max(AT, office.opens)


def _note_done(offices: list[Office], now: datetime) -> None:
    for office in offices:
        OfficePace.objects.update_or_create(
            office=office,
            defaults={"last_digest_on": _day(office, now)},
            create_defaults={"last_digest_on": _day(office, now), "next_slot_at": now},
        )


def _waiting(now: datetime) -> QuerySet[Letter]:
    """Letters that wait for a digest: their time to be taken back is over."""
    own = Outbound.objects.filter(letter=OuterRef("pk"), purpose=Purpose.LETTER)
    own = own.exclude(state__in=(OutboundState.CANCELLED, OutboundState.BOUNCED))
    rows = Letter.objects.filter(goes_by(Delivery.DIGEST), state=LetterState.QUEUED, digest=None)
    return rows.filter(~Exists(own), send_after__lte=now, content__isnull=False)


def _pairs(offices: dict[int, Office], now: datetime) -> Iterator[tuple[Campaign, Office]]:
    if not offices:
        return
    letters = _waiting(now).filter(office__in=offices, campaign__delivery_paused=False)
    keys = letters.order_by().values_list("campaign", "office").distinct()
    campaigns = Campaign.objects.in_bulk({campaign for campaign, _office in keys})
    for campaign, office in keys:
        if _has_come(campaigns[campaign], offices[office], now):
            yield campaigns[campaign], offices[office]


def _has_come(campaign: Campaign, office: Office, now: datetime) -> bool:
    if campaign.office_hours:
        found = hours_of(office).on(_day(office, now))
        return found is not None and found[0] <= now < found[1]
    return now.astimezone(ZoneInfo(office.time_zone)).time() >= AT


def next_at(office: Office, campaign: Campaign, now: datetime) -> datetime:
    """Return when a letter that waits from `now` on goes into a digest. `now` if that is unknown."""
    pace = OfficePace.objects.filter(office=office).first()
    done = pace.last_digest_on if pace else None
    days = (_day(office, now) + timedelta(days=ahead) for ahead in range(DAYS_AHEAD))
    left = (day for day in days if day != done and not _was_made(campaign, office, day))
    spans = filter(None, (_span(campaign, office, day) for day in left))
    return next((max(now, begins) for begins, ends in spans if now < ends), now)


def _span(campaign: Campaign, office: Office, day: date) -> tuple[datetime, datetime] | None:
    """Return from when to when a digest is made on a day; None on a day off."""
    if campaign.office_hours:
        return hours_of(office).on(day)
    zone = ZoneInfo(office.time_zone)
    works = str(day.isoweekday()) in office.working_days
    begins, ends = (datetime.combine(day, at, zone) for at in (AT, time.max))
    return (begins, ends) if works else None


@transaction.atomic
def _make(campaign: Campaign, office: Office, now: datetime) -> list[UUID]:
    OfficePace.objects.get_or_create(office=office, defaults={"next_slot_at": now})
    OfficePace.objects.select_for_update().get(office=office)  # one sweeper at a time
    day = _day(office, now)
    if _was_made(campaign, office, day):
        return []
    letters = _waiting(now).filter(campaign=campaign, office=office)
    parts = list(_parts(_sheets(letters)))
    if not parts:
        return []
    today = sum(len(sheets) for sheets in parts)
    left = (LetterState.SENT, LetterState.BOUNCED, LetterState.ANSWERED)
    before = Letter.objects.filter(campaign=campaign, office=office, state__in=left).count()
    about = _about(parts[0][0].key)
    return [
        _write(
            Part(campaign, office, day, about, today, before + today, number, len(parts)),
            sheets, now,
        )
        for number, sheets in enumerate(parts, start=1)
    ]  # fmt: skip


def _was_made(campaign: Campaign, office: Office, day: date) -> bool:
    """Whether today's digest was made and is whole."""
    made = Digest.objects.filter(campaign=campaign, office=office, day=day)
    undone = made.filter(outbound__state=OutboundState.CANCELLED)
    return made.exists() and not undone.exists()


def _sheets(letters: QuerySet[Letter]) -> Iterator[Sheet]:
    """Return the letters in the order of the mail: those with own words first."""
    values = letters.order_by("-with_words", "confirmed_at", "pk").values_list(
        "pk", "number", "country", "with_words", "pdf_bytes", "submission__name",
        "submission__town", KeyTransform("words", "content"),
    )  # fmt: skip
    for key, number, country, own, size, name, town, words in values.iterator(CHUNK):
        paragraphs = tuple(words or ()) if own else ()
        yield Sheet(key, Entry(number, name, town, country, paragraphs), size)


def _parts(sheets: Iterator[Sheet]) -> Iterator[list[Sheet]]:
    """Part the letters so that each bundle stays below the limit, if no letter alone is above it."""
    part: list[Sheet] = []
    size = 0
    for sheet in sheets:
        if part and (size + sheet.bytes > settings.DIGEST_BYTES or len(part) == LETTERS):
            yield part
            part, size = [], 0
        part.append(sheet)
        size += sheet.bytes
    if part:
        yield part


def _about(letter: UUID) -> str:
    """Return what the letters are about: the subject of the first."""
    subject: Any = Letter.objects.values_list(KeyTransform("subject", "content")).get(pk=letter)[0]
    return "".join(piece["text"] for piece in subject or ())


def _write(part: Part, sheets: list[Sheet], now: datetime) -> UUID:
    """Write a part and put its letters in. Raises NotAllowed if one of them is gone meanwhile."""
    subject, text = digest_words(part, [sheet.entry for sheet in sheets])
    row = Outbound(
        id=uuid7(), purpose=Purpose.DIGEST, office=part.office, campaign=part.campaign,
        language=language_for(part.office), priority=PRIORITY[Purpose.DIGEST],
        next_attempt_at=now, created_at=now, message_id=_message_id(sheets),
    )  # fmt: skip
    row.save(force_insert=True)
    digest = Digest.objects.create(
        outbound=row, campaign=part.campaign, office=part.office, day=part.day, part=part.number,
        parts=part.of, count=len(sheets), subject=subject, text=text,
    )  # fmt: skip
    for start in range(0, len(sheets), CHUNK):
        keys = [sheet.key for sheet in sheets[start : start + CHUNK]]
        free = Letter.objects.filter(pk__in=keys, state=LetterState.QUEUED, digest=None)
        if free.update(digest=digest) != len(keys):
            raise NotAllowed("A letter was taken back in this moment.")
    return row.id


def _message_id(sheets: list[Sheet]) -> str:
    """Return an id that the same letters give again, also after a restore (F31)."""
    keys = [sheet.key for sheet in sheets]
    start = message_ids.start_of_digest(keys)
    earlier = Outbound.objects.filter(message_id__startswith=start).count()
    return message_ids.of_digest(keys, earlier + 1)
