"""Tables of any length: what stands on which page, in which script, as wide as the typesetter says."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from letters.rendering.pdf import PdfFailed
from letters.rendering.run import lines
from letters.rendering.run.table import Table, Written, write

NAMES = {
    "Latin": "Nguyễn Thị Đặng", "Cyrillic": "Пётр Жуков", "Greek": "Γιώργος Παπάς",
    "Arabic": "محمد سارة", "Chinese": "王伟", "Japanese": "さくら 山田", "Korean": "김민준",
    "Georgian": "ნინო", "Armenian": "Հայկ", "Ethiopic": "አበበ", "emoji": "Ana 🙂",
}  # fmt: skip


def table(**changes: object) -> Table:
    shape = {
        "language": "en", "paper": "A4", "right_to_left": False, "title": "Signatories",
        "head": ("Name", "Town"), "columns": (0.5, 0.5), "often": (False, True), **changes,
    }  # fmt: skip
    return Table(**shape)  # type: ignore[arg-type]


def written(rows: list[tuple[str, str]], pages: int = 99, **changes: object) -> Written:
    return write(table(**changes), rows, pages=pages, tick=lambda done: None)


def texts(made: Written) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(made.pdf)).pages]


@pytest.mark.parametrize("script", NAMES)
def test_a_name_reads_as_it_was_written(script: str) -> None:
    (page,) = texts(written([(NAMES[script], "Tartu")]))

    assert NAMES[script] in page


@pytest.mark.parametrize("name", ["สมชาย ใจดี", "नरेन्द्र शर्मा", "မောင်မောင်", "מֹשֶׁה", "மணி"])
def test_names_with_raised_and_joined_glyphs_are_set(name: str) -> None:
    made = written([(name, "Tartu")])

    fonts = PdfReader(BytesIO(made.pdf)).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    assert (made.rows, len(fonts)) == (1, 3)  # that of the head, of the town, of the name


def test_every_page_has_the_head_and_every_row_is_there_once() -> None:
    rows = [(f"Name{n:04}", "Tartu") for n in range(300)]

    pages = texts(written(rows))

    assert ["Signatories" in page and "Town" in page for page in pages] == [True] * len(pages)
    assert [word for page in pages for word in page.split() if word.startswith("Name0")] == [
        name for name, _town in rows
    ]


def test_a_piece_ends_with_its_last_page_and_says_how_many_rows_it_has() -> None:
    rows = [(f"Name{n:04}", "Tartu") for n in range(300)]

    first = written(rows, pages=2)
    rest = written(rows[first.rows :])

    whole = written(rows)
    assert (first.pages, first.rows + rest.rows) == (2, 300)
    assert texts(first) + texts(rest) == texts(whole)


def test_a_long_name_breaks_within_its_column() -> None:
    made = written([("Wolfeschlegel " * 12, "Tartu"), ("x" * 200, "Riga")])

    (page,) = texts(made)
    assert page.count("Wolfeschlegel") == 12
    assert page.replace("\n", "").count("x") == 200


def test_a_table_from_right_to_left_is_mirrored() -> None:
    cell = lines.Typist("ar").once("Tartu")

    made = written([("Tartu", "Riga")], language="ar", right_to_left=True)

    places: list[float] = []
    PdfReader(BytesIO(made.pdf)).pages[0].extract_text(
        visitor_text=lambda text, _cm, matrix, *_: places.append(matrix[4])
        if "Tartu" in text else None
    )  # fmt: skip
    right = (210 - 20) / 25.4 * 96
    assert places == [pytest.approx(right - cell.set.width, abs=0.1)]


def test_a_character_that_no_font_has_is_refused() -> None:
    with pytest.raises(PdfFailed, match="No installed font has"):
        written([("Odd \u0378", "Tartu")])


def test_the_line_over_a_page_says_what_it_was_given() -> None:
    made = lines.overlay(["Page 1 of 2", "Page 2 of 2"], language="en", size=(793.7, 1122.5))

    assert [page.extract_text() for page in PdfReader(BytesIO(made)).pages] == [
        "Page 1 of 2", "Page 2 of 2",
    ]  # fmt: skip
