"""manage.py export_counts: writes the file, or says why not and exits 1."""

from __future__ import annotations

import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, execute_from_command_line

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


def run(*arguments: str, told: StringIO | None = None) -> str:
    out = StringIO()
    call_command("export_counts", *arguments, stdout=out, stderr=told or StringIO())
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


def test_without_groups_there_is_the_total_alone() -> None:
    rows = read_csv(run("--campaign", "stay").encode())

    assert [row[:3] for row in rows] == [["letters", "signatories", "with own words"], [*"330"]]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["--states", "all"], "4 letters of 4 signatories."), ([], "3 letters of 3 signatories.")],
)
def test_what_was_written_is_told(arguments: list[str], told: str, tmp_path: Path) -> None:
    said = StringIO()

    run("--campaign", "stay", "--output", f"{tmp_path}/c.csv", *arguments, told=said)

    assert said.getvalue() == f"{tmp_path}/c.csv: {told}\n"


def test_one_letter_is_told_in_the_singular(tmp_path: Path) -> None:
    LetterFactory(submission__campaign__slug="go", state=LetterState.SENT)
    said = StringIO()

    run("--campaign", "go", "--output", f"{tmp_path}/c.csv", told=said)

    assert said.getvalue() == f"{tmp_path}/c.csv: 1 letter of 1 signatory.\n"


def test_format_follows_the_ending_of_the_file(tmp_path: Path) -> None:
    run("--campaign", "stay", "--output", f"{tmp_path}/counts.JSON")

    assert read_json((tmp_path / "counts.JSON").read_bytes())["total"]["letters"] == 3


def test_all_that_is_wrong_is_told_at_once_the_campaign_first() -> None:
    with pytest.raises(CommandError) as refused:
        run("--by", "moon", "--campaign", "go", "--format", "pdf")

    assert [line.partition(".")[0] for line in str(refused.value).splitlines()] == [
        "There is no campaign “go”",
        "Letters cannot be counted by “moon”",
        "There is no format “pdf”",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--campaign", "go", "--by", "day"], "There is no campaign “go”. There are: stay."),
        (["--by", "day"], "Name a campaign: stay."),
        (["--campaign", "stay", "--by", "moon"], "cannot be counted by “moon”"),
        (["--campaign", "stay", "--by", "day", "--from", "yesterday"], "“yesterday” is no day"),
        (["--campaign", "stay", "--by", "day", "--to", "2026-02-30"], "“2026-02-30” is no day"),
        (
            ["--campaign", "stay", "--by", "day", "--from", "2026-02-02", "--to", "2026-02-01"],
            "is after the last",
        ),
        (["--campaign", "stay", "--by", "day", "--states", "gone"], "“gone” is no state"),
        (["--campaign", "stay", "--by", "day", "--format", "pdf"], "There is no format “pdf”."),
        (["--campaign", "stay", "--format", "xlsx"], r"ends in .csv, but --format is xlsx"),
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


def test_the_exit_status_of_bad_input_is_one(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", "export_counts", "--campaign=stay", "--by=moon"])

    out, told = capfd.readouterr()
    assert (ended.value.code, out) == (1, "")
    assert told.startswith("CommandError: Letters cannot be counted by “moon”.")
