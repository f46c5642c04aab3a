"""Small CSV files in the shape of the shipped ones, and the commands that read them."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from campaign.imports.events import EventImporter
from campaign.imports.governments import GovernmentImporter
from campaign.imports.offices import OfficeImporter

SHIPPED = settings.BASE_DIR / "campaign" / "data"


def government_row(**cells: str) -> dict[str, str]:
    row = dict.fromkeys(GovernmentImporter.columns, "")
    return row | {"iso2": "EE", "name_en": "Estonia", "source": "UNTC"} | cells


def office_row(**cells: str) -> dict[str, str]:
    row = dict.fromkeys(OfficeImporter.columns, "")
    return row | {
        "office_id": "EE-head_of_government",
        "iso2": "EE",
        "office_kind": "head_of_government",
        "office_title_en": "Prime Minister of Estonia",
        "salutation_en": "Dear Prime Minister",
        **cells,
    }


def event_row(**cells: str) -> dict[str, str]:
    row = dict.fromkeys(EventImporter.columns, "")
    return row | {
        "event_id": "E001",
        "iso2": "EE",
        "date": "2025-06-16",
        "date_precision": "day",
        "treaty": "mine_ban",
        "event_kind": "announced_withdrawal",
        "detail": "Announced that it would leave.",
        "source": "News",
        **cells,
    }


def write_csv(folder: Path, *rows: dict[str, str]) -> Path:
    text = StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "file.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def run(command: str, path: Path, **options: bool) -> list[str]:
    """Run an import that succeeds; return the lines it prints."""
    out = StringIO()
    call_command(command, path, stdout=out, **options)
    return out.getvalue().splitlines()


def refused(command: str, path: Path, **options: bool) -> list[str]:
    """Run an import that fails; return the lines it prints, its error last."""
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command(command, path, stdout=out, **options)
    assert error.value.returncode == 1
    return [*out.getvalue().splitlines(), str(error.value)]
