"""Reads that join several models: where governments stand, and whom a letter is addressed to.

Everything that takes a single row works on related rows read before (`with_forms`, or
`prefetch_related("positions")`), so that a page of many rows costs no more queries than one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Prefetch, QuerySet

from campaign.models import (
    FormOfAddress,
    Government,
    Office,
    OfficeHolder,
    OfficeRoute,
    Position,
    Standing,
    Status,
    Treaty,
)
from campaign.models.position import status_from


def statuses_on(
    treaty: Treaty | int, day: date, governments: Iterable[Government] | None = None
) -> dict[int, Status]:
    """Return the status of each government (all, if None) by its id. At most two queries.

    The treaty's id is enough.
    """
    if governments is None:
        ids = list(Government.objects.order_by().values_list("pk", flat=True))
        positions = Position.objects.filter(treaty=treaty)
    else:
        ids = [government.pk for government in governments]
        positions = Position.objects.filter(treaty=treaty, government__in=ids)
    acts: defaultdict[int, list[Position]] = defaultdict(list)
    for position in positions.on(day).order_by():
        acts[position.government_id].append(position)
    return {pk: status_from(acts[pk], day) for pk in ids}


def status_of(government: Government, treaty: Treaty, day: date) -> Status:
    """Return where a government stands on a treaty on a day."""
    acts = [act for act in government.positions.all() if act.treaty_id == treaty.pk]
    return status_from(acts, day)


def tally(treaty: Treaty, day: date) -> dict[Standing, int]:
    """Return how many governments have each standing on a day."""
    counts = Counter(status.standing for status in statuses_on(treaty, day).values())
    return {standing: counts[standing] for standing in Standing}


def with_forms(offices: QuerySet[Office]) -> QuerySet[Office]:
    """Read with each office what addressing a letter needs.

    Each in an order of its own columns: by their offices, two tables more would be joined.
    """
    return offices.select_related("government").prefetch_related(
        Prefetch("forms", FormOfAddress.objects.order_by("language", "gender")),
        Prefetch("holders", OfficeHolder.objects.order_by("-begins")),
        Prefetch("routes", OfficeRoute.objects.order_by("rank", "id")),
    )


def offices_for(
    governments: Iterable[Government], kinds: Sequence[str], *, bare: bool = False
) -> dict[int, Office]:
    """Return by government id the office that a letter goes to: its first kind that is in use.

    A government without such an office is left out. `bare`: without what addressing needs, one
    query instead of four.
    """
    rank = {kind: place for place, kind in reversed(list(enumerate(kinds)))}
    ids = [government.pk for government in governments]
    rows = Office.objects.in_use().filter(government__in=ids, kind__in=kinds).order_by()
    offices = rows if bare else with_forms(rows)
    chosen: dict[int, Office] = {}
    for office in sorted(offices, key=lambda office: (rank[office.kind], office.key)):
        chosen.setdefault(office.government_id, office)
    return chosen


def office_for(government: Government, kinds: Sequence[str]) -> Office | None:
    return offices_for([government], kinds).get(government.pk)


def holder_on(office: Office, day: date) -> OfficeHolder | None:
    """Return who holds the office on a day, if that is known."""
    holders = [holder for holder in office.holders.all() if _holds(holder, day)]
    return max(holders, key=lambda holder: holder.begins or date.min, default=None)


def form_of_address(office: Office, language: str, day: date) -> FormOfAddress | None:
    """Return how the office is addressed in `language` on a day.

    A form for the holder's gender goes before the one for any holder; the exact language (en-ZA)
    before its base (en). Where the gender is not known, no gendered form is guessed.
    """
    forms = {(form.language, form.gender): form for form in office.forms.all()}
    holder = holder_on(office, day)
    genders = dict.fromkeys((holder.gender if holder else "", ""))
    languages = dict.fromkeys((language, language.split("-")[0]))
    keys = [(language, gender) for language in languages for gender in genders]
    return next((forms[key] for key in keys if key in forms), None)


def _holds(holder: OfficeHolder, day: date) -> bool:
    begun = holder.begins is None or holder.begins <= day
    return begun and (holder.ends is None or holder.ends > day)
