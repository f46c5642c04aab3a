"""states_events.csv: dated, sourced things that governments did.

An event is known by `event_id`. What the file no longer states stays; a differing row corrects
the event in place, and the report says so. The column `state` is for the reader of the file.
`treaty` is mine_ban, cluster, both or empty; `related_iso2` separates its codes by semicolons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from campaign.imports.base import Importer, Outcome, WrongRow, check_fields, differences, shown
from campaign.imports.table import Row
from campaign.imports.treaties import named_treaties
from campaign.imports.values import list_in
from campaign.models import Event, Government, Treaty

COLUMN_OF = {
    "key": "event_id",
    "government": "iso2",
    "precision": "date_precision",
    "kind": "event_kind",
}
_SHAPES = {
    Event.Precision.DAY: (r"\d{4}-\d{2}-\d{2}", "2025-06-16"),
    Event.Precision.MONTH: (r"\d{4}-\d{2}", "2025-06"),
    Event.Precision.YEAR: (r"\d{4}", "2025"),
    Event.Precision.UNDATED: ("", ""),
}


class EventImporter(Importer):
    key = "event_id"
    columns = (
        *("event_id", "iso2", "state", "related_iso2", "date", "date_precision", "date_basis"),
        *("treaty", "event_kind", "detail", "source"),
    )

    def read_existing(self, rows: Iterable[Row]) -> None:
        self.treaties = named_treaties(self.writes)
        self.governments = Government.objects.in_bulk(field_name="iso2")
        events = Event.objects.filter(key__in=[row.cells[self.key] for row in rows])
        events = events.select_related("government").prefetch_related("related", "treaties")
        self.known = {event.key: event for event in events}

    def plan(self, row: Row) -> Outcome:
        values = self._values(row)
        related = [self._government("related_iso2", code) for code in list_in(row, "related_iso2")]
        treaties = self._treaties(row)
        check_fields(Event(key=row.cells[self.key], **values), COLUMN_OF, exclude=["government"])
        event = self.known.get(row.cells[self.key])
        new = event is None
        if event is None:
            event = Event(key=row.cells[self.key], **values)
            changes = {}
            self.writes.add(event)
        else:
            changes = differences(event, values, COLUMN_OF)
            self.writes.change(event, **{name: values[name] for name in changes})
        details = [
            *changes.values(),
            *self._plan_links(event, "related", related),
            *self._plan_links(event, "treaties", treaties),
        ]
        return self.outcome(row, new=new, details=details)

    def _values(self, row: Row) -> dict[str, Any]:
        cells = row.cells
        check_date(cells["date"], cells["date_precision"])
        government = self._government("iso2", cells["iso2"]) if cells["iso2"] else None
        return {
            "government": government,
            "date": cells["date"],
            "precision": cells["date_precision"],
            "date_basis": cells["date_basis"],
            "kind": cells["event_kind"],
            "detail": cells["detail"],
            "source": cells["source"],
        }

    def _government(self, column: str, code: str) -> Government:
        government = self.governments.get(code)
        if government is None:
            raise WrongRow(f"{column}: " + _("no government “%s” is known; import it first") % code)
        return government

    def _treaties(self, row: Row) -> list[Treaty]:
        name = row.cells["treaty"]
        if name == "both":
            return list(self.treaties.values())
        if name and name not in self.treaties:
            known = ", ".join([*self.treaties, "both"])
            raise WrongRow(
                "treaty: "
                + _("“%(name)s” is unknown; known: %(known)s") % {"name": name, "known": known}
            )
        return [self.treaties[name]] if name else []

    def _plan_links(self, event: Event, name: str, wanted: list[Any]) -> list[str]:
        """Note which rows of a many-to-many table to add and to remove."""
        before: list[Model] = list(getattr(event, name).all()) if event.pk else []
        if {one.pk for one in before} == {one.pk for one in wanted}:
            return []
        manager_class = getattr(Event, name)
        through, target = manager_class.through, manager_class.field.m2m_reverse_field_name()
        for one in before:
            if one not in wanted:
                self.writes.remove(through._default_manager.get(event=event, **{target: one}))
        for one in wanted:
            if one not in before:
                self.writes.add(through(event=event, **{target: one}))
        old, new = (";".join(sorted(map(str, some))) for some in (before, wanted))
        return [f"{name}: {shown(old)} → {shown(new)}"]


def check_date(text: str, precision: str) -> None:
    """Raise WrongRow unless `text` is a date of just that precision."""
    if precision not in Event.Precision.values:
        raise WrongRow(
            "date_precision: "
            + _("“%(precision)s” is unknown; known: %(known)s")
            % {"precision": precision, "known": ", ".join(Event.Precision.values)}
        )
    shape, example = _SHAPES[Event.Precision(precision)]
    if re.fullmatch(shape, text, re.ASCII) and _exists(text):
        return
    if not example:
        raise WrongRow("date: " + _("an undated event has no date, not “%s”") % text)
    raise WrongRow(
        "date: "
        + _("“%(text)s” is no date. Write it as %(example)s.") % {"text": text, "example": example}
    )


def _exists(text: str) -> bool:
    try:
        date.fromisoformat((text + "-01-01")[:10] if text else "2000-01-01")
    except ValueError:
        return False
    return True
