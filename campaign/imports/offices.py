"""offices.csv: addressees, how they are greeted, where they are reached.

An office is known by `office_id`. Its government must be there already. The column `government`
is for the reader of the file. Some columns may be left out: `time_zone` (else UTC), `paper`
(A4 or Letter; else what CLDR gives for the country), `incumbent_gender` (m or f), and how the
office gets its letters: `delivery` (single, digest, paper), `per_hour` (0: no limit),
`working_days` (12345), `opens` and `closes` (09:00). Left out or empty, they change nothing in an
office that exists.

What people added by hand stays: further routes, forms in other languages, closings, former
holders. An empty `email` or `incumbent_name` takes nothing away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from campaign.imports.base import Importer, Outcome, WrongRow, check_fields, differences
from campaign.imports.forms_of_address import plan_forms
from campaign.imports.holders import plan_holder, plan_route
from campaign.imports.table import Row
from campaign.imports.values import check_language, day_in, number_in, time_in
from campaign.models import Government, Office

COLUMN_OF = {
    "key": "office_id",
    "government": "iso2",
    "kind": "office_kind",
    "title": "office_title_en",
    "address_country": "address_country_en",
}
# CLDR's measurementData/paperSize: where a letter is not set on A4.
LETTER_PAPER = {
    *("BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE")
}
# How an office gets its letters.
COURTESY = ("delivery", "per_hour", "working_days", "opens", "closes")
_KIND = re.compile(r"[a-z]+(_[a-z]+)*")


class OfficeImporter(Importer):
    key = "office_id"
    columns = (
        *("office_id", "iso2", "government", "office_kind"),
        *("office_title_en", "office_title_local", "office_title_local_feminine", "language"),
        *("salutation_en", "salutation_local_masculine", "salutation_local_feminine"),
        *("salutation_status", "salutation_source", "email", "address_lines"),
        *("address_country_en", "address_status", "address_source", "incumbent_name"),
        *("as_of", "notes"),
    )
    optional = ("time_zone", "paper", "incumbent_gender", *COURTESY)

    def read_existing(self, rows: Iterable[Row]) -> None:
        self.governments = Government.objects.in_bulk(field_name="iso2")
        offices = Office.objects.select_related("government")
        offices = offices.filter(key__in=[row.cells[self.key] for row in rows])
        offices = offices.prefetch_related("forms", "holders", "routes")
        self.known = {office.key: office for office in offices}

    def plan(self, row: Row) -> Outcome:
        values = self._values(row)
        office = self.known.get(row.cells[self.key])
        new = office is None
        if office is None:
            defaults = {"paper": paper_in(row.cells["iso2"])}
            office = Office(key=row.cells[self.key], **{**defaults, **values})
            changes = {}
            self.writes.add(office)
        else:
            changes = differences(office, values, COLUMN_OF)
            self.writes.change(office, **{name: values[name] for name in changes})
        check_fields(office, COLUMN_OF, exclude=["government"])
        if office.opens >= office.closes:
            raise WrongRow("closes: " + _("an office closes after it opens"))
        details = [
            *changes.values(),
            *plan_forms(row, office, self.writes),
            *plan_route(row, office, self.writes),
            *plan_holder(row, office, self.writes),
        ]
        return self.outcome(row, new=new, details=details)

    def _values(self, row: Row) -> dict[str, Any]:
        cells = row.cells
        government = self.governments.get(cells["iso2"])
        if government is None:
            raise WrongRow(
                "iso2: " + _("no government “%s” is known; import it first") % cells["iso2"]
            )
        named = cells.get("government", "")
        if named and named not in (government.name, government.formal_name):
            raise WrongRow(
                "government: "
                + _("%(code)s is %(name)s, not “%(named)s”")
                % {"code": government.iso2, "name": government.name, "named": named}
            )
        if not _KIND.fullmatch(cells["office_kind"]):
            raise WrongRow(
                "office_kind: "
                + _("“%s” is no kind of office. Write it as head_of_government.")
                % cells["office_kind"]
            )
        if cells["language"]:
            check_language("language", cells["language"])
        lines = [line.strip() for line in cells["address_lines"].split("|")]
        optional = {name: cells[name] for name in ("time_zone", "paper") if cells.get(name)}
        return {
            "government": government,
            "kind": cells["office_kind"],
            "title": cells["office_title_en"],
            "language": cells["language"],
            "address_lines": "\n".join(line for line in lines if line),
            "address_country": cells["address_country_en"],
            "address_status": cells["address_status"],
            "address_source": cells["address_source"],
            "as_of": day_in(row, "as_of"),
            "notes": cells["notes"],
            **optional,
            **_courtesy(row),
        }


def _courtesy(row: Row) -> dict[str, Any]:
    """Return how the office gets its letters, as far as the file says it."""
    given = {name: row.cells[name] for name in COURTESY if row.cells.get(name)}
    values: dict[str, Any] = dict(given)
    if "per_hour" in given:
        values["per_hour"] = number_in(row, "per_hour")
    for name in ("opens", "closes"):
        if name in given:
            values[name] = time_in(row, name)
    return values


def paper_in(iso2: str) -> Office.Paper:
    return Office.Paper.LETTER if iso2 in LETTER_PAPER else Office.Paper.A4
