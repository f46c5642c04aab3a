"""import_offices: how an office is addressed, in English and in its own languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign.models import FormOfAddress, Office
from tests.campaign.imports.files import office_row, run, write_csv
from tests.campaign.imports.offices import IMPORT, forms
from tests.factories.campaign import (
    FormOfAddressFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("estonia")
@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("Dear Prime Minister", "Dear Prime Minister,"),
        ("Dear Prime Minister,", "Dear Prime Minister,"),
        ("Dear Mr. President:", "Dear Mr. President:"),
        ("", ""),
    ],
)
def test_english_salutation_gets_its_comma(tmp_path: Path, given: str, stored: str) -> None:
    run(IMPORT, write_csv(tmp_path, office_row(salutation_en=given)))

    assert forms() == [("en", "", "Prime Minister of Estonia", stored)]


@pytest.mark.usefixtures("estonia")
def test_one_local_form_serves_all_if_both_are_the_same(tmp_path: Path) -> None:
    row = office_row(
        language="et",
        office_title_local="peaminister",
        office_title_local_feminine="peaminister",
        salutation_local_masculine="Lugupeetud peaminister",
        salutation_local_feminine="Lugupeetud peaminister",
        salutation_status="not_verified",
    )

    run(IMPORT, write_csv(tmp_path, row))

    assert forms()[1:] == [("et", "", "peaminister", "Lugupeetud peaminister")]
    assert set(FormOfAddress.objects.values_list("status", flat=True)) == {"not_verified"}


UKRAINIAN = {
    "language": "uk",
    "office_title_local": "Президент",
    "office_title_local_feminine": "Президентка",
    "salutation_local_masculine": "Пане Президенте!",
    "salutation_local_feminine": "Пані Президентко!",
}


@pytest.mark.usefixtures("estonia")
def test_two_local_forms_are_kept_by_gender(tmp_path: Path) -> None:
    run(IMPORT, write_csv(tmp_path, office_row(**UKRAINIAN)))

    assert forms()[1:] == [
        ("uk", "f", "Президентка", "Пані Президентко!"),
        ("uk", "m", "Президент", "Пане Президенте!"),
    ]


@pytest.mark.usefixtures("estonia")
def test_local_title_without_salutation_is_kept(tmp_path: Path) -> None:
    row = office_row(
        language="km", office_title_local="ព្រះមហាក្សត្រ", office_title_local_feminine="ព្រះមហាក្សត្រ"
    )

    run(IMPORT, write_csv(tmp_path, row))

    assert forms()[1:] == [("km", "", "ព្រះមហាក្សត្រ", "")]


@pytest.mark.usefixtures("estonia")
def test_english_of_a_country_is_a_language_of_its_own(tmp_path: Path) -> None:
    row = office_row(
        language="en-ZA",
        office_title_local="Premier",
        office_title_local_feminine="Premier",
        salutation_local_masculine="Dear Premier",
        salutation_local_feminine="Dear Premier",
    )

    run(IMPORT, write_csv(tmp_path, row))

    assert forms() == [
        ("en", "", "Prime Minister of Estonia", "Dear Prime Minister,"),
        ("en-ZA", "", "Premier", "Dear Premier,"),
    ]


@pytest.mark.usefixtures("estonia")
def test_plain_english_office_has_its_english_form_once(tmp_path: Path) -> None:
    row = office_row(
        language="en",
        office_title_local="Prime Minister of Estonia",
        office_title_local_feminine="Prime Minister of Estonia",
        salutation_local_masculine="Dear Prime Minister",
        salutation_local_feminine="Dear Prime Minister",
    )

    run(IMPORT, write_csv(tmp_path, row))

    assert forms() == [("en", "", "Prime Minister of Estonia", "Dear Prime Minister,")]


def test_changed_and_dropped_forms_are_reported(tmp_path: Path, office: Office) -> None:
    FormOfAddressFactory(office=office, language="uk", title="Президент", salutation="Пане!")
    row = office_row(salutation_en="Your Excellency", **UKRAINIAN)

    lines = run(IMPORT, write_csv(tmp_path, row))

    assert lines[0] == (
        "line 2: changed: EE-head_of_government: language: “” → “uk”; "
        "form en salutation: “Dear Prime Minister,” → “Your Excellency,”; "
        "form uk/m: added; form uk/f: added; form uk: removed"
    )
    assert [(language, gender) for language, gender, *_ in forms()] == [
        ("en", ""),
        ("uk", "f"),
        ("uk", "m"),
    ]


def test_forms_and_closings_made_by_hand_stay(tmp_path: Path, office: Office) -> None:
    FormOfAddressFactory(office=office, language="en", gender="f", salutation="Dear Madam,")
    FormOfAddressFactory(office=office, language="ru", salutation="Уважаемый!")
    FormOfAddress.objects.filter(gender="").update(closing="Yours faithfully,")

    run(IMPORT, write_csv(tmp_path, office_row(salutation_en="Your Excellency", **UKRAINIAN)))

    closings = FormOfAddress.objects.exclude(closing="").values_list("language", flat=True)
    assert {(language, gender) for language, gender, *_ in forms()} == {
        ("en", ""),
        ("en", "f"),
        ("ru", ""),
        ("uk", "f"),
        ("uk", "m"),
    }
    assert set(closings) == {"en", "ru"}
