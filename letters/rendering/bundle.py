"""Many letters as one PDF. The only importer of pikepdf; knows no rows and no states."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from io import BytesIO

import pikepdf

# A page's place in its own letter's reading order: the bundle has no such order.
OF_THE_LETTER = ("/StructParents", "/Tabs")
FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


class BrokenSheet(Exception):
    """A letter's PDF cannot be read; `name` is the letter's."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def bundle(sheets: Iterable[tuple[str, bytes]], *, title: str, language: str) -> bytes:
    """Return letters (name and PDF) in one PDF, each under a bookmark with its name.

    The same letters give the same bytes. Font files that letters share are kept once.
    Raises BrokenSheet.
    """
    shared: dict[bytes, pikepdf.Object] = {}
    with pikepdf.new() as whole:
        places = [(name, _add(whole, name, pdf, shared)) for name, pdf in sheets]
        with whole.open_outline() as outline:
            outline.root.extend(pikepdf.OutlineItem(name, place) for name, place in places)
        whole.Root.Lang = pikepdf.String(language)
        whole.docinfo["/Title"] = title
        file = BytesIO()
        modes = pikepdf.ObjectStreamMode
        whole.save(file, deterministic_id=True, object_stream_mode=modes.generate)
        return file.getvalue()


def _add(whole: pikepdf.Pdf, name: str, pdf: bytes, shared: dict[bytes, pikepdf.Object]) -> int:
    """Append a letter's pages. Returns the place of its first."""
    first = len(whole.pages)
    try:
        whole.pages.extend(pikepdf.open(BytesIO(pdf)).pages)
    except pikepdf.PdfError as error:
        raise BrokenSheet(name) from error
    for place in range(first, len(whole.pages)):
        page = whole.pages[place].obj
        for key in OF_THE_LETTER:
            if key in page:
                del page[key]
        _share_fonts(page, shared)
    return first


def _share_fonts(page: pikepdf.Object, shared: dict[bytes, pikepdf.Object]) -> None:
    nothing = pikepdf.Dictionary()
    fonts = page.get("/Resources", nothing).get("/Font", nothing)
    for _name, font in fonts.items():
        _share(font, "/ToUnicode", shared)
        for descendant in font.get("/DescendantFonts", pikepdf.Array()):
            for key in FONT_FILES:
                _share(descendant.get("/FontDescriptor", nothing), key, shared)


def _share(holder: pikepdf.Object, key: str, shared: dict[bytes, pikepdf.Object]) -> None:
    """Put the same stream of an earlier letter in place of this one's."""
    if key in holder:
        fingerprint = hashlib.sha256(holder[key].read_raw_bytes()).digest()
        holder[key] = shared.setdefault(fingerprint, holder[key])
