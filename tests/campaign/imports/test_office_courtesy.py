"""import_offices: how an office gets its letters."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from campaign.models import Office
from tests.campaign.imports.files import office_row, refused, run, write_csv
from tests.campaign.imports.offices import IMPORT

pytestmark = pytest.mark.django_db


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
