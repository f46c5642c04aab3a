"""The ruler: an address stands inside its envelope's window, whatever it is made of."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from letters.rendering import sheet
from letters.rendering.document import LetterDocument
from letters.rendering.pdf import PdfFailed, letter_pdf
from proofs.ruler import Box, difference, lines, picture
from proofs.samples import sample

# Left, top, right and bottom of each window in mm (ux.md §3.5; US no. 10 in inches: 0.5, 2.04,
# 3.5 × 0.875), and where folds and punch mark are.
WINDOWS = {
    "din_b": Box(20.0, 45.0, 105.0, 90.0),
    "din_a": Box(20.0, 27.0, 105.0, 72.0),
    "french": Box(110.0, 55.0, 195.0, 88.0),
    "us_10": Box(12.7, 51.8, 101.6, 74.1),
}
SHORT = ("Kim Sample", "Prime Minister of Testland", "Government House", "TESTLAND")
SIX = (*SHORT[:3], "1 Main Street", "10115 Testville", "TESTLAND")
EIGHT = (*SHORT[:3], "East Wing", "Second Floor", "1 Main Street", "10115 Testville", "TESTLAND")


def letter(window: str, address: tuple[str, ...], language: str = "en") -> LetterDocument:
    paper = "Letter" if window == "us_10" else "A4"
    return sample(language, window=window, paper=paper, addressee=address)


def ink(document: LetterDocument) -> Box:
    """Return the ink of the address: what the page lacks without it."""
    box = difference(letter_pdf(document), letter_pdf(replace(document, addressee=())))
    assert box is not None
    return box


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("address", [SHORT, SIX], ids=["four lines", "six lines"])
def test_the_address_is_in_the_window(window: str, address: tuple[str, ...]) -> None:
    document = letter(window, address)

    printed = [text for text, box in lines(letter_pdf(document)) if box.is_inside(WINDOWS[window])]

    assert printed == list(address)
    assert ink(document).is_inside(WINDOWS[window])


@pytest.mark.parametrize("window", ["din_b", "din_a", "french"])
def test_an_address_of_eight_lines_is_set_smaller_and_whole(window: str) -> None:
    document = letter(window, EIGHT)

    printed = [text for text, box in lines(letter_pdf(document)) if box.is_inside(WINDOWS[window])]

    assert printed == list(EIGHT)
    assert ink(document).is_inside(WINDOWS[window])


def test_an_address_that_the_window_cannot_show_is_refused_by_name() -> None:
    with pytest.raises(PdfFailed, match="takes 8 lines; its envelope's window shows 6") as caught:
        letter_pdf(letter("us_10", EIGHT))
    assert caught.value.permanent is True


def addresses() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    path = Path("campaign/data/offices.csv")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            lines = [line.strip() for line in row["address_lines"].split("|") if line.strip()]
            title = row["office_title_local"] or row["office_title_en"]
            yield row["office_id"], row["language"], (title, *lines, row["address_country_en"])


KNOWN = {key: (language, address) for key, language, address in addresses()}
LONGEST = [
    "ZA-foreign_minister", "CO-foreign_minister", "KH-foreign_minister", "TH-foreign_minister",
    "ZA-defence_minister",
]  # fmt: skip


@pytest.mark.parametrize("key", LONGEST)
@pytest.mark.parametrize("window", ["din_b", "french"])
def test_the_longest_addresses_we_know_are_in_the_window(key: str, window: str) -> None:
    _language, address = KNOWN[key]
    assert ink(sample("en", addressee=address, window=window)).is_inside(WINDOWS[window])


def test_every_known_office_has_a_window_that_shows_its_address() -> None:
    without = [
        key
        for key, (_language, address) in KNOWN.items()
        if sheet.window_problem(sample("en", addressee=address))
    ]
    assert without == []


@pytest.mark.parametrize(
    ("window", "text"), [("din_b", 103.5), ("din_a", 85.5), ("french", 103.5), ("us_10", 92.0)]
)
def test_the_text_begins_below_the_window(window: str, text: float) -> None:
    document = letter(window, SIX)
    [subject] = [box for line, box in lines(letter_pdf(document)) if line.startswith("Please stay")]

    assert text < subject.top < text + 2
    assert round(subject.left) == 25


@pytest.mark.parametrize(
    ("window", "places"),
    [
        ("din_b", [105, 148.5, 210]),
        ("din_a", [87, 148.5, 192]),
        ("french", [99, 148.5, 198]),
        ("us_10", [93.1, 186.3]),
    ],
)
def test_marks_say_where_to_fold_and_punch(window: str, places: list[float]) -> None:
    document = letter(window, SIX)
    marked = picture(letter_pdf(replace(document, marks=True)), dpi=300)
    margin: Any = marked.crop((0, 0, round(18 / 25.4 * 300), marked.height)).convert("L")

    dark = [
        y
        for y in range(margin.height)
        if margin.crop((0, y, margin.width, y + 1)).getextrema()[0] < 200
    ]

    drawn = [y / 300 * 25.4 for y in dark if y - 1 not in dark]
    assert drawn == pytest.approx(places, abs=0.2)


@pytest.mark.parametrize("language", ["ar", "he", "th", "zh-Hans"])
@pytest.mark.parametrize("window", ["din_b", "french"])
def test_an_address_in_any_script_is_in_the_window(language: str, window: str) -> None:
    assert ink(sample(language, window=window)).is_inside(WINDOWS[window])


def test_the_window_is_the_papers_unless_the_office_has_its_own() -> None:
    papers = [sheet.window_of(sample("en", paper=paper)) for paper in ("A4", "Letter")]
    assert papers == ["din_b", "us_10"]
    assert sheet.window_of(sample("en", paper="Letter", window="french")) == "french"
