"""What a reader gets out of a letter's PDF: the text as it was written, and small fonts.

WeasyPrint notes for each glyph the letters it stood for where it was first seen. In scripts
whose glyphs are reordered or joined a copied text then reads wrong; there the text itself is
given along (ISO 32000-1 §14.9.4, ActualText). Works on what WeasyPrint made, before it is written.
"""

from __future__ import annotations

import itertools
import logging
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from typing import Any

import pydyf
from fontTools import subset
from fontTools.ttLib import TTFont

log = logging.getLogger(__name__)
# Scripts of South and South-East Asia, in blocks (Unicode, Blocks.txt).
_REORDERED = ((0x900, 0xDFF), (0xE00, 0xFFF), (0x1000, 0x109F), (0x1700, 0x18AF), (0x1900, 0x1CFF),
              (0xA800, 0xAAFF), (0xABC0, 0xABFF), (0x11000, 0x11FFF))  # fmt: skip


def needs_actual_text(text: str) -> bool:
    """Whether glyphs of this text stand in another order or number than its letters."""
    if not text or max(text) < "\u0900":
        return False
    return any(low <= ord(char) <= high for char in text for low, high in _REORDERED)


def is_right_to_left(text: str) -> bool:
    """Whether a text has letters of a right-to-left script.

    Viewers turn such glyphs round by themselves, and would turn the text told with them round as
    well: it stands in the structure only, where what reads aloud finds it.
    """
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


def tell_texts(document: Any, pdf: Any) -> None:
    """Write the text itself beside glyphs that alone would be read wrong."""
    for page, reference in zip(document.pages, pdf.page_references, strict=True):
        texts = [box.text for box in _text_boxes(page._page_box)]
        if not any(needs_actual_text(text) or is_right_to_left(text) for text in texts):
            continue
        elements = [one for one in pdf.objects if _is_text_of(one, reference)]
        if len(elements) != len(texts):
            log.warning("The texts of a page could not be told apart: they may be read wrong.")
            continue
        told = {one["K"][0]: text for one, text in zip(elements, texts, strict=True)}
        for element in elements:
            text = told[element["K"][0]]
            if needs_actual_text(text) or is_right_to_left(text):
                element["ActualText"] = pydyf.String(text)
        _mark(_contents(pdf, reference), told)


def _text_boxes(box: Any) -> Iterator[Any]:
    """Yield the boxes of text in the order in which WeasyPrint tags them."""
    box = getattr(box, "_box", box)  # what is positioned absolutely stands behind a placeholder
    if hasattr(box, "text") and not getattr(box, "children", None):
        yield box
    for child in getattr(box, "children", ()):
        yield from _text_boxes(child)


def _is_text_of(found: Any, page: bytes) -> bool:
    if not isinstance(found, dict) or found.get("S") != "/Span" or found.get("Pg") != page:
        return False
    return len(found["K"]) == 1 and isinstance(found["K"][0], int)


def _contents(pdf: Any, page: bytes) -> Any:
    return pdf.objects[int(pdf.objects[int(page.split()[0])]["Contents"].split()[0])]


def _mark(stream: Any, told: dict[int, str]) -> None:
    for properties in stream.stream:
        if isinstance(properties, dict) and "MCID" in properties:
            text = told.get(properties["MCID"], "")
            if needs_actual_text(text):
                properties["ActualText"] = pydyf.String(text)


def shrink_fonts(document: Any, pdf: Any) -> None:
    """Take the unused glyphs' places out of OpenType's CFF fonts: of 60,000 in Chinese, say.

    The glyphs keep their numbers: in such a font these are the CIDs that its charset lists.
    """
    by_hash = itertools.groupby(sorted(document.fonts.values(), key=_hash), _hash)
    used = {
        name: frozenset(g for font in fonts for g in font.to_unicode) for name, fonts in by_hash
    }
    contents = {
        id(font.file_content): (font.file_content, used[font.hash])
        for font in document.fonts.values()
        if font.type == "otf"
    }
    for stream in pdf.objects:
        if getattr(stream, "extra", {}).get("Subtype") != "/OpenType":
            continue
        content, glyphs = contents[id(stream.stream[0])]
        if (bare := compact(content, glyphs)) is not None:
            stream.stream, stream.extra["Subtype"] = [bare], "/CIDFontType0C"


def _hash(font: Any) -> str:
    return str(font.hash)


@lru_cache(maxsize=8)
def compact(content: bytes, glyphs: frozenset[int]) -> bytes | None:
    """Return the bare CFF of these glyphs, or None for a font whose glyphs have no CIDs."""
    with TTFont(BytesIO(content), lazy=True) as font:
        if "CFF " not in font or not hasattr(font["CFF "].cff[0], "ROS"):
            return None
        options = subset.Options(notdef_outline=True, layout_features=[])
        options.drop_tables += ["VORG", "vmtx", "vhea", "cmap", "name", "OS/2", "post"]
        subsetter = subset.Subsetter(options)
        # Pango draws a control character as a glyph of no font (0xFFFF).
        subsetter.populate(gids=sorted(g for g in glyphs if g < font["maxp"].numGlyphs))
        subsetter.subset(font)
        bare: bytes = font["CFF "].compile(font)
    return bare
