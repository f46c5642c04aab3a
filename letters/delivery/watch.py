"""What can be seen of delivery at one moment: is mail going out, and if not, why.

One look serves /readyz, the banner and page of the admin, and the notices (alarms.py). It is
remembered for a few seconds in each process, so that it costs next to nothing on every page.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db.models import Min, OuterRef, Subquery

from campaign.models import Campaign
from letters import clock
from letters.delivery import broker
from letters.delivery.mail import transport
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Heartbeat, Letter, MailServer, Move, Outbound, SiteDelivery

REMEMBERED_SECONDS = 5
# The first letters approved are the first to be set: if these wait, something stands still.
SAMPLE = 200
TO_OFFICES = (Purpose.LETTER, Purpose.DIGEST)
# A worker that took no bell for so long, while mail was due, has stopped listening (celery#8091).
DEAF_SECONDS = 300
MEGABYTE = 2**20


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong. `kind` and `about` tell it from others; `facts` are for words.

    Facts are numbers, names of offices and kinds: nothing about a person.
    """

    kind: str
    since: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sight:
    """Ages are in seconds; None where there is nothing to have an age."""

    at: datetime
    site: SiteDelivery | None
    server: MailServer | None
    processes: list[Heartbeat]
    campaigns_paused: list[Campaign]
    due_since: datetime | None
    approved_since: datetime | None
    lost_since: datetime | None
    free_megabytes: int
    broker_answers: bool

    def seconds(self, since: datetime | None) -> int:
        return max(0, int((self.at - since).total_seconds())) if since else 0

    def silent_seconds(self, kind: str) -> int | None:
        """Return for how long no process of this kind has given a sign of life."""
        signs = [process.at for process in self.processes if process.kind == kind]
        return self.seconds(max(signs)) if signs else None

    @property
    def held(self) -> bool:
        return self.site is not None and self.site.paused

    @property
    def server_open(self) -> bool:
        """Whether the mail server's breaker is open: nothing is offered to it for now."""
        return self.server is not None and self.server.open_until is not None

    @property
    def deaf(self) -> list[Heartbeat]:
        """Return workers whose loop lives and that took no work while work was due."""
        if self.seconds(self.due_since) < DEAF_SECONDS:
            return []
        return [process for process in self.processes if self._is_deaf(process)]

    def _is_deaf(self, process: Heartbeat) -> bool:
        if process.kind != Heartbeat.Kind.WORKER or process.worked_at is None:
            return False
        alive = self.seconds(process.at) < settings.SILENT_SECONDS
        return alive and self.seconds(process.worked_at) > DEAF_SECONDS


def sight() -> Sight:
    """Look, or return what was seen a moment ago. Raises DatabaseError."""
    kept: Sight | None = caches["process"].get("delivery-sight")
    return kept or look()


def look() -> Sight:
    """Look now, and remember it. Raises DatabaseError."""
    now = clock.now()
    paused = list(Campaign.objects.filter(delivery_paused=True))
    seen = Sight(
        at=now,
        site=SiteDelivery.objects.first(),
        server=MailServer.objects.filter(name=transport().name).first(),
        processes=list(Heartbeat.objects.filter(at__gt=now - timedelta(days=1))),
        campaigns_paused=paused,
        due_since=_oldest_due(now, paused),
        approved_since=_oldest_approved(),
        lost_since=_oldest_lease(now),
        free_megabytes=shutil.disk_usage(_existing(settings.VAR_DIR)).free // MEGABYTE,
        broker_answers=broker.answers(),
    )
    caches["process"].set("delivery-sight", seen, REMEMBERED_SECONDS)
    return seen


def _existing(folder: Any) -> Any:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _oldest_due(now: datetime, paused: list[Campaign]) -> datetime | None:
    """Return when the first mail became due that nobody's decision keeps back."""
    rows = Outbound.objects.due(now)
    if paused:
        letters = rows.filter(purpose__in=TO_OFFICES)
        rows = rows.exclude(pk__in=letters.filter(submission__campaign__in=paused).values("pk"))
        rows = rows.exclude(pk__in=letters.filter(campaign__in=paused).values("pk"))
    oldest: datetime | None = rows.aggregate(at=Min("next_attempt_at"))["at"]
    return oldest


def _oldest_approved() -> datetime | None:
    first = Letter.objects.filter(state=LetterState.APPROVED).order_by("created_at")[:SAMPLE]
    moves = Move.objects.filter(letter=OuterRef("pk"), to_state=LetterState.APPROVED)
    at = Subquery(moves.order_by("-at").values("at")[:1])
    found = Letter.objects.filter(pk__in=list(first.values_list("pk", flat=True)))
    return min(filter(None, found.values_list(at, flat=True)), default=None)


def _oldest_lease(now: datetime) -> datetime | None:
    rows = Outbound.objects.filter(state=OutboundState.SENDING, lease_until__lt=now)
    return rows.order_by("lease_until").values_list("lease_until", flat=True).first()


def troubles(seen: Sight) -> list[Trouble]:
    """Return what keeps mail from going out, the cause before what follows from it."""
    parts = (_decided, _server, _broker, _processes, _waiting, _disk)
    return [trouble for part in parts for trouble in part(seen)]


def _decided(seen: Sight) -> Iterable[Trouble]:
    if seen.held and seen.site is not None:
        facts = {"reason": seen.site.reason, "note": seen.site.note}
        yield Trouble("site", seen.site.since, facts)


def _server(seen: Sight) -> Iterable[Trouble]:
    if seen.server_open and seen.server is not None:
        yield Trouble("server", seen.server.since, {"trouble": seen.server.trouble})


def _broker(seen: Sight) -> Iterable[Trouble]:
    if not seen.broker_answers:
        yield Trouble("broker")


def _processes(seen: Sight) -> Iterable[Trouble]:
    for kind in (Heartbeat.Kind.WORKER, Heartbeat.Kind.SWEEPER):
        silent = seen.silent_seconds(kind)
        if silent is None or silent > settings.SILENT_SECONDS:
            since = None if silent is None else seen.at - timedelta(seconds=silent)
            yield Trouble(str(kind), since)
    if seen.deaf:
        yield Trouble("deaf", None, {"count": len(seen.deaf)})


def _waiting(seen: Sight) -> Iterable[Trouble]:
    """Mail that is late because of a decision or of the server is told as that."""
    explained = seen.held or seen.server_open
    if not explained and seen.seconds(seen.due_since) >= settings.LATE_SECONDS:
        yield Trouble("late", seen.due_since)
    if seen.seconds(seen.approved_since) >= settings.LATE_SECONDS:
        yield Trouble("unset", seen.approved_since)
    if seen.seconds(seen.lost_since) >= settings.LATE_SECONDS:
        yield Trouble("lost", seen.lost_since)


def _disk(seen: Sight) -> Iterable[Trouble]:
    if seen.free_megabytes < settings.DISK_FREE_MB:
        yield Trouble("disk", None, {"megabytes": seen.free_megabytes})
