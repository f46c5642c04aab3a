"""The forms of address in a row of offices.csv: English, and the office's own language.

- English: one form for every holder, from `office_title_en` and `salutation_en`. A salutation in
  any English that ends without a mark gets a comma, as English letters have it; other languages
  are taken as they stand, because their conventions differ and the file's makers know them.
- Own language: one form if the masculine and the feminine are the same, else one of each. The
  file states these forms completely, so a form that it no longer states is removed.
- A row that gives neither title nor salutation in the office's language leaves those forms alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from campaign.imports.base import WrongRow, check_fields, differences
from campaign.imports.table import Row
from campaign.imports.writes import Writes
from campaign.models import FormOfAddress, Office

Gender = FormOfAddress.Gender

COLUMN_OF = {
    "": {"title": "office_title_local", "salutation": "salutation_local_masculine"},
    "m": {"title": "office_title_local", "salutation": "salutation_local_masculine"},
    "f": {"title": "office_title_local_feminine", "salutation": "salutation_local_feminine"},
}


def plan_forms(row: Row, office: Office, writes: Writes) -> list[str]:
    """Note what to write so that the office's forms are those of the row."""
    english, local = _english(row), _local(row)
    known = {(form.language, form.gender): form for form in office.forms.all()} if office.pk else {}
    details = []
    for form in [english, *local]:
        form.office = office
        details += _plan_form(form, known.get((form.language, form.gender)), writes)
    stated = {(form.language, form.gender) for form in [english, *local]}
    for (language, gender), form in known.items():
        if local and language == row.cells["language"] and (language, gender) not in stated:
            writes.remove(form)
            details.append(_("%s: removed") % _name(form))
    return details


def with_comma(salutation: str, language: str) -> str:
    """Return an English salutation with its comma; any other as it is."""
    if language.split("-")[0] != "en" or not salutation or not salutation[-1].isalnum():
        return salutation
    return f"{salutation},"


def _english(row: Row) -> FormOfAddress:
    form = _form(row, "en", Gender.ANY, row.cells["office_title_en"], row.cells["salutation_en"])
    check_fields(
        form, {"title": "office_title_en", "salutation": "salutation_en"}, exclude=["office"]
    )
    return form


def _local(row: Row) -> list[FormOfAddress]:
    language = row.cells["language"]
    pairs = {gender: _pair(row, gender) for gender in (Gender.MASCULINE, Gender.FEMININE)}
    if not any(any(pair) for pair in pairs.values()):
        return []
    if not language:
        raise WrongRow("language: " + _("name the language of the local title and salutation"))
    if pairs[Gender.MASCULINE] == pairs[Gender.FEMININE]:
        pairs = {Gender.ANY: pairs[Gender.MASCULINE]}
    forms = [_form(row, language, gender, *pair) for gender, pair in pairs.items() if any(pair)]
    for form in forms:
        check_fields(form, COLUMN_OF[form.gender], exclude=["office"])
    return list(_beside_english(row, forms))


def _beside_english(row: Row, forms: list[FormOfAddress]) -> Iterator[FormOfAddress]:
    """Drop the local form of an office whose language is plain `en`: the English one is it."""
    for form in forms:
        if (form.language, form.gender) != ("en", Gender.ANY):
            yield form
        elif (form.title, form.salutation) != (_english(row).title, _english(row).salutation):
            raise WrongRow(
                "language: "
                + _("the language is en, but local title and salutation are not the English ones")
            )


def _pair(row: Row, gender: Gender) -> tuple[str, str]:
    columns = COLUMN_OF[gender]
    return row.cells[columns["title"]], row.cells[columns["salutation"]]


def _form(row: Row, language: str, gender: Gender, title: str, salutation: str) -> FormOfAddress:
    return FormOfAddress(
        language=language,
        gender=gender,
        title=title,
        salutation=with_comma(salutation, language),
        status=row.cells["salutation_status"],
        source=row.cells["salutation_source"],
    )


def _plan_form(form: FormOfAddress, known: FormOfAddress | None, writes: Writes) -> list[str]:
    if known is None:
        writes.add(form)
        return [_("%s: added") % _name(form)]
    values: dict[str, Any] = {
        name: getattr(form, name) for name in ("title", "salutation", "status", "source")
    }
    changes = differences(known, values, {})
    writes.change(known, **{name: values[name] for name in changes})
    return [f"{_name(form)} {change}" for change in changes.values()]


def _name(form: FormOfAddress) -> str:
    """Name a form as reports do, for example “form uk/f”."""
    name = form.language + (f"/{form.gender}" if form.gender else "")
    return _("form %s") % name
