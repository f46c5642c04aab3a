"""Who is told that something is wrong: organisers of their letters, the operator of the machine.

A trouble is told once, and once more when it is over; one that grows is told again after a day.
About the same kind nobody gets more than one mail an hour. What was told stands in the notices'
own rows, so any number of sweepers may look.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.db.models import Count

from campaign.models import Campaign
from letters import clock, message_ids
from letters.delivery import watch
from letters.enums import PRIORITY, LetterState, OutboundState, Purpose
from letters.identifiers import uuid7
from letters.models import Heartbeat, Letter, Outbound
from letters.rendering.troubles import BY_DESIGN

LOOK_SECONDS = 30
QUIET = timedelta(hours=1)
AGAIN = timedelta(days=1)
NOTICES_READ = 500
OFFICES_NAMED = 5
STOPPED = (LetterState.HELD, LetterState.FAILED, LetterState.BOUNCED)
# Told to nobody by mail: who decided it knows, and no mail leaves meanwhile.
NOT_TOLD = frozenset({"site"})
Key = tuple[int | None, str]


@dataclass(frozen=True)
class Standing:
    """A trouble that stands: of a campaign's letters, or (campaign None) of the machine.

    `early`: it may be over in a moment, and nobody is told yet.
    """

    kind: str
    campaign: Campaign | None = None
    since: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    early: bool = False

    @property
    def key(self) -> Key:
        return (self.campaign.pk if self.campaign else None, self.kind)

    @property
    def count(self) -> int:
        return int(self.facts.get("count", 0))


def look() -> list[UUID]:
    """Write the notices that are due, at most every 30 s in a process. Returns their keys."""
    if caches["process"].get("delivery-alarms"):
        return []
    caches["process"].set("delivery-alarms", True, LOOK_SECONDS)
    return tell()


def look_if_unswept() -> list[UUID]:
    """Do what each sweep does, if no sweep has been made for too long."""
    silent = watch.sight().silent_seconds(Heartbeat.Kind.SWEEPER)
    return look() if silent is None or silent > settings.SILENT_SECONDS else []


def tell() -> list[UUID]:
    """Compare what stands with what was told, and write what is missing."""
    now, told = clock.now(), _told()
    standing = {one.key: one for one in standing_now()}
    written = [_write(one, told.get(key), now) for key, one in standing.items()
               if _is_news(one, told.get(key), now)]  # fmt: skip
    over = [notice for key, notice in told.items()
            if key not in standing and _may_say_over(notice, now)]  # fmt: skip
    return [key for key in [*written, *(_write_over(notice, now) for notice in over)] if key]


def standing_now() -> list[Standing]:
    """Return all that is wrong now and has somebody to be told."""
    seen = watch.sight()
    machine = [
        Standing(trouble.kind, None, trouble.since, trouble.facts, _is_early(trouble, seen))
        for trouble in watch.troubles(seen)
        if settings.OPERATOR_EMAIL and trouble.kind not in NOT_TOLD
    ]
    return [*machine, *_of_letters()]


def _is_early(trouble: watch.Trouble, seen: watch.Sight) -> bool:
    """Whether a process never seen may still be starting: the first sign of life is young."""
    if trouble.kind not in Heartbeat.Kind.values or trouble.since is not None:
        return False
    first = min((process.started_at for process in seen.processes), default=None)
    return first is None or seen.seconds(first) <= settings.SILENT_SECONDS


def _of_letters() -> Iterable[Standing]:
    stopped = Letter.objects.filter(state__in=STOPPED).order_by()
    counts = stopped.values_list("campaign", "state", "hold_reason").annotate(Count("pk"))
    found = [row for row in counts if row[2] not in BY_DESIGN]
    campaigns = Campaign.objects.in_bulk({row[0] for row in found}) if found else {}
    for campaign, state, hold, count in found:
        kind = f"held.{hold}" if state == LetterState.HELD else state
        yield Standing(kind, campaigns[campaign], None, {"count": count})


def _told() -> dict[Key, Outbound]:
    """Return the last notice of each kind and campaign."""
    notices = Outbound.objects.filter(purpose=Purpose.NOTICE).order_by("-created_at")
    told: dict[Key, Outbound] = {}
    for notice in notices.select_related("campaign")[:NOTICES_READ]:
        told.setdefault((notice.campaign_id, _content(notice).get("kind", "")), notice)
    return told


def _content(notice: Outbound) -> dict[str, Any]:
    return notice.content or {}


def _is_news(one: Standing, last: Outbound | None, now: datetime) -> bool:
    if one.early:
        return False
    if last is None:
        return True
    if _content(last).get("over"):
        return now - last.created_at >= QUIET
    grown = one.count > int(_content(last).get("count", 0))
    return grown and now - last.created_at >= AGAIN


def _may_say_over(last: Outbound, now: datetime) -> bool:
    return not _content(last).get("over") and now - last.created_at >= QUIET


def _write(one: Standing, last: Outbound | None, now: datetime) -> UUID | None:
    content = {
        "kind": one.kind,
        "since": (one.since or now).isoformat(),
        "offices": _offices(one),
        **one.facts,
    }
    return _keep(one.campaign, content, last, now)


def _write_over(last: Outbound, now: datetime) -> UUID | None:
    facts = {name: value for name, value in _content(last).items() if name != "offices"}
    return _keep(last.campaign, {**facts, "over": True}, last, now)


def _offices(one: Standing) -> list[list[Any]]:
    """Return the offices with most of these letters, by name, each with its number of letters."""
    if one.campaign is None:
        return []
    state, _, hold = one.kind.partition(".")
    letters = Letter.objects.filter(campaign=one.campaign, state=state, office__isnull=False)
    letters = letters.filter(hold_reason=hold) if hold else letters
    counts = letters.order_by().values_list("office__title", "government__name")
    most = counts.annotate(count=Count("pk")).order_by("-count", "office__title")
    return [[f"{title} ({name})", count] for title, name, count in most[:OFFICES_NAMED]]


def _keep(
    campaign: Campaign | None, content: dict[str, Any], last: Outbound | None, now: datetime
) -> UUID | None:
    """Write a notice. Another sweeper that writes the same at this moment writes nothing."""
    recipient = campaign.contact_email if campaign else settings.OPERATOR_EMAIL
    if not recipient:
        return None
    said = f"{content['kind']} {campaign.pk if campaign else ''} {last.pk if last else ''}"
    row = Outbound(
        id=uuid7(), purpose=Purpose.NOTICE, campaign=campaign, content=content,
        recipient=recipient, language=_language(campaign), state=OutboundState.QUEUED,
        priority=PRIORITY[Purpose.NOTICE], next_attempt_at=now, created_at=now,
        message_id=message_ids.of_notice(said),
    )  # fmt: skip
    Outbound.objects.bulk_create([row], ignore_conflicts=True)
    return row.pk if Outbound.objects.filter(pk=row.pk).exists() else None


def _language(campaign: Campaign | None) -> str:
    spoken = dict(settings.LANGUAGES)
    wanted = campaign.default_language if campaign else ""
    return wanted if wanted in spoken else settings.LANGUAGE_CODE
