from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from campaign.models import FormOfAddress, Office, OfficeRoute
from tests.campaign.imports.files import SHIPPED, office_row, refused, run, write_csv
from tests.campaign.imports.offices import IMPORT, holders, routes
from tests.factories.campaign import (
    GovernmentFactory,
    OfficeRouteFactory,
)

pytestmark = pytest.mark.django_db


def test_shipped_file_is_new_once_and_unchanged_the_second_time() -> None:
    run("import_governments", SHIPPED / "governments.csv")

    first = run(IMPORT, SHIPPED / "offices.csv")
    second = run(IMPORT, SHIPPED / "offices.csv")

    assert first[-1] == "72 rows: 72 new, 0 changed, 0 unchanged, 0 wrong"
    assert second == ["72 rows: 0 new, 0 changed, 72 unchanged, 0 wrong"]
    assert OfficeRoute.objects.count() == 72
    assert FormOfAddress.objects.filter(language="en", gender="").count() == 72


@pytest.mark.usefixtures("estonia")
def test_row_becomes_an_office(tmp_path: Path) -> None:
    row = office_row(
        language="et",
        address_lines="Riigikantselei, Stenbocki maja|Rahukohtu 3 | 15161 Tallinn",
        address_country_en="ESTONIA",
        address_status="address_seen",
        address_source="public page",
        as_of="2026-02-20",
        email="pm@ee.example",
    )

    run(IMPORT, write_csv(tmp_path, row))

    office = Office.objects.get(key="EE-head_of_government")
    assert office.address() == [
        "Riigikantselei, Stenbocki maja",
        "Rahukohtu 3",
        "15161 Tallinn",
        "ESTONIA",
    ]
    assert (office.kind, office.language) == ("head_of_government", "et")
    assert (office.time_zone, office.paper, office.as_of) == ("UTC", "A4", date(2026, 2, 20))
    assert routes() == [("pm@ee.example", 1, False)]


@pytest.mark.usefixtures("estonia")
def test_time_zone_and_paper_are_taken_if_given(tmp_path: Path) -> None:
    row = office_row(time_zone="Europe/Tallinn", paper="Letter")

    run(IMPORT, write_csv(tmp_path, row))

    assert list(Office.objects.values_list("time_zone", "paper")) == [("Europe/Tallinn", "Letter")]


def test_paper_is_that_of_the_country(tmp_path: Path) -> None:
    GovernmentFactory(iso2="CO")

    run(IMPORT, write_csv(tmp_path, office_row(iso2="CO")))

    assert Office.objects.get().paper == "Letter"


def test_columns_left_out_change_nothing(tmp_path: Path, office: Office) -> None:
    Office.objects.update(time_zone="Europe/Tallinn", paper="Letter", paused=True)

    lines = run(IMPORT, write_csv(tmp_path, office_row()))

    assert lines == ["1 row: 0 new, 0 changed, 1 unchanged, 0 wrong"]
    assert list(Office.objects.values_list("time_zone", "paper", "paused")) == [
        ("Europe/Tallinn", "Letter", True)
    ]


def test_changed_office_says_what_changed(tmp_path: Path, office: Office) -> None:
    row = office_row(address_lines="Rahukohtu 3|15161 Tallinn", notes="Seen")

    lines = run(IMPORT, write_csv(tmp_path, row))

    assert lines[0] == (
        "line 2: changed: EE-head_of_government: "
        "address_lines: “” → “Rahukohtu 3|15161 Tallinn”; notes: “” → “Seen”"
    )
    assert Office.objects.get().address() == ["Rahukohtu 3", "15161 Tallinn"]


def test_dry_run_writes_nothing(tmp_path: Path, office: Office) -> None:
    row = office_row(notes="Seen", email="pm@ee.example", incumbent_name="Kim Sample")

    lines = run(IMPORT, write_csv(tmp_path, row), dry_run=True)

    assert lines[-1] == "Dry run: nothing was written."
    assert (Office.objects.get().notes, routes(), holders()) == ("", [], [])


@pytest.mark.usefixtures("estonia")
@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"iso2": "FI"}, "iso2: no government “FI” is known; import it first"),
        ({"office_id": "EE head"}, "office_id: Enter a valid value."),
        (
            {"office_kind": "Prime Minister"},
            "office_kind: “Prime Minister” is no kind of office. Write it as head_of_government.",
        ),
        ({"office_title_en": ""}, "office_title_en: This field cannot be blank."),
        (
            {"language": "Estonian"},
            "language: “Estonian” is no language tag. Write it as et or zh-Hans.",
        ),
        ({"email": "pm@ee"}, "email: Enter a valid email address."),
        ({"email": "pm@ee.example, x@ee.example"}, "email: Enter a valid email address."),
        (
            {"time_zone": "Estonia"},
            "time_zone: “Estonia” is no time zone. Use a name such as Europe/Tallinn.",
        ),
        ({"paper": "A5"}, "paper: Value 'A5' is not a valid choice."),
        ({"as_of": "2026-2-20"}, "as_of: “2026-2-20” is no date. Write it as 2025-12-31."),
        ({"address_lines": "a\x00b"}, "address_lines: control character U+0000"),
        (
            {"office_title_local": "peaminister"},
            "language: name the language of the local title and salutation",
        ),
        (
            {"language": "et", "salutation_local_masculine": "Lugupeetud"},
            "office_title_local: This field cannot be blank.",
        ),
        (
            {"incumbent_name": "Kim", "incumbent_gender": "male"},
            "incumbent_gender: write m or f, or leave it empty",
        ),
        (
            {
                "language": "en",
                "office_title_local": "Premier",
                "office_title_local_feminine": "Premier",
            },
            "language: the language is en, but local title and salutation are not the English ones",
        ),
    ],
)
def test_wrong_cell_is_named(tmp_path: Path, cells: dict[str, str], problem: str) -> None:
    path = write_csv(tmp_path, office_row(**cells))

    lines = refused(IMPORT, path)

    key = cells.get("office_id", "EE-head_of_government")
    assert lines[0] == f"line 2: wrong: {key}: {problem}"
    assert not Office.objects.exists()


# Routes


def test_other_address_replaces_the_first_route(tmp_path: Path, office: Office) -> None:
    OfficeRouteFactory(office=office, email="old@ee.example", stopped=True, stopped_reason="550")
    OfficeRouteFactory(office=office, email="by-hand@ee.example", rank=2)

    lines = run(IMPORT, write_csv(tmp_path, office_row(email="new@ee.example")))

    assert lines[0].endswith("email: “old@ee.example” → “new@ee.example”")
    assert routes() == [("new@ee.example", 1, False), ("by-hand@ee.example", 2, False)]
    assert not OfficeRoute.objects.exclude(stopped_reason="").exists()


def test_known_address_of_lower_rank_moves_up(tmp_path: Path, office: Office) -> None:
    OfficeRouteFactory(office=office, email="first@ee.example")
    OfficeRouteFactory(office=office, email="second@ee.example", rank=2)

    lines = run(IMPORT, write_csv(tmp_path, office_row(email="second@ee.example")))

    assert lines[0].endswith("email: “second@ee.example” moved up to rank 1")
    assert routes() == [("second@ee.example", 1, False), ("first@ee.example", 2, False)]


@pytest.mark.parametrize("email", ["first@ee.example", ""])
def test_same_or_no_address_leaves_the_route(tmp_path: Path, office: Office, email: str) -> None:
    OfficeRouteFactory(office=office, email="first@ee.example", stopped=True)

    lines = run(IMPORT, write_csv(tmp_path, office_row(email=email)))

    assert lines == ["1 row: 0 new, 0 changed, 1 unchanged, 0 wrong"]
    assert routes() == [("first@ee.example", 1, True)]
