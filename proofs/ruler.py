"""Measure a letter's PDF: where its texts and its ink are, in millimetres from the upper left."""

from __future__ import annotations

from typing import NamedTuple

import pypdfium2
from PIL import Image, ImageChops

MM = 25.4 / 72
DPI = 150


class Box(NamedTuple):
    """What a text covers with ink: left, top, right, bottom in mm."""

    left: float
    top: float
    right: float
    bottom: float

    def is_inside(self, other: Box) -> bool:
        wide = other.left <= self.left and self.right <= other.right
        return wide and other.top <= self.top and self.bottom <= other.bottom


def lines(pdf: bytes, page: int = 0) -> list[tuple[str, Box]]:
    """Return the stretches of text of a page with their ink, in the order they are drawn."""
    sheet = pypdfium2.PdfDocument(pdf)[page]
    texts, height = sheet.get_textpage(), sheet.get_height()
    found = []
    for index in range(texts.count_rects()):
        left, bottom, right, top = texts.get_rect(index)
        box = Box(left * MM, (height - top) * MM, right * MM, (height - bottom) * MM)
        found.append((texts.get_text_bounded(left, bottom, right, top).strip(), box))
    return found


def picture(pdf: bytes, page: int = 0, dpi: int = DPI) -> Image.Image:
    """Return a page as it is printed."""
    drawn: Image.Image = pypdfium2.PdfDocument(pdf)[page].render(scale=dpi / 72).to_pil()
    return drawn.convert("RGB")


def difference(one: bytes, other: bytes) -> Box | None:
    """Return where the first pages of two letters differ, or None: the ink of what one lacks."""
    box = ImageChops.difference(picture(one), picture(other)).getbbox()
    return Box(*(edge * 25.4 / DPI for edge in box)) if box else None


def page_texts(pdf: bytes) -> list[str]:
    """Return the text of each page, as a viewer copies it."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
