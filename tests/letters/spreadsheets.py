"""Read exported files back, each by a reader that shares no code with its writer."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

Rows = list[list[Any]]


def read_csv(content: bytes) -> Rows:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def read_json(content: bytes) -> Any:
    return json.loads(content)


def read_xlsx(content: bytes) -> dict[str, Rows]:
    """Return the rows of each sheet by its name. A cell of any type but s and n is an error."""
    with ZipFile(BytesIO(content)) as package:
        workbook = ElementTree.fromstring(package.read("xl/workbook.xml"))
        names = [sheet.get("name", "") for sheet in workbook.iter(f"{MAIN}sheet")]
        return {
            name: _xlsx_rows(package.read(f"xl/worksheets/sheet{place}.xml"))
            for place, name in enumerate(names, start=1)
        }


def _xlsx_rows(xml: bytes) -> Rows:
    tree = ElementTree.fromstring(xml)
    assert not list(tree.iter(f"{MAIN}f")), "a formula"
    assert not list(tree.iter(f"{MAIN}hyperlink")), "a link"
    rows = []
    for row in tree.iter(f"{MAIN}row"):
        cells: list[Any] = []
        for cell in row.iter(f"{MAIN}c"):
            place = _column(cell.get("r", ""))
            cells += [None] * (place - len(cells))
            cells.append(_xlsx_value(cell))
        rows.append(cells)
    return rows


def _column(reference: str) -> int:
    letters = [ord(char) - ord("A") + 1 for char in reference if char.isalpha()]
    place = 0
    for letter in letters:
        place = 26 * place + letter
    return place - 1


def _xlsx_value(cell: ElementTree.Element) -> Any:
    kind = cell.get("t", "n")
    assert kind in {"inlineStr", "n"}, kind
    if kind == "n":
        value = cell.find(f"{MAIN}v")
        return None if value is None else float(value.text or 0)
    return "".join(text.text or "" for text in cell.iter(f"{MAIN}t"))


def read_ods(content: bytes) -> dict[str, Rows]:
    """Return the rows of each sheet by its name."""
    with ZipFile(BytesIO(content)) as package:
        first = package.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", 0)
        tree = ElementTree.fromstring(package.read("content.xml"))
    assert f"{TABLE}formula" not in {name for node in tree.iter() for name in node.attrib}
    return {
        table.get(f"{TABLE}name", ""): [
            [_ods_value(cell) for cell in row.iter(f"{TABLE}table-cell")]
            for row in table.iter(f"{TABLE}table-row")
        ]
        for table in tree.iter(f"{TABLE}table")
    }


def _ods_value(cell: ElementTree.Element) -> Any:
    kind = cell.get(f"{OFFICE}value-type")
    if kind == "float":
        return float(cell.get(f"{OFFICE}value", ""))
    if kind == "date":
        return cell.get(f"{OFFICE}date-value")
    if kind is None:
        return None
    assert kind == "string", kind
    return "\n".join(_paragraph(paragraph) for paragraph in cell.iter(f"{TEXT}p"))


def _paragraph(node: ElementTree.Element) -> str:
    written = node.text or ""
    for child in node:
        if child.tag == f"{TEXT}s":
            written += " " * int(child.get(f"{TEXT}c", "1"))
        elif child.tag == f"{TEXT}tab":
            written += "\t"
        written += child.tail or ""
    return written
