"""Set single lines and plain paragraphs by WeasyPrint's own Pango layouts, without its boxes.

WeasyPrint lays out each line four or five times over and reads its glyphs one by one. Here a text
is laid out once and its glyphs are read in one go; the operators come out the same. Whatever is
not certain to (raised glyphs, missing ones, words that may or may not fit) is left to WeasyPrint.
"""

from __future__ import annotations

import re
from array import array
from collections import OrderedDict
from itertools import pairwise
from typing import Any, NamedTuple

import pydyf
from weasyprint.text.ffi import FROM_UNITS, TO_UNITS, ffi, pango
from weasyprint.text.fonts import get_pango_font_key
from weasyprint.text.line_break import Layout, line_size

from letters.rendering.run.painting import END, original_font
from letters.rendering.run.pieces import FontUse

_EMPTY = pango.PANGO_GLYPH_EMPTY
_UNKNOWN = pango.PANGO_GLYPH_UNKNOWN_FLAG
_ITEM = 5  # 32-bit numbers in a PangoGlyphInfo: glyph, width, x offset, y offset, flags
# Letters and signs of scripts whose lines break at spaces and hyphens only, one font each.
_PLAIN = re.compile(
    "[A-Za-z0-9 .,;:!?'\"()%/&+=@#*_\u2013\u2014\u2018-\u201e\u2026\u00a1-\u00a3\u00a5-\u00ac"
    "\u00ae-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1eff\u20ac-]+\\Z"
)
_DIVIDED = re.compile("[^\\w.,;:!?'\u2019\u2026]")
_SURE, _CLOSE = 1.0, 0.01  # CSS pixels by which a word must miss a line: by sum, when tried


class Set(NamedTuple):
    """A text on one line. Lengths in CSS pixels; `tail` are the operators from `Tm` on."""

    text: str
    width: float
    height: float
    baseline: float
    tail: bytes
    fonts: tuple[FontUse, ...]
    first_word: float


class _Face:
    """A font at one size: how each of its glyphs is written."""

    def __init__(self, pango_font: Any, key: int, description: Any, size: float) -> None:
        self.font = original_font(key, size, pango_font, description)
        self.size = size
        self.select = b"/%b %b Tf" % (self.font.hash.encode(), pydyf._to_bytes(size))
        self.widths: dict[int, int] = {}
        self.written = _Written(self)

    def use(self, key: int, known: dict[int, str]) -> FontUse:
        widths = dict(zip(known, map(self.widths.__getitem__, known), strict=True))
        return FontUse(key, self.font, known, widths)

    def width(self, glyph: int, pango_font: Any) -> int:
        """Return a glyph's own width in thousandths of the size."""
        if glyph not in self.widths:
            ink, logical = ffi.new("PangoRectangle *"), ffi.new("PangoRectangle *")
            pango.pango_font_get_glyph_extents(pango_font, glyph, ink, logical)
            self.widths[glyph] = round(logical.width * 1000 * FROM_UNITS / self.size)
        return self.widths[glyph]


class _Written(dict[tuple[int, int, int], str]):
    """How a glyph of some width and shift is written: it, and the space it leaves open."""

    pango_font: Any = None  # of the run at hand: Pango's objects do not outlive it

    def __init__(self, face: _Face) -> None:
        super().__init__()
        self.face = face

    def __missing__(self, place: tuple[int, int, int]) -> str:
        glyph, width, shift = place
        size = self.face.size
        if glyph == _EMPTY:
            written = f">{-width / size}<"
        else:
            offset = shift / size
            own = self.face.width(glyph, self.pango_font)
            kerning = own + offset - width * 1000 * FROM_UNITS / size
            before = f">{-offset}<" if offset else ""
            written = f"{before}{glyph:04x}" + (f">{int(kerning)}<" if kerning else "")
        self[place] = written
        return written


_faces: dict[tuple[int, float], _Face | None] = {}


def _face(pango_font: Any) -> _Face | None:
    """Return the font, or None for one of pictures."""
    key, description, size = get_pango_font_key(pango_font)
    if (key, size) not in _faces:
        face = _Face(pango_font, key, description, size)
        font = face.font
        odd = font.bitmap or font.png or font.svg or font.colr
        _faces[key, size] = None if odd else face
    return _faces[key, size]


class Setter:
    """Sets texts of one style."""

    def __init__(self, style: Any) -> None:
        self.style = style
        self.layout = Layout(style)
        pango.pango_layout_set_single_paragraph_mode(self.layout.layout, True)
        self.remembered: OrderedDict[str, Set | None] = OrderedDict()
        self.gap: float | None = None

    def line(self, text: str) -> Set | None:
        """Return `text` on one line, or None where WeasyPrint must set it."""
        if text in self.remembered:
            self.remembered.move_to_end(text)
            return self.remembered[text]
        found = self._line(text)
        self.remembered[text] = found
        if len(self.remembered) > 64:
            self.remembered.popitem(last=False)
        return found

    def lines(self, text: str, width: float) -> list[Set] | None:
        """Return a paragraph in lines of `width`, or None where WeasyPrint must break it."""
        if not _PLAIN.match(text):
            return None
        found: list[Set] = []
        start, encoded = 0, text.encode()
        while start < len(encoded):
            batch = self._broken(encoded[start:], width)
            taken = self._take(batch, width, found) if batch else None
            if taken is None:
                return None
            start += taken
        return found

    def _broken(self, encoded: bytes, width: float) -> list[tuple[int, str, Set]] | None:
        """Return where each line begins that Pango makes, its text without the space, and it."""
        pango.pango_layout_set_width(self.layout.layout, int(width * TO_UNITS))
        self.layout.set_text(encoded.decode())
        ends = self._ends()
        pango.pango_layout_set_width(self.layout.layout, -1)
        found = []
        for begin, end in zip([0, *ends[:-1]], ends, strict=True):
            text = encoded[begin:end].decode().rstrip(" ")
            one = self._line(text)
            if one is None or one.width > width:
                return None
            found.append((begin, text, one))
        return found

    def _take(
        self, batch: list[tuple[int, str, Set]], width: float, found: list[Set]
    ) -> int | None:
        """Add lines to `found` up to one that has room for one word more, as WeasyPrint adds it.

        Returns how many bytes were set, or None where that word is not certain to fit or not.
        """
        for (start, text, one), (begin, next_text, following) in pairwise(batch):
            joint = " " * (begin - start - len(text.encode()))
            over = one.width + self._gap() * len(joint) + following.first_word - width
            if over > _SURE:
                found.append(one)
                continue
            word, _, rest = next_text.partition(" ")
            longer = self._line(f"{text}{joint}{word}")
            # Before some signs no line ends, even after a space (UAX 14: "ils ?").
            if not rest[:1].isalnum() or _DIVIDED.search(word) or longer is None:
                return None
            if longer.width > width + _CLOSE:
                found.append(one)
                continue
            if longer.width > width - _CLOSE:
                return None
            found.append(longer)
            return begin + len(word.encode()) + 1
        begin, text, one = batch[-1]
        found.append(one)
        return begin + len(text.encode()) + 1

    def _gap(self) -> float:
        """Return how wide a space is."""
        if self.gap is None:
            two, one = self.line("x x"), self.line("x")
            self.gap = two.width - 2 * one.width if two and one else 0.0
        return self.gap

    def _ends(self) -> list[int]:
        ends: list[int] = []
        number = 0
        while True:
            line = pango.pango_layout_get_line_readonly(self.layout.layout, number)
            if line == ffi.NULL:
                return ends
            if number:
                ends[-1] = line.start_index
            ends.append(line.start_index + line.length)
            number += 1

    def _line(self, text: str) -> Set | None:
        layout = self.layout
        layout.set_text(text)
        if layout.text != text:
            return None
        line, more = layout.get_first_line()
        if more is not None:
            return None
        width, height = line_size(line, self.style)
        baseline = pango.pango_layout_get_baseline(layout.layout) * FROM_UNITS
        if not text.strip():
            return Set(text, width, height, baseline, b"", (), 0.0)
        glyphs = _glyphs(line, text.encode(), text.find(" "))
        if glyphs is None:
            return None
        return Set(text, width, height, baseline, *glyphs)


def _glyphs(
    line: Any, encoded: bytes, word: int
) -> tuple[bytes, tuple[FontUse, ...], float] | None:
    """Return a line's operators, its fonts, and how wide its first word is."""
    parts, string = [b" Tm"], ""
    faces: dict[int, tuple[_Face, dict[int, str]]] = {}
    previous = selected = None
    advance, count = 0, 0
    run = line.runs[0]
    while run != ffi.NULL:
        item, glyphs = run.data.item, run.data.glyphs
        run = run.next
        pango_font, number = item.analysis.font, glyphs.num_glyphs
        face = _face(pango_font)
        numbers = array("i", bytes(ffi.buffer(glyphs.glyphs, number * _ITEM * 4)))
        ids, widths = numbers[0::_ITEM], numbers[1::_ITEM]
        if face is None or any(numbers[3::_ITEM]) or _has_missing(ids):
            return None
        if previous is None or pango_font != previous:
            if string:
                parts.append(b"[%b] TJ" % string.encode())
            if face.select != selected:
                parts.append(face.select)
            string, previous, selected = "", pango_font, face.select
        face.written.pango_font = pango_font
        places = zip(ids, widths, numbers[2::_ITEM], strict=True)
        string = f"{string}<{''.join(map(face.written.__getitem__, places))}"
        string = string[:-1] if string[-1] == "<" else string + ">"
        known = faces.setdefault(face.font.original[0], (face, {}))[1]
        _name_glyphs(known, ids, item, glyphs, encoded)
        if word < 0 or count < word:
            advance += sum(widths if word < 0 else widths[: word - count])
        count += number
    parts += (b"[%b] TJ" % string.encode(), b"ET", END)
    uses = tuple(face.use(key, known) for key, (face, known) in faces.items())
    return b"\n".join(parts), uses, advance * FROM_UNITS


def _has_missing(ids: Any) -> bool:
    if max(ids, default=0) < _EMPTY:
        return False
    return any(glyph & _UNKNOWN and glyph != _EMPTY for glyph in ids)


def _name_glyphs(known: dict[int, str], ids: Any, item: Any, glyphs: Any, encoded: bytes) -> None:
    """Note which text each new glyph stands for: the bytes from its cluster to the next."""
    number, length, start = len(ids), item.length, item.offset
    clusters = ffi.unpack(glyphs.log_clusters, number)
    backwards = item.analysis.level % 2
    if number == item.num_chars and not backwards and len(set(clusters)) == number:
        # A glyph for each letter: the first of each kind, in order.
        texts = encoded[start : start + length].decode()
        first = dict(zip(reversed(ids), reversed(texts), strict=True))
        for glyph in dict.fromkeys(ids):
            if glyph != _EMPTY:
                known.setdefault(glyph, first[glyph])
        return
    ends = [length, *clusters[:-1]] if backwards else [*clusters[1:], length]
    for glyph, begin, end in zip(ids, clusters, ends, strict=True):
        if glyph not in known and glyph != _EMPTY:
            known[glyph] = encoded[start + begin : start + end].decode()
