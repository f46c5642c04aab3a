"""manage.py export_counts: writes the file, or says why not and exits 1."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from letters.enums import LetterState
from tests.factories.campaign import CampaignFactory
from tests.factories.letters import LetterFactory
from tests.letters.spreadsheets import read_csv, read_json, read_ods, read_xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def letters(db: None) -> None:
    campaign = CampaignFactory(slug="stay", time_zone="Europe/Tallinn")
    for country in ("EE", "EE", "LV"):
        LetterFactory(
            submission__campaign=campaign, submission__country=country, state=LetterState.SENT
        )
    LetterFactory(submission__campaign=campaign, state=LetterState.WITHDRAWN)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("export_counts", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_counts_go_to_the_standard_output() -> None:
    rows = read_csv(run("--campaign", "stay", "--by", "country", "--format", "csv").encode())

    assert [row[:4] for row in rows[1:]] == [
        ["Estonia", "EE", "2", "2"],
        ["Latvia", "LV", "1", "1"],
        ["Total", "", "3", "3"],
    ]


@pytest.mark.parametrize("format", ["csv", "xlsx", "ods", "json"])
def test_every_format_goes_to_a_file(format: str, tmp_path: Path) -> None:
    path = tmp_path / f"counts.{format}"

    run("--campaign", "stay", "--by", "country", "--format", format, "--output", str(path))

    read = {
        "csv": lambda content: int(read_csv(content)[-1][2]),
        "json": lambda content: read_json(content)["total"]["letters"],
        "xlsx": lambda content: read_xlsx(content)["Counts"][-1][2],
        "ods": lambda content: read_ods(content)["Counts"][-1][2],
    }
    assert read[format](path.read_bytes()) == 3
    assert list(tmp_path.iterdir()) == [path]


def test_groups_range_and_states_are_taken(tmp_path: Path) -> None:
    arguments = ["--campaign", "stay", "--by", "state", "--by", "country", "--format", "json"]

    counts = read_json(run(*arguments, "--states", "all", "--from", "2020-01-01").encode())
    none = read_json(run(*arguments, "--to", "2020-01-01").encode())

    assert counts["total"]["letters"] == 4
    assert (counts["from"], none["to"]) == ("2020-01-01", "2020-01-01")
    assert (none["rows"], none["total"]["letters"]) == ([], 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--campaign", "go", "--by", "day"], "There is no campaign “go”. There are: stay."),
        (["--by", "day"], "Name a campaign: stay."),
        (["--campaign", "stay"], "Say what to count by"),
        (["--campaign", "stay", "--by", "moon"], "cannot be counted by “moon”"),
        (["--campaign", "stay", "--by", "day", "--from", "yesterday"], "“yesterday” is no day"),
        (["--campaign", "stay", "--by", "day", "--to", "2026-02-30"], "“2026-02-30” is no day"),
        (
            ["--campaign", "stay", "--by", "day", "--from", "2026-02-02", "--to", "2026-02-01"],
            "is after the last",
        ),
        (["--campaign", "stay", "--by", "day", "--states", "gone"], "“gone” is no state"),
        (["--campaign", "stay", "--by", "day", "--format", "pdf"], "There is no format “pdf”."),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "counts.csv"

    with pytest.raises(CommandError, match=message) as refused:
        run(*arguments, "--output", str(path))

    assert refused.value.returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "counts.csv"

    with pytest.raises(CommandError) as refused:
        run("--campaign", "stay", "--by", "day", "--output", str(path))

    assert str(refused.value) == f"Cannot write {path}: No such file or directory."


@pytest.mark.parametrize("format", ["xlsx", "ods"])
def test_a_workbook_is_not_printed_on_a_terminal(
    format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    with pytest.raises(CommandError, match="is not for a terminal"):
        run("--campaign", "stay", "--by", "day", "--format", format)


def test_the_exit_status_of_bad_input_is_one(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "export_counts", "--campaign", "stay", "--by", "moon"]
    environ = {"VAR_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}

    found = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.startswith("CommandError: Letters cannot be counted by “moon”.")
