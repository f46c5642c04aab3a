from __future__ import annotations

from pathlib import Path

import pytest

from campaign.imports.table import BadFile, Row, read_table

COLUMNS = ("code", "name")


def table(tmp_path: Path, data: bytes | str) -> list[Row]:
    path = tmp_path / "file.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_table(path, COLUMNS, ["hint"])


def test_rows_know_their_line(tmp_path: Path) -> None:
    rows = table(tmp_path, 'code,name\nA,"one\ntwo"\n\nB,three\n')

    assert [(row.line, row.cells["code"]) for row in rows] == [(2, "A"), (5, "B")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_is_read(tmp_path: Path, end: str) -> None:
    rows = table(tmp_path, end.join(["code,name", "A,one", "B,two"]))

    assert [(row.line, row.cells["name"]) for row in rows] == [(2, "one"), (3, "two")]


def test_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    rows = table(tmp_path, b"\xef\xbb\xbfcode,name\nA,one\n")

    assert rows[0].cells == {"code": "A", "name": "one"}


def test_columns_may_stand_in_any_order_and_optional_ones_be_there(tmp_path: Path) -> None:
    rows = table(tmp_path, "hint,name,code\nx,one,A\n")

    assert rows[0].cells == {"code": "A", "name": "one", "hint": "x"}


def test_cells_are_trimmed_and_composed(tmp_path: Path) -> None:
    rows = table(tmp_path, "code,name\n A ,  A\u030aland\t\n")

    assert rows[0].cells == {"code": "A", "name": "Åland"}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\n \n", "The file is empty."),
        (b",\n,\n", "The file is empty."),
        (b"code,name\n", "The file has a header but no rows."),
        (b"code,name\nA,one\nB,\xe4\n", "Line 3 is not UTF-8. Save the file as UTF-8."),
        ("code,name\n".encode("utf-16"), "Line 1 is not UTF-8. Save the file as UTF-8."),
        (
            b"code;name\nA;one\n",
            "The cells are separated by semicolons. Save the file with commas.",
        ),
        (b"iso2,day\nEE,1\n", "This looks like another file; missing columns: code, name."),
        (b"code\nA\n", "Column “name” is missing. The columns are: code, name, hint."),
        (
            b"code,name,nmae\nA,one,x\n",
            "Column “nmae” is unknown. The columns are: code, name, hint.",
        ),
        (
            b"code,name,name\nA,one,x\n",
            "Column “name” stands there twice. The columns are: code, name, hint.",
        ),
        (b'code,name\nA,"one\n', "Line 2 is not CSV: unexpected end of data."),
        (b'code,name\nA,one\nB,"t"wo\n', "Line 3 is not CSV: ',' expected after '\"'."),
    ],
)
def test_bad_file_is_refused_in_a_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(BadFile) as error:
        table(tmp_path, data)

    assert str(error.value) == sentence


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"none\.csv cannot be read: No such file or directory\.$"):
        read_table(tmp_path / "none.csv", COLUMNS)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("A", "the row has 1 cells, the header 2"),
        ("A,one,more", "the row has 3 cells, the header 2"),
        ("A,o\x07ne", "name: control character U+0007"),
        ("A,o\x00ne", "name: control character U+0000"),
        ('A,"o\nne"', "name: control character U+000A"),
        ("A,o\u202ene", "name: control character U+202E"),
        ("A,o\u2066ne", "name: control character U+2066"),
        ("A,o\ufeffne", "name: control character U+FEFF"),
    ],
)
def test_bad_row_says_what_is_wrong(tmp_path: Path, line: str, problem: str) -> None:
    rows = table(tmp_path, f"code,name\n{line}\nB,two\n")

    assert [row.problems for row in rows] == [(problem,), ()]


@pytest.mark.parametrize("name", ["ក\u200bខ", "نامه\u200cها", "א\u200fב"])
def test_marks_that_scripts_need_are_kept(tmp_path: Path, name: str) -> None:
    rows = table(tmp_path, f"code,name\nA,{name}\n")

    assert (rows[0].cells["name"], rows[0].problems) == (name, ())
