"""XLSX: a sheet of counts and a sheet about them. Text is text: no formula, no link (A16)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

import xlsxwriter
from django.utils.translation import gettext as _

from letters.exports.base import Cell, Export
from letters.exports.cells import shortened, xml_text
from letters.exports.formats import Format, file_in_chunks

LONGEST = 32_767
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class XlsxFile(Format):
    identifier: ClassVar[str] = "xlsx"
    label: ClassVar[str] = "Excel (XLSX)"
    content_type: ClassVar[str] = (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    is_text: ClassVar[bool] = False

    def chunks(self, export: Export) -> Iterator[bytes]:
        with tempfile.TemporaryFile() as file:
            with xlsxwriter.Workbook(file, OPTIONS) as book:
                _write(_Styles(book), book, export)
            yield from file_in_chunks(file)


class _Styles:
    def __init__(self, book: Any) -> None:
        self.bold = book.add_format({"bold": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})


def _write(styles: _Styles, book: Any, export: Export) -> None:
    table = book.add_worksheet(str(_("Counts")))
    for index, column in enumerate(export.columns()):
        table.set_column(index, index, column.width)
    table.freeze_panes(1, 0)
    _write_row(table, styles, 0, [column.label for column in export.columns()], styles.bold)
    place = 0
    for place, row in enumerate(export.rows(), start=1):
        _write_row(table, styles, place, row)
    _write_row(table, styles, place + 1, export.total(), styles.bold)
    about = book.add_worksheet(str(_("About")))
    about.set_column(0, 0, 16)
    about.set_column(1, 1, 60)
    for place, fact in enumerate(export.facts()):
        _write_row(about, styles, place, [fact.label, fact.value])


def _write_row(sheet: Any, styles: _Styles, place: int, row: Any, style: Any = None) -> None:
    for column, cell in enumerate(row):
        _write_cell(sheet, styles, (place, column), cell, style)


def _write_cell(
    sheet: Any, styles: _Styles, place: tuple[int, int], cell: Cell, style: Any
) -> None:
    if cell is None:
        return
    if isinstance(cell, date):
        sheet.write_datetime(*place, cell, styles.day)
    elif isinstance(cell, int):
        sheet.write_number(*place, cell, style)
    else:
        sheet.write_string(*place, shortened(xml_text(cell), LONGEST), style)
