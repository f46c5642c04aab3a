"""Many letters as one PDF. The only importer of pikepdf; knows no rows and no states."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pikepdf

# A page's place in its own letter's reading order: the bundle has no such order.
OF_THE_LETTER = ("/StructParents", "/Tabs")
_MODE = pikepdf.ObjectStreamMode.generate
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
        whole.save(file, deterministic_id=True, object_stream_mode=_MODE)
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


class Stretch(NamedTuple):
    """Some pages of a file from `first` (0) on, under a bookmark, a blank one behind if asked."""

    path: Path
    first: int
    pages: int
    mark: str = ""
    blank: bool = False


def pieces(sheets: Iterable[tuple[str, bytes]]) -> tuple[bytes, list[int]]:
    """Return letters in one PDF, to be taken apart into stretches, and the pages of each."""
    shared: dict[bytes, pikepdf.Object] = {}
    with pikepdf.new() as whole:
        places = [_add(whole, name, pdf, shared) for name, pdf in sheets]
        ends = [*places[1:], len(whole.pages)]
        file = BytesIO()
        whole.save(file, deterministic_id=True, object_stream_mode=_MODE)
        return file.getvalue(), [end - start for start, end in zip(places, ends, strict=True)]


def page_count(pdf: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return len(opened.pages)


def write_part(
    stretches: Iterable[Stretch], overlay: bytes, target: BinaryIO, *, title: str, language: str
) -> None:
    """Write stretches as one PDF, with one page of `overlay` over each that isn't blank."""
    shared: dict[bytes, pikepdf.Object] = {}
    with ExitStack() as opened, pikepdf.new() as whole:
        over = iter(opened.enter_context(pikepdf.open(BytesIO(overlay))).pages)
        files: dict[Path, pikepdf.Pdf] = {}
        marks: list[pikepdf.OutlineItem] = []
        for stretch in stretches:
            if stretch.path not in files:
                files[stretch.path] = opened.enter_context(pikepdf.open(stretch.path))
            if stretch.mark:
                marks.append(pikepdf.OutlineItem(stretch.mark, len(whole.pages)))
            _take(whole, files[stretch.path], stretch, over, shared)
        with whole.open_outline() as outline:
            outline.root.extend(marks)
        whole.Root.Lang = pikepdf.String(language)
        whole.docinfo["/Title"] = title
        whole.save(target, deterministic_id=True, object_stream_mode=_MODE)


def _take(
    whole: pikepdf.Pdf, source: pikepdf.Pdf, stretch: Stretch, over: Iterator[pikepdf.Page],
    shared: dict[bytes, pikepdf.Object],
) -> None:  # fmt: skip
    start = len(whole.pages)
    whole.pages.extend(source.pages[stretch.first : stretch.first + stretch.pages])
    for place in range(start, len(whole.pages)):
        page = whole.pages[place]
        for key in OF_THE_LETTER:
            if key in page.obj:
                del page.obj[key]
        _share_fonts(page.obj, shared)
        page.add_overlay(next(over), None)
    if stretch.blank:
        box = whole.pages[-1].mediabox
        size = float(box[2]) - float(box[0]), float(box[3]) - float(box[1])
        whole.add_blank_page(page_size=size)
