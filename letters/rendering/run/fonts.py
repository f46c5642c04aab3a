"""The fonts of one letter: exactly its own glyphs, as WeasyPrint embeds them.

No glyph of another letter may be in a letter: which letters a name has is personal. So a subset
is shared only by letters that show exactly the same glyphs.
"""

from __future__ import annotations

import copy
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from letters.rendering import reading
from letters.rendering.run.painting import narrowed
from letters.rendering.run.pieces import FontUse, NotComposable

_CMAP_HEAD = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo
<< /Registry (Adobe)
/Ordering (UCS)
/Supplement 0
>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
"""
_CMAP_TAIL = b"""endcmap
CMapName currentdict /CMap defineresource pop
end
end"""

_MISSES = 8


class FontSet:
    """The fonts of a letter in the order of first use, with the glyphs it shows in each."""

    def __init__(self) -> None:
        self.fonts: dict[int, Any] = {}
        self.unicode: dict[int, dict[int, str]] = {}
        self.widths: dict[int, dict[int, int]] = {}

    def add(self, uses: Iterable[FontUse]) -> None:
        """Add glyphs; the first text a glyph showed is what it is read as.

        Raises NotComposable if a glyph is as wide in one size as it is not in another: the
        spaces painted between glyphs were reckoned with the first.
        """
        for use in uses:
            if use.key not in self.fonts:
                self.fonts[use.key] = use.font
                self.unicode[use.key] = dict(use.unicode)
                self.widths[use.key] = dict(use.widths)
                continue
            known, widths = self.unicode[use.key], self.widths[use.key]
            if not use.unicode.keys() <= known.keys():
                for glyph, text in use.unicode.items():
                    known.setdefault(glyph, text)
            if use.widths.items() <= widths.items():
                continue
            for glyph, width in use.widths.items():
                if widths.setdefault(glyph, width) != width:
                    raise NotComposable("a glyph of two widths")

    def uses(self) -> tuple[FontUse, ...]:
        return tuple(
            FontUse(key, font, self.unicode[key], self.widths[key])
            for key, font in self.fonts.items()
        )


class Embedded(NamedTuple):
    """A font file's subset, compressed, with the key its stream needs."""

    stream: bytes
    extra: bytes
    type: str


class _Subsets:
    """The last subsets made: letters without own words often show the same glyphs."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.kept: dict[tuple[Any, ...], Embedded] = {}

    def get(self, font: Any, glyphs: Mapping[int, str]) -> Embedded:
        key = (font.original, frozenset(glyphs))
        found = self.kept.pop(key, None)
        if found is None:
            found = _embed(font, glyphs)
            if len(self.kept) >= self.size:
                del self.kept[next(iter(self.kept))]
        self.kept[key] = found
        return found


subsets = _Subsets(60)


class _Narrowed:
    """A font cut to the glyphs that letters have shown: cutting that again gives the same file.

    It stays in this process; each letter's own subset is cut from it in half the time.
    """

    def __init__(self, font: Any) -> None:
        self.font = font
        self.face: Any = None
        self.glyphs: set[int] = set()
        self.wanted: set[int] = set()
        self.misses = 0

    def face_for(self, glyphs: Mapping[int, str]) -> Any:
        """Return a face that has these glyphs. It is cut anew when enough letters lacked one."""
        if self.face is not None and self.glyphs.issuperset(glyphs):
            return self.face
        self.wanted.update(glyphs)
        self.misses += 1
        if self.misses % _MISSES == 0:
            self.face, self.glyphs = narrowed(self.font, self.wanted), set(self.wanted)
        return self.font.hb_face


@lru_cache(maxsize=64)
def _narrowed(font: Any) -> _Narrowed:
    return _Narrowed(font)


def _embed(font: Any, glyphs: Mapping[int, str]) -> Embedded:
    cut = copy.copy(font)
    if "glyf" in font.tables and "fvar" not in font.tables:
        cut.hb_face = _narrowed(font).face_for(glyphs)
    cut.clean(dict(glyphs), False)
    content = cut.file_content
    if cut.type == "otf":
        bare = reading.compact(content, frozenset(glyphs))
        extra = b"/Subtype /OpenType" if bare is None else b"/Subtype /CIDFontType0C"
        content = content if bare is None else bare
    else:
        extra = b"/Length1 %d" % len(content)
    return Embedded(zlib.compress(content, 9), extra, cut.type)


def unicode_map(unicode: Mapping[int, str]) -> bytes:
    """Return the CMap that tells readers which text each glyph shows."""
    items, parts = list(unicode.items()), [_CMAP_HEAD]
    for start in range(0, len(items), 100):
        batch = items[start : start + 100]
        parts.append(b"%d beginbfchar\n" % len(batch))
        parts.append("".join(map(_mapped, batch)).encode())
        parts.append(b"endbfchar\n")
    parts.append(_CMAP_TAIL)
    return b"".join(parts)


@lru_cache(maxsize=4096)
def _mapped(item: tuple[int, str]) -> str:
    glyph, text = item
    return f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>\n"


def widths_array(widths: Mapping[int, int]) -> bytes:
    """Return the W array of ISO 32000-1 §9.7.4.3: runs of glyphs with their widths."""
    parts: list[str] = []
    last = None
    for glyph in sorted(widths):
        if last is None or glyph - 1 != last:
            parts.append(f"{']' if parts else ''} {glyph} [" if parts else f"{glyph} [")
            parts.append(str(widths[glyph]))
        else:
            parts.append(f" {widths[glyph]}")
        last = glyph
    return f"[{''.join(parts)}]]".encode() if parts else b"[]"


def descriptor(font: Any, widths: Mapping[int, int], file: int, kind: str) -> bytes:
    """Return the font descriptor (ISO 32000-1 §9.8) that points to object `file`."""
    values = widths.values()
    widest = max(values, default=0)
    flags = font.flags + (len(values) > 1 and len(set(values)) == 1)
    return (
        b"<</Type /FontDescriptor/FontName %b/FontFamily (%b)/Flags %d/FontBBox [0 %d %d %d]"
        b"/ItalicAngle %d/Ascent %d/Descent %d/CapHeight %d/StemV %d/StemH %d/FontFile%d %d 0 R>>"
        % (
            font.name, font.family.encode("ascii"), flags, font.descent, widest, font.ascent,
            font.italic_angle, font.ascent, font.descent, font.ascent, font.stemv, font.stemh,
            3 if kind == "otf" else 2, file,
        )
    )  # fmt: skip


def descendant(font: Any, widths: Mapping[int, int], described: int, kind: str) -> bytes:
    return (
        b"<</Type /Font/Subtype /CIDFontType%d/BaseFont %b/CIDSystemInfo "
        b"<</Registry (Adobe)/Ordering (Identity)/Supplement 0>>/CIDToGIDMap /Identity"
        b"/W %b/FontDescriptor %d 0 R>>"
        % (0 if kind == "otf" else 2, font.name, widths_array(widths), described)
    )


def composite(font: Any, mapped: int, below: int) -> bytes:
    return (
        b"<</Type /Font/Subtype /Type0/BaseFont %b/ToUnicode %d 0 R/Encoding /Identity-H"
        b"/DescendantFonts [%d 0 R]>>" % (font.name, mapped, below)
    )
