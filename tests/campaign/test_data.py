"""SOURCES.md describes the shipped data, and nothing that isn't there."""

from __future__ import annotations

import csv
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "campaign" / "data"
SOURCES = (DATA / "SOURCES.md").read_text(encoding="utf-8")


def rows_of(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _row in csv.DictReader(file))


def test_every_file_is_described_with_its_number_of_rows() -> None:
    described = dict(re.findall(r"^\| (\w+\.csv) \| (\d+) ", SOURCES, re.MULTILINE))

    assert described == {path.name: str(rows_of(path)) for path in DATA.glob("*.csv")}


def test_every_file_that_is_named_is_there() -> None:
    shipped = {path.name for folder in (DATA, ROOT / "tests/data") for path in folder.iterdir()}
    # Others' repositories are named with their folders.
    named = set(re.findall(r"(?<![/\w])([a-z_]+\.(?:csv|md))\b", SOURCES))

    assert named - shipped == set()
