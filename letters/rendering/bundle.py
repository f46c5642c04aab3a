"""Many letters as one PDF. The only importer of pypdf; knows no rows and no states."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import NameObject, TextStringObject

# A page's place in its own letter's reading order: the bundle has no such order.
_OF_THE_LETTER = ("/StructParents", "/Tabs")


class BrokenSheet(Exception):
    """A letter's PDF cannot be read; `name` is the letter's."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def bundle(sheets: Iterable[tuple[str, bytes]], *, title: str, language: str) -> bytes:
    """Return letters (name and PDF) in one PDF, each under a bookmark with its name.

    The same letters give the same bytes. What they share, such as fonts, is kept once.
    Raises BrokenSheet.
    """
    writer = PdfWriter()
    for name, pdf in sheets:
        first = len(writer.pages)
        _add(writer, name, pdf)
        writer.add_outline_item(title=name, page_number=first)
    writer.compress_identical_objects()
    writer.metadata = {"/Title": title}
    writer.root_object[NameObject("/Lang")] = TextStringObject(language)
    whole = BytesIO()
    writer.write(whole)
    return whole.getvalue()


def _add(writer: PdfWriter, name: str, pdf: bytes) -> None:
    try:
        for page in PdfReader(BytesIO(pdf)).pages:
            for key in _OF_THE_LETTER:
                page.pop(key, None)
            writer.add_page(page)
    except (PyPdfError, ValueError, KeyError, TypeError) as error:
        raise BrokenSheet(name) from error
