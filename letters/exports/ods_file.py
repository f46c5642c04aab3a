"""ODS: the sheets of the XLSX file. Text is text: a cell never holds a formula.

odswriter gives the frame of the document. The rows are written here, one by one: odswriter keeps
them all as DOM nodes, 24 KB each.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date
from typing import ClassVar
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from django.utils.translation import gettext as _
from odswriter import ods_components

from letters.exports.base import Cell, Export
from letters.exports.cells import xml_text
from letters.exports.formats import Format, file_in_chunks, lines_in_chunks

_HEAD, _FOOT = re.split(r"(?=</office:spreadsheet>)", ods_components.content_xml)
# OpenDocument folds white space like HTML; these stand for what must stay.
_SPACE = re.compile(r"\A +| +\Z|(?<= ) +|\t")


class OdsFile(Format):
    identifier: ClassVar[str] = "ods"
    label: ClassVar[str] = "OpenDocument (ODS)"
    content_type: ClassVar[str] = ods_components.mimetype
    is_text: ClassVar[bool] = False

    def chunks(self, export: Export) -> Iterator[bytes]:
        with tempfile.TemporaryFile() as file:
            with ZipFile(file, "w", ZIP_DEFLATED) as package:
                # The type must come first and uncompressed (ODF 1.2 part 3, 3.3).
                package.writestr("mimetype", ods_components.mimetype, ZIP_STORED)
                package.writestr("META-INF/manifest.xml", ods_components.manifest_xml)
                package.writestr("styles.xml", ods_components.styles_xml)
                with package.open("content.xml", "w") as content:
                    content.writelines(lines_in_chunks(_content(export)))
            yield from file_in_chunks(file)


def _content(export: Export) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield _HEAD
    yield from _sheet(_("Counts"), _table(export))
    yield from _sheet(_("About"), ([fact.label, fact.value] for fact in export.facts()))
    yield _FOOT


def _table(export: Export) -> Iterator[Iterable[Cell]]:
    yield [column.label for column in export.columns()]
    yield from export.rows()
    yield export.total()


def _sheet(name: str, rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    yield f'<table:table table:name={quoteattr(name)} table:style-name="ta1">'
    for row in rows:
        cells = "".join(map(_cell, row))
        yield f"<table:table-row>{cells}</table:table-row>"
    yield "</table:table>"


def _cell(cell: Cell) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, date):
        kind = f'"date" office:date-value="{cell}" table:style-name="cDateISO"'
    elif isinstance(cell, int):
        kind = f'"float" office:value="{cell}"'
    else:
        kind = '"string"'
    return f"<table:table-cell office:value-type={kind}>{_paragraphs(cell)}</table:table-cell>"


def _paragraphs(cell: Cell) -> str:
    lines = xml_text(str(cell)).split("\n")
    return "".join(f"<text:p>{_SPACE.sub(_space, escape(line))}</text:p>" for line in lines)


def _space(found: re.Match[str]) -> str:
    if found[0] == "\t":
        return "<text:tab/>"
    return f'<text:s text:c="{len(found[0])}"/>'
