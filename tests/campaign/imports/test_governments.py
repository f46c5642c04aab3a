from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from campaign.models import Government, Position, Treaty
from tests.campaign.imports.files import SHIPPED, government_row, refused, run, write_csv
from tests.factories.campaign import GovernmentFactory, PositionFactory, TreatyFactory

pytestmark = pytest.mark.django_db

IMPORT = "import_governments"


def facts() -> list[tuple[str, str, date]]:
    rows = Position.objects.select_related("treaty").order_by("treaty__slug", "day")
    return [(row.treaty.slug, row.kind, row.day) for row in rows]


def mine_ban_position(kind: str, day: date, **values: str) -> Position:
    government, _ = Government.objects.get_or_create(
        iso2="EE", name="Estonia", formal_name="Estonia"
    )
    treaty = Treaty.objects.filter(slug="mine-ban").first() or TreatyFactory(slug="mine-ban")
    return PositionFactory(government=government, treaty=treaty, kind=kind, day=day, **values)


def test_shipped_file_is_new_once_and_unchanged_the_second_time() -> None:
    first = run(IMPORT, SHIPPED / "governments.csv")
    second = run(IMPORT, SHIPPED / "governments.csv")

    assert first[-1] == "197 rows: 197 new, 0 changed, 0 unchanged, 0 wrong"
    assert (len(first), first[0]) == (198, "line 2: new: AD")
    assert second == ["197 rows: 0 new, 0 changed, 197 unchanged, 0 wrong"]


@pytest.mark.parametrize("codes", [["EE"], ["EE", "FI", "LV"]])
def test_number_of_queries_does_not_grow_with_the_rows(
    tmp_path: Path, django_assert_num_queries: DjangoAssertNumQueries, codes: list[str]
) -> None:
    rows = [government_row(iso2=code, mine_ban_signed="1997-12-03") for code in codes]
    path = write_csv(tmp_path, *rows)

    with django_assert_num_queries(8):  # a savepoint, 3 reads, 3 inserts, its release
        run(IMPORT, path)


def test_row_becomes_a_government(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path,
        government_row(
            iso2="GB",
            iso3="GBR",
            name_en="United Kingdom of Great Britain and Northern Ireland",
            name_ui_en="United Kingdom",
            un_region="Europe",
            languages="en-GB; cy",
        ),
    )

    run(IMPORT, path)

    government = Government.objects.get()
    assert (government.iso2, government.name) == ("GB", "United Kingdom")
    assert government.formal_name == "United Kingdom of Great Britain and Northern Ireland"
    assert government.languages == ["en-GB", "cy"]


def test_name_in_the_source_serves_where_there_is_no_other(tmp_path: Path) -> None:
    run(IMPORT, write_csv(tmp_path, government_row(name_en="Estonia", name_ui_en="")))

    assert Government.objects.get().name == "Estonia"


def test_dates_become_sourced_positions(tmp_path: Path) -> None:
    row = government_row(
        mine_ban_joined="2004-05-12",
        mine_ban_joined_how="accession",
        mine_ban_withdrawal_announced="2025-03-18",
        cluster_signed="2008-12-03",
    )

    run(IMPORT, write_csv(tmp_path, row))

    assert facts() == [
        ("cluster-munitions", "signed", date(2008, 12, 3)),
        ("mine-ban", "joined", date(2004, 5, 12)),
        ("mine-ban", "withdrawal_announced", date(2025, 3, 18)),
    ]
    assert set(Position.objects.values_list("how", "source")) == {
        ("", "UNTC"),
        ("accession", "UNTC"),
    }


def test_treaties_are_made_with_their_dates_and_then_left_alone(tmp_path: Path) -> None:
    path = write_csv(tmp_path, government_row())
    run(IMPORT, path)
    Treaty.objects.filter(slug="mine-ban").update(name="Ottawa Convention")

    run(IMPORT, path)

    rows = Treaty.objects.order_by("slug").values_list("slug", "name", "opened_on", "in_force_on")
    assert list(rows) == [
        (
            "cluster-munitions",
            "Convention on Cluster Munitions",
            date(2008, 12, 3),
            date(2010, 8, 1),
        ),
        ("mine-ban", "Ottawa Convention", date(1997, 12, 3), date(1999, 3, 1)),
    ]


def test_changed_row_says_what_changed(tmp_path: Path) -> None:
    run(IMPORT, write_csv(tmp_path, government_row(un_region="Asia", languages="et")))
    path = write_csv(tmp_path, government_row(un_region="Europe", languages="et;ru"))

    lines = run(IMPORT, path)

    assert lines == [
        "line 2: changed: EE: un_region: “Asia” → “Europe”; languages: “et” → “et;ru”",
        "1 row: 0 new, 1 changed, 0 unchanged, 0 wrong",
    ]
    assert Government.objects.get().languages == ["et", "ru"]


def test_dry_run_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    path = write_csv(tmp_path, government_row(mine_ban_signed="1997-12-03"))

    lines = run(IMPORT, path, dry_run=True)

    assert lines == [
        "line 2: new: EE",
        "1 row: 1 new, 0 changed, 0 unchanged, 0 wrong",
        "Dry run: nothing was written.",
    ]
    assert not Government.objects.exists()
    assert not Treaty.objects.exists()


def test_one_wrong_row_keeps_all_rows_out(tmp_path: Path) -> None:
    path = write_csv(tmp_path, government_row(), government_row(iso2="ZZ"))

    lines = refused(IMPORT, path)

    assert lines == [
        "line 2: new: EE",
        "line 3: wrong: ZZ: iso2: “ZZ” is no ISO 3166 code of a country, such as EE.",
        "2 rows: 1 new, 0 changed, 0 unchanged, 1 wrong",
        "Nothing was changed: the file has wrong rows.",
    ]
    assert not Government.objects.exists()


def test_unreadable_file_changes_nothing(tmp_path: Path) -> None:
    assert refused(IMPORT, tmp_path / "none.csv")[0].endswith(
        "none.csv cannot be read: No such file or directory. Nothing was changed."
    )


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"iso2": ""}, "iso2: this cell must be filled"),
        ({"iso2": "ee"}, "iso2: “ee” is no ISO 3166 code of a country, such as EE."),
        ({"iso2": "EST"}, "iso2: “EST” is no ISO 3166 code of a country, such as EE."),
        ({"iso3": "est"}, "iso3: Enter a valid value."),
        ({"name_en": ""}, "name_en: this cell must be filled"),
        (
            {"name_en": "E" * 121},
            "name_ui_en: Ensure this value has at most 120 characters (it has 121).",
        ),
        (
            {"languages": "et;Russian!"},
            "languages: “Russian!” is no language tag. Write it as et or zh-Hans.",
        ),
        (
            {"mine_ban_joined": "12.05.2004"},
            "mine_ban_joined: “12.05.2004” is no date. Write it as 2025-12-31.",
        ),
        (
            {"mine_ban_joined": "2004-02-30"},
            "mine_ban_joined: “2004-02-30” is no date. Write it as 2025-12-31.",
        ),
        ({"as_of": "today"}, "as_of: “today” is no date. Write it as 2025-12-31."),
        (
            {"cluster_signed": "2008-12-02"},
            "cluster_signed: 2008-12-02 is before the treaty was opened for signature",
        ),
        (
            {"mine_ban_joined": "2004-05-12", "source": ""},
            "source: This field cannot be blank.",
        ),
        (
            {"mine_ban_status": "member"},
            "mine_ban_status: “member” is no status; "
            "known: party, withdrawing, withdrawn, signatory, not_party",
        ),
        (
            {
                "mine_ban_status": "not_party",
                "mine_ban_joined": "2004-05-12",
                "as_of": "2026-02-20",
            },
            "mine_ban_status: the row says “not_party”, but its dates give “party” on 2026-02-20",
        ),
        ({"notes": "a\x1bb"}, "notes: control character U+001B"),
    ],
)
def test_wrong_cell_is_named(tmp_path: Path, cells: dict[str, str], problem: str) -> None:
    path = write_csv(tmp_path, government_row(**cells))

    lines = refused(IMPORT, path)

    key = cells.get("iso2", "EE")
    assert lines[0] == ": ".join(part for part in ("line 2", "wrong", key, problem) if part)
    assert not Government.objects.exists()


def test_second_row_of_a_government_is_wrong(tmp_path: Path) -> None:
    path = write_csv(tmp_path, government_row(), government_row(name_en="Eesti"))

    assert refused(IMPORT, path)[1] == ("line 3: wrong: EE: iso2: “EE” stands on line 2 already")


def test_status_is_not_checked_without_a_day(tmp_path: Path) -> None:
    row = government_row(mine_ban_status="not_party", mine_ban_joined="2004-05-12")

    assert run(IMPORT, write_csv(tmp_path, row))[-1].startswith("1 row: 1 new")


def test_added_date_is_a_change(tmp_path: Path) -> None:
    mine_ban_position("joined", date(2004, 5, 12), source="UNTC")
    row = government_row(mine_ban_joined="2004-05-12", mine_ban_withdrawal_notified="2025-06-27")

    lines = run(IMPORT, write_csv(tmp_path, row))

    assert lines[0] == "line 2: changed: EE: mine_ban_withdrawal_notified: 2025-06-27 added"
    assert len(facts()) == 2


def test_other_date_of_an_act_corrects_it(tmp_path: Path) -> None:
    mine_ban_position("joined", date(2004, 5, 12), source="Newspaper")
    row = government_row(mine_ban_joined="2004-05-13", mine_ban_joined_how="accession")

    lines = run(IMPORT, write_csv(tmp_path, row))

    assert lines[0] == (
        "line 2: changed: EE: mine_ban_joined: corrected from 2004-05-12 to 2004-05-13"
    )
    assert list(Position.objects.values_list("day", "how", "source")) == [
        (date(2004, 5, 13), "accession", "UNTC")
    ]


def test_better_source_of_a_known_date_is_taken(tmp_path: Path) -> None:
    mine_ban_position("joined", date(2004, 5, 12), source="Newspaper")

    lines = run(IMPORT, write_csv(tmp_path, government_row(mine_ban_joined="2004-05-12")))

    assert lines[0] == ("line 2: changed: EE: mine_ban_joined: source: “Newspaper” → “UNTC”")


def test_empty_cell_leaves_a_known_fact(tmp_path: Path) -> None:
    mine_ban_position("withdrawal_notified", date(2025, 6, 27))

    lines = run(IMPORT, write_csv(tmp_path, government_row()))

    assert lines == ["1 row: 0 new, 0 changed, 1 unchanged, 0 wrong"]
    assert len(facts()) == 1


def test_state_that_left_and_comes_back_has_joined_twice(tmp_path: Path) -> None:
    mine_ban_position("joined", date(2004, 5, 12), source="UNTC")
    mine_ban_position("withdrawn", date(2025, 12, 27), source="UNTC")
    row = government_row(mine_ban_joined="2030-01-01", mine_ban_withdrawal_effective="2025-12-27")

    lines = run(IMPORT, write_csv(tmp_path, row))

    assert lines[0] == "line 2: changed: EE: mine_ban_joined: 2030-01-01 added"
    assert [(kind, day.year) for _, kind, day in facts()] == [
        ("joined", 2004),
        ("withdrawn", 2025),
        ("joined", 2030),
    ]


def test_second_withdrawal_is_added_to_the_first(tmp_path: Path) -> None:
    mine_ban_position("withdrawn", date(2025, 12, 27), source="UNTC")
    row = government_row(mine_ban_joined="2030-01-01", mine_ban_withdrawal_effective="2040-01-01")

    run(IMPORT, write_csv(tmp_path, row))

    assert [(kind, day.year) for _, kind, day in facts()] == [
        ("withdrawn", 2025),
        ("joined", 2030),
        ("withdrawn", 2040),
    ]


def test_withdrawal_that_took_effect_on_another_day_is_corrected(tmp_path: Path) -> None:
    mine_ban_position("joined", date(2004, 5, 12), source="UNTC")
    mine_ban_position("withdrawn", date(2025, 12, 27), source="UNTC")
    row = government_row(mine_ban_joined="2004-05-12", mine_ban_withdrawal_effective="2026-01-10")

    run(IMPORT, write_csv(tmp_path, row))

    assert [(kind, day.year) for _, kind, day in facts()] == [("joined", 2004), ("withdrawn", 2026)]


def test_government_that_the_file_does_not_name_stays(tmp_path: Path) -> None:
    GovernmentFactory(iso2="FI")

    run(IMPORT, write_csv(tmp_path, government_row()))

    assert set(Government.objects.values_list("iso2", flat=True)) == {"EE", "FI"}
