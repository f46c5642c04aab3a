from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from campaign.models import FormOfAddress, Government, Office, OfficeHolder, OfficeRoute
from tests.campaign.imports.files import SHIPPED, office_row, refused, run, write_csv
from tests.factories.campaign import (
    FormOfAddressFactory,
    GovernmentFactory,
    OfficeFactory,
    OfficeHolderFactory,
    OfficeRouteFactory,
)

pytestmark = pytest.mark.django_db

IMPORT = "import_offices"


@pytest.fixture
def estonia() -> Government:
    return GovernmentFactory(iso2="EE", name="Estonia")


@pytest.fixture
def office(estonia: Government) -> Office:
    """The office that the plain row states, as an import leaves it."""
    return OfficeFactory(
        key="EE-head_of_government",
        government=estonia,
        title="Prime Minister of Estonia",
        language="",
        address_lines="",
        address_country="",
        route=None,
    )


def forms() -> list[tuple[str, str, str, str]]:
    rows = FormOfAddress.objects.order_by("language", "gender")
    return list(rows.values_list("language", "gender", "title", "salutation"))


def routes() -> list[tuple[str, int, bool]]:
    return list(OfficeRoute.objects.order_by("rank").values_list("email", "rank", "stopped"))


def holders() -> list[tuple[str, date | None, date | None]]:
    return list(OfficeHolder.objects.order_by("id").values_list("name", "begins", "ends"))


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


# Forms of address


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


# Holders


@pytest.mark.usefixtures("estonia")
def test_incumbent_becomes_the_holder(tmp_path: Path) -> None:
    row = office_row(incumbent_name="Kim Sample", incumbent_gender="f", as_of="2026-02-20")

    run(IMPORT, write_csv(tmp_path, row))

    assert holders() == [("Kim Sample", None, None)]
    assert OfficeHolder.objects.get().gender == "f"


def test_other_incumbent_succeeds_the_holder(tmp_path: Path, office: Office) -> None:
    OfficeHolderFactory(office=office, name="Kim Sample")
    row = office_row(incumbent_name="Robin Example", as_of="2026-02-20")

    lines = run(IMPORT, write_csv(tmp_path, row))

    assert lines[0].endswith("incumbent_name: “Kim Sample” → “Robin Example”")
    assert holders() == [
        ("Kim Sample", None, date(2026, 2, 20)),
        ("Robin Example", date(2026, 2, 20), None),
    ]


def test_incumbent_after_a_vacancy_begins_on_the_day_of_the_file(
    tmp_path: Path, office: Office
) -> None:
    OfficeHolderFactory(office=office, name="Kim Sample", ends=date(2026, 1, 1))
    row = office_row(incumbent_name="Robin Example", as_of="2026-02-20")

    run(IMPORT, write_csv(tmp_path, row))

    assert holders()[1:] == [("Robin Example", date(2026, 2, 20), None)]


@pytest.mark.parametrize("cells", [{"incumbent_name": "Kim Sample"}, {"incumbent_name": ""}])
def test_same_or_no_incumbent_leaves_the_holder(
    tmp_path: Path, office: Office, cells: dict[str, str]
) -> None:
    OfficeHolderFactory(office=office, name="Kim Sample", gender="m")

    lines = run(IMPORT, write_csv(tmp_path, office_row(**cells)))

    assert lines == ["1 row: 0 new, 0 changed, 1 unchanged, 0 wrong"]
    assert OfficeHolder.objects.get().gender == "m"


def test_gender_of_the_incumbent_is_corrected(tmp_path: Path, office: Office) -> None:
    OfficeHolderFactory(office=office, name="Kim Sample")
    row = office_row(incumbent_name="Kim Sample", incumbent_gender="f")

    lines = run(IMPORT, write_csv(tmp_path, row))

    assert lines[0].endswith("incumbent_gender: “” → “f”")
    assert OfficeHolder.objects.get().gender == "f"


@pytest.mark.parametrize(
    ("as_of", "problem"),
    [
        ("", "as_of: name the day since which the new holder is known"),
        (
            "2026-01-01",
            "as_of: Kim Sample holds the office since 2026-01-01; the new holder must come later",
        ),
    ],
)
def test_succession_needs_a_later_day(
    tmp_path: Path, office: Office, as_of: str, problem: str
) -> None:
    OfficeHolderFactory(office=office, name="Kim Sample", begins=date(2026, 1, 1))
    path = write_csv(tmp_path, office_row(incumbent_name="Robin Example", as_of=as_of))

    assert refused(IMPORT, path)[0].endswith(problem)
    assert holders() == [("Kim Sample", date(2026, 1, 1), None)]


@pytest.mark.usefixtures("estonia")
def test_file_may_say_how_an_office_gets_its_letters(tmp_path: Path) -> None:
    courtesy = {"delivery": "digest", "per_hour": "0", "working_days": "12347"}
    row = office_row(**courtesy, opens="08:30", closes="16:00")

    run(IMPORT, write_csv(tmp_path, row))

    office = Office.objects.get()
    assert (office.delivery, office.per_hour, office.working_days) == ("digest", 0, "12347")
    assert (office.opens, office.closes) == (time(8, 30), time(16))


def test_empty_cells_leave_the_courtesy_to_an_office_alone(tmp_path: Path, office: Office) -> None:
    Office.objects.update(delivery="paper", per_hour=5)
    row = office_row(delivery="", per_hour="", working_days="", opens="", closes="")

    assert run(IMPORT, write_csv(tmp_path, row))[-1].startswith("1 row")
    assert Office.objects.values_list("delivery", "per_hour").get() == ("paper", 5)


@pytest.mark.usefixtures("estonia")
@pytest.mark.parametrize(
    ("cell", "value", "problem"),
    [
        ("delivery", "pigeon", "delivery: Value 'pigeon' is not a valid choice."),
        ("per_hour", "many", "per_hour: “many” is no whole number up to 32767."),
        ("per_hour", "-1", "per_hour: “-1” is no whole number up to 32767."),
        ("working_days", "51", "working_days: Days by number, 1 Monday to 7 Sunday: 12345."),
        ("opens", "9", "opens: “9” is no time. Write it as 09:00."),
        ("closes", "25:00", "closes: “25:00” is no time. Write it as 09:00."),
        ("closes", "08:00", "closes: an office closes after it opens"),
    ],
)
def test_wrong_courtesy_is_refused_with_its_line(
    tmp_path: Path, cell: str, value: str, problem: str
) -> None:
    found = refused(IMPORT, write_csv(tmp_path, office_row(**{cell: value})))
    assert any(problem in line and "2" in line for line in found)
