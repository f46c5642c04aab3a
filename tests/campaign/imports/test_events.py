from __future__ import annotations

from pathlib import Path

import pytest

from campaign.models import Event
from tests.campaign.imports.files import SHIPPED, event_row, refused, run, write_csv
from tests.factories.campaign import GovernmentFactory

pytestmark = pytest.mark.django_db

IMPORT = "import_events"


@pytest.fixture(autouse=True)
def governments(request: pytest.FixtureRequest) -> None:
    if "shipped" not in request.node.name:
        for code in ("EE", "RU", "UA"):
            GovernmentFactory(iso2=code, name=code)


def links(name: str) -> list[str]:
    return sorted(str(one) for one in getattr(Event.objects.get(), name).all())


def test_shipped_file_is_new_once_and_unchanged_the_second_time() -> None:
    run("import_governments", SHIPPED / "governments.csv")

    first = run(IMPORT, SHIPPED / "states_events.csv")
    second = run(IMPORT, SHIPPED / "states_events.csv")

    assert first[-1] == "59 rows: 59 new, 0 changed, 0 unchanged, 0 wrong"
    assert second == ["59 rows: 0 new, 0 changed, 59 unchanged, 0 wrong"]


def test_row_becomes_an_event(tmp_path: Path) -> None:
    run(IMPORT, write_csv(tmp_path, event_row(related_iso2="RU; UA", treaty="both")))

    event = Event.objects.get(key="E001")
    assert (event.government and event.government.iso2, event.date) == ("EE", "2025-06-16")
    assert links("related") == ["RU", "UA"]
    assert links("treaties") == [
        "Anti-Personnel Mine Ban Convention",
        "Convention on Cluster Munitions",
    ]


def test_event_may_be_nobodys_and_about_no_treaty(tmp_path: Path) -> None:
    run(IMPORT, write_csv(tmp_path, event_row(iso2="", treaty="")))

    assert Event.objects.get().government is None
    assert links("treaties") == []


@pytest.mark.parametrize(
    ("date", "precision"),
    [("2025-06-16", "day"), ("2025-06", "month"), ("2025", "year"), ("", "undated")],
)
def test_date_keeps_its_precision(tmp_path: Path, date: str, precision: str) -> None:
    run(IMPORT, write_csv(tmp_path, event_row(date=date, date_precision=precision)))

    assert list(Event.objects.values_list("date", "precision")) == [(date, precision)]


def test_corrected_event_says_what_changed(tmp_path: Path) -> None:
    run(IMPORT, write_csv(tmp_path, event_row(related_iso2="RU")))
    row = event_row(date="2025-06", date_precision="month", related_iso2="UA", treaty="")

    lines = run(IMPORT, write_csv(tmp_path, row))

    assert lines[0] == (
        "line 2: changed: E001: date: “2025-06-16” → “2025-06”; "
        "date_precision: “day” → “month”; related: “RU” → “UA”; "
        "treaties: “Anti-Personnel Mine Ban Convention” → “”"
    )
    assert (links("related"), links("treaties")) == (["UA"], [])


def test_links_are_added_to_those_that_stay(tmp_path: Path) -> None:
    run(IMPORT, write_csv(tmp_path, event_row(related_iso2="RU")))

    run(IMPORT, write_csv(tmp_path, event_row(related_iso2="RU;UA")))

    assert links("related") == ["RU", "UA"]


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    lines = run(IMPORT, write_csv(tmp_path, event_row()), dry_run=True)

    assert lines[0] == "line 2: new: E001"
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"iso2": "XX"}, "iso2: no government “XX” is known; import it first"),
        ({"related_iso2": "RU;XX"}, "related_iso2: no government “XX” is known; import it first"),
        ({"treaty": "arms"}, "treaty: “arms” is unknown; known: mine_ban, cluster, both"),
        (
            {"date_precision": "week"},
            "date_precision: “week” is unknown; known: day, month, year, undated",
        ),
        ({"date": "2025-06"}, "date: “2025-06” is no date. Write it as 2025-06-16."),
        ({"date": "2025-06-31"}, "date: “2025-06-31” is no date. Write it as 2025-06-16."),
        (
            {"date": "2025-13", "date_precision": "month"},
            "date: “2025-13” is no date. Write it as 2025-06.",
        ),
        (
            {"date": "2025", "date_precision": "undated"},
            "date: an undated event has no date, not “2025”",
        ),
        ({"event_kind": ""}, "event_kind: This field cannot be blank."),
    ],
)
def test_wrong_cell_is_named(tmp_path: Path, cells: dict[str, str], problem: str) -> None:
    lines = refused(IMPORT, write_csv(tmp_path, event_row(**cells)))

    assert lines[0] == f"line 2: wrong: E001: {problem}"
    assert not Event.objects.exists()
