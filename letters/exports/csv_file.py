"""CSV: RFC 4180, UTF-8 with BOM (so that Excel reads it), a total in the last row.

The facts (campaign, time zone, range, states, time of the count) stand in columns of their own at
the right, the same in each row: a comment line or a second table in the file would break every
program that reads CSV. The header of a day, week or month names its time zone too.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import ClassVar

from letters.exports.base import Cell, Export
from letters.exports.cells import neutral
from letters.exports.formats import Format, lines_in_chunks

BOM = "\ufeff"


class CsvFile(Format):
    identifier: ClassVar[str] = "csv"
    label: ClassVar[str] = "CSV"
    content_type: ClassVar[str] = "text/csv; charset=utf-8"
    is_text: ClassVar[bool] = True

    def chunks(self, export: Export) -> Iterator[bytes]:
        return lines_in_chunks(_lines(export))


def _lines(export: Export) -> Iterator[str]:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in _rows(export):
        writer.writerow([_text(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _rows(export: Export) -> Iterator[list[Cell]]:
    facts = export.facts()
    labels = [column.label for column in export.columns()] + [fact.label for fact in facts]
    yield [BOM + labels[0], *labels[1:]]
    values = [fact.value for fact in facts]
    for row in export.rows():
        yield [*row, *values]
    yield [*export.total(), *values]


def _text(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    return neutral(cell) if isinstance(cell, str) else cell
