"""Who holds an office and where it is reached, in a row of offices.csv.

- `email` is the route of rank 1. Another address replaces the one of that rank, which starts
  afresh if it had been stopped; an address that is known at a lower rank moves up.
- `incumbent_name` is the present holder. Another name is a succession: the former holder's time
  ends, and the new one's begins, on the row's `as_of`.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from campaign.imports.base import WrongRow, check_fields, differences, shown
from campaign.imports.table import Row
from campaign.imports.values import day_in
from campaign.imports.writes import Writes
from campaign.models import FormOfAddress, Office, OfficeHolder, OfficeRoute


def plan_route(row: Row, office: Office, writes: Writes) -> list[str]:
    """Note what to write so that the row's e-mail address is the office's first route."""
    email = row.cells["email"]
    if not email:
        return []
    check_fields(OfficeRoute(email=email), {}, exclude=["office"])
    known = list(office.routes.all()) if office.pk else []
    first = next((route for route in known if route.rank == 1), None)
    same = next((route for route in known if route.email == email), None)
    if same is not None:
        return _move_up(same, known, writes)
    if first is not None:
        details = [f"email: {shown(first.email)} → {shown(email)}"]
        writes.change(first, email=email, stopped=False, stopped_reason="")
        return details
    writes.add(OfficeRoute(office=office, email=email, rank=1))
    return [f"email: {shown('')} → {shown(email)}"]


def _move_up(route: OfficeRoute, known: list[OfficeRoute], writes: Writes) -> list[str]:
    if route.rank == 1:
        return []
    for other in known:
        if other.rank == 1:
            writes.change(other, rank=2)
    writes.change(route, rank=1)
    return ["email: " + _("%s moved up to rank 1") % shown(route.email)]


def plan_holder(row: Row, office: Office, writes: Writes) -> list[str]:
    """Note what to write so that the row's incumbent is the office's present holder."""
    name = row.cells["incumbent_name"]
    if not name:
        return []
    gender = row.cells.get("incumbent_gender", "")
    if gender not in FormOfAddress.Gender.values:
        raise WrongRow("incumbent_gender: " + _("write m or f, or leave it empty"))
    check_fields(OfficeHolder(name=name), {"name": "incumbent_name"}, exclude=["office"])
    holders = list(office.holders.all()) if office.pk else []
    present = next((holder for holder in holders if holder.ends is None), None)
    if present is not None and present.name == name:
        return _update(present, gender, writes)
    begins = day_in(row, "as_of") if holders else None
    if present is not None:
        _end(present, begins, writes)
    writes.add(OfficeHolder(office=office, name=name, gender=gender, begins=begins))
    return [f"incumbent_name: {shown(present)} → {shown(name)}"]


def _update(present: OfficeHolder, gender: str, writes: Writes) -> list[str]:
    values: dict[str, Any] = {"gender": gender} if gender else {}
    changes = differences(present, values, {"gender": "incumbent_gender"})
    writes.change(present, **{name: values[name] for name in changes})
    return list(changes.values())


def _end(present: OfficeHolder, day: Any, writes: Writes) -> None:
    if day is None:
        raise WrongRow("as_of: " + _("name the day since which the new holder is known"))
    if present.begins is not None and present.begins >= day:
        raise WrongRow(
            "as_of: "
            + _("%(name)s holds the office since %(day)s; the new holder must come later")
            % {"name": present.name, "day": present.begins}
        )
    writes.change(present, ends=day)
