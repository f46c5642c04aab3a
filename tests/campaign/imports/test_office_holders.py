"""import_offices: who holds an office, and who succeeds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from campaign.models import Office, OfficeHolder
from tests.campaign.imports.files import office_row, refused, run, write_csv
from tests.campaign.imports.offices import IMPORT, holders
from tests.factories.campaign import (
    OfficeHolderFactory,
)

pytestmark = pytest.mark.django_db


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
