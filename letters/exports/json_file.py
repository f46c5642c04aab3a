"""JSON: one object with the facts, the rows by their keys, and the total."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from letters.exports.base import Cell, Export
from letters.exports.formats import Format, lines_in_chunks


class JsonFile(Format):
    identifier: ClassVar[str] = "json"
    label: ClassVar[str] = "JSON"
    content_type: ClassVar[str] = "application/json"
    is_text: ClassVar[bool] = True

    def chunks(self, export: Export) -> Iterator[bytes]:
        return lines_in_chunks(_lines(export))


def _lines(export: Export) -> Iterator[str]:
    yield "{\n"
    yield f'"export": {_written(export.identifier)},\n'
    for fact in export.facts():
        value = fact.value if fact.codes is None else fact.codes
        yield f"{_written(fact.key)}: {_written(value)},\n"
    yield '"rows": ['
    yield from _rows(export)
    yield f'\n],\n"total": {_written(export.totals())}\n}}\n'


def _rows(export: Export) -> Iterator[str]:
    keys = [column.key for column in export.columns()]
    start = "\n"
    for row in export.rows():
        yield start + _written(dict(zip(keys, map(_plain, row), strict=True)))
        start = ",\n"


def _plain(cell: Cell) -> str | int | None:
    return cell.isoformat() if isinstance(cell, date) else cell


def _written(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False)
