"""governments.csv: states, and where they stand on the two treaties.

A government is known by `iso2`. `name_ui_en` is its name on our pages, `name_en` the one of the
source, which also serves as the name where `name_ui_en` is empty. The `*_status` columns are
checked against the dates and not stored: a status is always computed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from campaign.imports.base import Importer, Outcome, WrongRow, check_fields, differences
from campaign.imports.positions import FACTS, check_status, facts_in, plan_facts
from campaign.imports.table import Row
from campaign.imports.treaties import NAMED_TREATIES, named_treaties
from campaign.imports.values import check_country, check_language, day_in, list_in
from campaign.models import Government, Position

COLUMN_OF = {
    "name": "name_ui_en",
    "formal_name": "name_en",
    "region": "un_region",
    "subregion": "un_subregion",
}


class GovernmentImporter(Importer):
    key = "iso2"
    columns = (
        *("iso2", "iso3", "name_en", "name_ui_en", "un_status", "un_region", "un_subregion"),
        *(
            column
            for named in NAMED_TREATIES
            for column in (f"{named.column}_status", *FACTS[named])
        ),
        *("languages", "as_of", "source", "notes"),
    )

    def read_existing(self, rows: Iterable[Row]) -> None:
        self.treaties = named_treaties(self.writes)
        self.known = Government.objects.in_bulk(field_name="iso2")
        self.facts: defaultdict[tuple[str, str], list[Position]] = defaultdict(list)
        for fact in Position.objects.select_related("government", "treaty"):
            self.facts[fact.government.iso2, fact.treaty.slug].append(fact)

    def plan(self, row: Row) -> Outcome:
        check_country("iso2", row.cells["iso2"])
        values = _values(row)
        check_fields(Government(iso2=row.cells["iso2"], **values), COLUMN_OF)
        government = self.known.get(row.cells["iso2"])
        if government is None:
            government = Government(iso2=row.cells["iso2"], **values)
            self.writes.add(government)
            self._plan_facts(row, government)
            return self.outcome(row, new=True)
        changes = differences(government, values, COLUMN_OF)
        self.writes.change(government, **{name: values[name] for name in changes})
        details = [*changes.values(), *self._plan_facts(row, government)]
        return self.outcome(row, new=False, details=details)

    def _plan_facts(self, row: Row, government: Government) -> list[str]:
        details = []
        for named in NAMED_TREATIES:
            treaty = self.treaties[named.column]
            facts = facts_in(row, named, government, treaty)
            check_status(row, named, facts.values())
            known = self.facts[government.iso2, treaty.slug]
            details += plan_facts(facts, known, self.writes)
        return details


def _values(row: Row) -> dict[str, Any]:
    cells = row.cells
    if not cells["name_en"]:
        raise WrongRow("name_en: " + _("this cell must be filled"))
    languages = list_in(row, "languages")
    for tag in languages:
        check_language("languages", tag)
    day_in(row, "as_of")
    return {
        "iso3": cells["iso3"],
        "name": cells["name_ui_en"] or cells["name_en"],
        "formal_name": cells["name_en"],
        "un_status": cells["un_status"],
        "region": cells["un_region"],
        "subregion": cells["un_subregion"],
        "languages": languages,
        "notes": cells["notes"],
    }
