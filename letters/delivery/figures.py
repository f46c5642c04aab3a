"""The figures of delivery that organisers see: what waits, what left, what stopped and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)  # fmt: skip
from django.db.models.functions import Coalesce, Left
from django.utils import timezone

from campaign.models import Campaign, Delivery, Office
from letters.delivery.watch import TO_OFFICES
from letters.delivery.way import goes_by
from letters.enums import HoldReason, LetterState, OutboundState
from letters.models import DeliveryReport, Letter, Outbound
from letters.rendering.answers import Meaning, meaning

HOURS = 24
# Letters are refused in few words, by few offices; writers' servers each have their own.
GROUPED_BY, GROUPED_BY_TO_WRITERS = 60, 24
GROUPS_READ = 1000
OFFICES_SHOWN = 50
WAITING = (OutboundState.QUEUED, OutboundState.SENDING)
STOPPED = (OutboundState.HELD, OutboundState.FAILED, OutboundState.UNKNOWN)
LETTERS_STOPPED = (
    LetterState.HELD, LetterState.FAILED, LetterState.BOUNCED, LetterState.UNKNOWN,
)  # fmt: skip


@dataclass(frozen=True)
class Hour:
    """Mails that left in the hour that began at `at`."""

    at: datetime
    letters: int
    others: int

    @property
    def total(self) -> int:
        return self.letters + self.others


@dataclass
class Answered:
    """Mails that stopped in one state for one meaning; `example` is one server's own words."""

    state: str
    meaning: Meaning
    count: int = 0
    example: str = ""
    codes: set[int] = field(default_factory=set)


def queue() -> dict[str, Counter[str]]:
    """Return how many mails of each purpose are in each state that is not done with."""
    open_ = Outbound.objects.filter(state__in=(*WAITING, *STOPPED)).order_by()
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for purpose, state, count in open_.values_list("purpose", "state").annotate(Count("pk")):
        found[purpose][state] = count
    return dict(found)


def without_mail() -> dict[str, int]:
    """Return how many letters wait that have no mail yet: for a reviewer, or for a digest."""
    in_review = Q(state=LetterState.IN_REVIEW)
    for_digest = Q(goes_by(Delivery.DIGEST), state=LetterState.QUEUED, digest=None)
    return Letter.objects.filter(in_review | for_digest).aggregate(
        in_review=Count("pk", filter=in_review), for_digest=Count("pk", filter=for_digest)
    )


def sent_by_hour(now: datetime) -> list[Hour]:
    """Return the last 24 hours, the present one last, empty ones too. In the site's time zone."""
    zone = timezone.get_default_timezone()
    last = now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    first = last.astimezone(UTC) - timedelta(hours=HOURS - 1)
    starts = [first + timedelta(hours=n) for n in range(HOURS)]
    # Comparing is faster than truncating: SQLite would call Python for each row.
    ends = [When(sent_at__lt=start, then=n) for n, start in enumerate(starts)]
    sent = Outbound.objects.filter(state=OutboundState.SENT, sent_at__gte=first).order_by()
    hour = Case(*ends, default=HOURS)
    counts = Counter[tuple[int, bool]]()
    by_hour = sent.annotate(before=hour).values_list("before", "purpose").annotate(Count("pk"))
    for before, purpose, count in by_hour:
        counts[before - 1, purpose in TO_OFFICES] += count
    return [
        Hour(start.astimezone(zone), counts[n, True], counts[n, False])
        for n, start in enumerate(starts)
    ]


def sent_lately(now: datetime) -> tuple[int, int]:
    """Return how many mails left in the last hour and in the last 24."""
    day, hour = now - timedelta(days=1), now - timedelta(hours=1)
    sent = Outbound.objects.filter(state=OutboundState.SENT, sent_at__gte=day)
    counts = sent.aggregate(day=Count("pk"), hour=Count("pk", filter=Q(sent_at__gte=hour)))
    return counts["hour"], counts["day"]


def letters_stopped() -> list[tuple[str, str, int]]:
    """Return (state, hold reason, letters) of all that wait for a person or were given up."""
    stopped = Letter.objects.filter(state__in=LETTERS_STOPPED).order_by()
    counts = stopped.values_list("state", "hold_reason").annotate(count=Count("pk"))
    order = [str(state) for state in LETTERS_STOPPED], [*HoldReason.values, ""]
    return sorted(counts, key=lambda row: (order[0].index(row[0]), order[1].index(row[1])))


def answers() -> tuple[list[Answered], list[Answered]]:
    """Return why mails to offices stopped, and why all others did, most frequent first."""
    mails = Outbound.objects.filter(state__in=STOPPED).order_by()
    office = Q(purpose__in=TO_OFFICES)
    start = Case(
        When(office, then=Left("last_answer", GROUPED_BY)),
        default=Left("last_answer", GROUPED_BY_TO_WRITERS),
    )
    said = mails.annotate(start=start, to_office=Case(When(office, then=True), default=False))
    groups = said.values_list("to_office", "state", "last_code", "start")
    counted = groups.annotate(example=Max("last_answer"), count=Count("pk")).order_by("-count")
    found = list(counted[:GROUPS_READ])
    return tuple(  # type: ignore[return-value]  # there are two
        _gathered(
            (state, code, example, count)
            for own, state, code, _start, example, count in found
            if own == to_office
        )
        for to_office in (True, False)
    )


def bounces() -> list[Answered]:
    """Return why letters came back: what the reports on their mails say."""
    reports = DeliveryReport.objects.filter(kind=DeliveryReport.Kind.BOUNCED).order_by("-at")
    own = reports.filter(outbound__letter=OuterRef("pk"))
    daily = reports.filter(outbound__digest=OuterRef("digest"))
    letters = Letter.objects.filter(state=LetterState.BOUNCED).order_by()
    said = {name: _either(own, daily, name) for name in ("status", "text")}
    groups = letters.annotate(**{f"said_{name}": value for name, value in said.items()})
    counted = groups.annotate(start=Left("said_text", GROUPED_BY)).values_list(
        "said_status", "start"
    )
    rows = counted.annotate(example=Max("said_text"), count=Count("pk")).order_by("-count")
    return _gathered(
        (LetterState.BOUNCED, 550 if status else None, f"{status} {example}".strip(), count)
        for status, _start, example, count in rows[:GROUPS_READ]
    )


def _either(own: Any, daily: Any, name: str) -> Coalesce:
    return Coalesce(
        Subquery(own.values(name)[:1]), Subquery(daily.values(name)[:1]), Value(""),
        output_field=CharField(),
    )  # fmt: skip


def _gathered(groups: Any) -> list[Answered]:
    found: dict[tuple[str, str], Answered] = {}
    for state, code, example, count in groups:
        said = meaning(code, example)
        row = found.setdefault((state, said.key), Answered(state, said, example=example))
        row.count += count
        if code:
            row.codes.add(code)
    return sorted(found.values(), key=lambda row: -row.count)


def offices_paused() -> list[tuple[Office, int]]:
    """Return offices whose letters wait and how many do, those with most letters first."""
    paused = Q(state=LetterState.HELD, hold_reason=HoldReason.OFFICE_PAUSED)
    waiting = Letter.objects.filter(paused | Q(state=LetterState.QUEUED), office__paused=True)
    counts = dict(waiting.order_by().values_list("office").annotate(Count("pk")))
    offices = Office.objects.filter(paused=True).select_related("government")
    with_counts = [(office, counts.get(office.pk, 0)) for office in offices]
    return sorted(with_counts, key=lambda row: -row[1])[:OFFICES_SHOWN]


def with_letters_waiting(campaigns: list[Campaign]) -> list[tuple[Campaign, int]]:
    """Return each of these campaigns with the number of its letters that are queued."""
    if not campaigns:
        return []
    waiting = Letter.objects.filter(campaign__in=campaigns, state=LetterState.QUEUED)
    counts = dict(waiting.order_by().values_list("campaign").annotate(Count("pk")))
    return [(campaign, counts.get(campaign.pk, 0)) for campaign in campaigns]
