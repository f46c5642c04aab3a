"""Pages of single lines, written straight to PDF: lists of any length, lines to lay over pages.

A table of 100,000 rows takes WeasyPrint a quarter of an hour. Here each text is shaped once, by
the same Pango, in the same fonts, and put where it belongs. Pages are for print: without tags.
Lengths are CSS pixels, y counts downwards from the paper's top.
"""

from __future__ import annotations

import html
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pydyf
from weasyprint.draw.text import draw_first_line
from weasyprint.formatting_structure import boxes
from weasyprint.matrix import Matrix as Place
from weasyprint.text.ffi import FROM_UNITS, pango
from weasyprint.text.line_break import Layout, line_size

from campaign.templatetags.letter_tags import script_language, text_direction
from letters.rendering import glyphs, reading
from letters.rendering.pdf import PdfFailed
from letters.rendering.run import paper
from letters.rendering.run.engine import _boxes
from letters.rendering.run.fonts import FontSet
from letters.rendering.run.painting import END, Begin, Matrix, Notes
from letters.rendering.run.pieces import NotComposable
from letters.rendering.run.typeset import Set, Setter

_KEPT = 5_000
_POINTS = 0.75


class Cell(NamedTuple):
    """A text on one line, ready to be put anywhere."""

    set: Set
    opening: bytes
    tail: bytes


class Typist:
    """Sets lines of one style (a class of `.names` in pdf.css) in the language of a document.

    `kept` holds what was set, for texts that come again; a name comes but once.
    """

    def __init__(self, language: str, style: str = "") -> None:
        self.language, self.style = language, style
        self.setters: dict[tuple[str, str], Setter] = {}
        self.kept: dict[str, Cell] = {}

    def again(self, text: str) -> Cell:
        """Return a line that is likely to come again."""
        found = self.kept.get(text)
        if found is None:
            found = self.once(text)
            if len(self.kept) >= _KEPT:
                self.kept.clear()
            self.kept[text] = found
        return found

    def once(self, text: str) -> Cell:
        """Return a text on one line. Raises PdfFailed if no font has one of its characters."""
        setter = self._setter(text)
        made = setter.line(text)
        if made is None:
            made = _drawn(text, setter.style)
        told = reading.needs_actual_text(text)
        opening = b"/Span <</ActualText %b>> BDC\n" % pydyf.String(text).data if told else b""
        return Cell(made, opening, made.tail if told else made.tail.removesuffix(b"\n" + END))

    def wrapped(self, text: str, width: float, *, often: bool = False) -> list[Cell]:
        """Return a text in lines of at most `width`, broken at spaces, else anywhere."""
        whole = self.again(text) if often else self.once(text)
        if whole.set.width <= width:
            return [whole]
        return [self.once(line) for line in self._broken(text, width)]

    def _broken(self, text: str, width: float) -> Iterator[str]:
        line = ""
        for word in text.split(" "):
            longer = f"{line} {word}" if line else word
            if self._width(longer) <= width:
                line = longer
                continue
            if line:
                yield line
            *full, line = self._cut(word, width)
            yield from full
        yield line

    def _cut(self, word: str, width: float) -> list[str]:
        """Return a word in pieces that fit; most words are one."""
        pieces = [""]
        for char in word:
            if (
                pieces[-1]
                and not _belongs_to_the_last(char)
                and self._width(pieces[-1] + char) > width
            ):
                pieces.append("")
            pieces[-1] += char
        return pieces

    def _width(self, text: str) -> float:
        return self.once(text).set.width

    def _setter(self, text: str) -> Setter:
        key = _language_of(text, self.language), text_direction(text)
        if key not in self.setters:
            self.setters[key] = Setter(_style(self.language, *key, self.style))
        return self.setters[key]


def _belongs_to_the_last(char: str) -> bool:
    return unicodedata.category(char)[0] == "M" or char == "\u200d"


def _language_of(text: str, language: str) -> str:
    """Return `ja` or `ko` for what is written in their scripts, else the document's language."""
    if text.isascii():
        return language
    found = str(script_language(text))
    return found.split('"')[1] if found else language


def _style(document: str, language: str, direction: str, style: str) -> Any:
    """Return the style that WeasyPrint computes for such a line."""
    markup = (
        f'<html lang="{html.escape(document)}"><body><article class="names">'
        f'<p class="{style}" lang="{html.escape(language)}" dir="{direction}">x</p></article></body></html>'
    )
    _document, _context, root = _boxes(markup)
    return next(box.style for box in root.descendants() if isinstance(box, boxes.TextBox))


@dataclass(eq=False)
class _Drawn:
    """What WeasyPrint's drawing asks of a box of text."""

    text: str
    style: Any
    pango_layout: Any


def _drawn(text: str, style: Any) -> Set:
    """Set a text as WeasyPrint draws it: with raised glyphs, as in Thai and vowelled Arabic."""
    layout = Layout(style)
    pango.pango_layout_set_single_paragraph_mode(layout.layout, True)
    layout.set_text(text)
    line, _more = layout.get_first_line()
    width, height = line_size(line, style)
    baseline = pango.pango_layout_get_baseline(layout.layout) * FROM_UNITS
    box = _Drawn(text, style, layout)
    notes = Notes((0, 0, 1, 1), flowing=False)
    try:
        with notes.marked(box, "Span"):
            notes.begin_text()
            pictures = draw_first_line(notes, box, "clip", "none", Place(d=-1))
            notes.end_text()
    except NotComposable:
        pictures = [text]
    if pictures:
        raise PdfFailed(glyphs.refusal(glyphs.unprintable(text) or text), permanent=True)
    return Set(text, width, height, baseline, _tail(notes.stream), notes.fonts[box], 0.0)


def _tail(stream: list[Any]) -> bytes:
    """Return the operators from the text matrix's `Tm` on; nothing if there is nothing to show."""
    start = next((n for n, part in enumerate(stream) if isinstance(part, Matrix)), None)
    if start is None:
        return b""
    parts = [part for part in stream[start + 1 :] if not isinstance(part, Begin)]
    return b"\n".join((b" Tm", *map(pydyf._to_bytes, parts)))


class Page:
    """One page in the making. `size` is width and height."""

    def __init__(self, size: tuple[float, float]) -> None:
        self.size = size
        self.out: list[bytes] = [
            b"q .75 0 0 -.75 0 %b cm" % _number(size[1] * _POINTS), b"0 g .2 w .8 G",
        ]  # fmt: skip
        self.used: list[Set] = []

    def text(self, cell: Cell, x: float, baseline: float) -> None:
        if cell.tail:
            place = b"BT\n1 0 0 -1 %b %b" % (_number(x), _number(baseline))
            self.out.append(cell.opening + place + cell.tail)
            self.used.append(cell.set)

    def rule(self, x: float, y: float, width: float) -> None:
        """Draw a hairline."""
        self.out.append(
            b"%b %b m %b %b l S" % (_number(x), _number(y), _number(x + width), _number(y))
        )


class Book:
    """A PDF of such pages: plain, made to be joined with others (letters/rendering/bundle.py)."""

    def __init__(self) -> None:
        self.writer = paper.Writer()
        self.fonts = FontSet()
        self.sheets: list[int] = []
        self.known: dict[int, Set] = {}  # the texts themselves: a number of one gone may come again
        for _ in range(4):
            self.writer.number()

    def add(self, page: Page) -> None:
        for one in page.used:
            self._fonts_of(one)
        contents, number = self.writer.number(), self.writer.number()
        self.writer.packed(contents, zlib.compress(b"\n".join([*page.out, b"Q"]), 6), b"")
        width, height = (_number(length * _POINTS) for length in page.size)
        self.writer.dictionaries[number] = (
            b"<</Type /Page/Parent %d 0 R/MediaBox [0 0 %b %b]/Contents %d 0 R/Resources %d 0 R>>"
            % (paper.PAGES, width, height, contents, paper.RESOURCES)
        )
        self.sheets.append(number)

    def _fonts_of(self, one: Set) -> None:
        if id(one) in self.known:
            return
        self.fonts.add(one.fonts)
        if len(self.known) < _KEPT:
            self.known[id(one)] = one

    def file(self) -> bytes:
        writer, sheets = self.writer, self.sheets
        font = paper.write_fonts(writer, self.fonts)
        info = writer.number()
        writer.dictionaries |= {
            paper.PAGES: b"<</Type /Pages/Kids [%b]/Count %d>>"
            % (paper.joined(sheets), len(sheets)),
            paper.CATALOG: b"<</Type /Catalog/Pages %d 0 R>>" % paper.PAGES,
            paper.COLOURS: paper.colour_spaces(),
            paper.RESOURCES: b"<</Font %d 0 R>>" % font,
            info: b"<<>>",
        }
        return writer.file(info)


def overlay(lines: Iterable[str], *, language: str, size: tuple[float, float]) -> bytes:
    """Return pages with nothing but a small line each, at the top, on the right."""
    typist, book = Typist(language, "stamp"), Book()
    for line in lines:
        page, cell = Page(size), typist.once(line)
        page.text(cell, size[0] - 75.6 - cell.set.width, 24.6)  # 20 mm and 6.5 mm
        book.add(page)
    return book.file()


def _number(value: float) -> bytes:
    return (b"%.2f" % value).rstrip(b"0").rstrip(b".")
