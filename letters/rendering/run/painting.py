"""Paint boxes of WeasyPrint into pieces instead of a page: the stream that takes notes.

Only imported once the version is proven (engine.py): it names private parts of WeasyPrint.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pydyf
from weasyprint.pdf.fonts import Font
from weasyprint.pdf.stream import Stream
from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset
from weasyprint.text.fonts import get_hb_object_data, get_pango_font_key

from letters.rendering.run.pieces import FontUse, Ink, NotComposable

# Operators whose numbers are places on the page: what holds one of them cannot move.
_BOUND = {b"cm", b"re", b"m", b"l", b"c", b"v", b"y", b"sh", b"Do"}


class Begin(NamedTuple):
    box: Any
    tag: str


class Matrix(NamedTuple):
    head: bytes
    y: float


END = b"EMC"


class _Light(Font):  # type: ignore[misc]
    """A font of WeasyPrint without its file, until it is cut: a Chinese one has 60 MB.

    HarfBuzz has the file mapped anyway; only where it could not cut it the whole is embedded.
    """

    _cut: bytes | None = None

    @property
    def file_content(self) -> bytes:
        content: bytes = self._cut or get_hb_object_data(self.hb_face)
        return content

    @file_content.setter
    def file_content(self, content: bytes) -> None:
        if hasattr(self, "index"):  # not the one that is read when the font is met
            self._cut = content


_originals: dict[tuple[int, float], Any] = {}


class Notes(Stream):  # type: ignore[misc]
    """A content stream that keeps marks, matrices and, if `flowing`, colours as objects."""

    def __init__(self, page_rectangle: tuple[float, ...], *, flowing: bool) -> None:
        self.resources = pydyf.Dictionary(
            {name: pydyf.Dictionary() for name in ("ExtGState", "XObject", "Pattern", "Shading")}
        )
        self.pictures: dict[str, Any] = {}
        self.used: dict[int, Any] = {}
        self.fonts: dict[Any, tuple[FontUse, ...]] = {}
        self.flowing = flowing
        super().__init__({}, page_rectangle, self.resources, self.pictures, {}, {}, None)

    @contextmanager
    def marked(self, box: Any, tag: str) -> Iterator[None]:
        self.stream.append(Begin(box, tag))
        self.used = {}
        yield
        self.stream.append(END)
        self.fonts[box] = tuple(map(_use, self.used.items()))

    def set_text_matrix(self, *values: float) -> None:
        start = len(self.stream)
        super().set_text_matrix(*values)
        written = self.stream.pop()
        assert len(self.stream) == start
        self.stream.append(Matrix(written.rsplit(b" ", 2)[0] + b" ", values[-1]))

    def set_color(self, color: Any, stroke: bool = False) -> None:
        if stroke or not self.flowing:
            super().set_color(color, stroke)
            return
        self._current_color = self._current_alpha = None
        start = len(self.stream)
        super().set_color(color)
        written = self.stream[start:]
        if len(written) != 2:
            raise NotComposable("a colour of another space")
        self.stream[start:] = [Ink(*written)]

    def add_font(self, pango_font: Any) -> tuple[Any, float]:
        key, description, size = get_pango_font_key(pango_font)
        if key not in self.used:
            self.used[key] = _fresh(key, size, pango_font, description)
        return self.used[key], size

    def check(self) -> None:
        """Raise NotComposable if there are pictures."""
        if self.pictures or any(self.resources[name] for name in ("XObject", "Pattern", "Shading")):
            raise NotComposable("a picture")

    def states(self) -> dict[str, bytes]:
        return {name: state.data for name, state in self.resources["ExtGState"].items()}


def original_font(key: int, size: float, pango_font: Any, description: Any) -> Any:
    """Return WeasyPrint's font for what Pango shows, made once for each size."""
    if (key, size) not in _originals:
        font = _originals[key, size] = _Light(pango_font, description, size)
        font.original = (key, size)
    return _originals[key, size]


def narrowed(font: Any, glyphs: set[int]) -> Any:
    """Return a font's face with these glyphs alone, each under its own number."""
    if not harfbuzz_subset:  # without the library WeasyPrint subsets by fontTools, from the file
        return font.hb_face
    asked = ffi.gc(
        harfbuzz_subset.hb_subset_input_create_or_fail(),
        harfbuzz_subset.hb_subset_input_destroy,
    )
    numbers = ffi.new("hb_codepoint_t[]", sorted(glyphs))
    kept = harfbuzz_subset.hb_subset_input_glyph_set(asked)
    harfbuzz.hb_set_add_sorted_array(kept, numbers, len(glyphs))
    flags = (
        harfbuzz_subset.HB_SUBSET_FLAGS_RETAIN_GIDS
        | harfbuzz_subset.HB_SUBSET_FLAGS_PASSTHROUGH_UNRECOGNIZED
    )
    harfbuzz_subset.hb_subset_input_set_flags(asked, flags)
    face = harfbuzz_subset.hb_subset_or_fail(font.hb_face, asked)
    return font.hb_face if face == ffi.NULL else ffi.gc(face, harfbuzz.hb_face_destroy)


def _fresh(key: int, size: float, pango_font: Any, description: Any) -> Any:
    font = copy.copy(original_font(key, size, pango_font, description))
    font.widths, font.to_unicode, font.missing = {}, {}, {}
    font.shared = _originals[key, size]
    return font


def _use(used: tuple[int, Any]) -> FontUse:
    key, font = used
    if font.missing or font.bitmap or font.png or font.svg or font.colr:
        raise NotComposable("a font of pictures, or a missing glyph")
    return FontUse(key, font.shared, font.to_unicode, font.widths)


def is_bound(written: object) -> bool:
    """Whether an operator holds a place on the page."""
    return isinstance(written, bytes) and written.rsplit(b" ", 1)[-1] in _BOUND
