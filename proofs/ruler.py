"""Measure a letter's PDF: where its texts stand, in millimetres from the paper's upper left."""

from __future__ import annotations

from io import BytesIO
from typing import NamedTuple

from pypdf import PdfReader

MM = 25.4 / 72


class Found(NamedTuple):
    """A stretch of text: its left end and its baseline in mm, its size of type in points."""

    text: str
    x: float
    y: float
    size: float


def measure(pdf: bytes, page: int = 0) -> list[Found]:
    """Return the stretches of text of a page, in the order they are drawn."""
    sheet = PdfReader(BytesIO(pdf)).pages[page]
    height = float(sheet.mediabox.height)
    found: list[Found] = []

    def visit(
        text: str, matrix: list[float], inner: list[float], font: object, size: float
    ) -> None:
        if text.strip():
            x = inner[4] * matrix[0] + inner[5] * matrix[2] + matrix[4]
            y = inner[4] * matrix[1] + inner[5] * matrix[3] + matrix[5]
            scale = abs(matrix[3] * inner[3])
            found.append(Found(text.strip(), x * MM, (height - y) * MM, size * scale))

    sheet.extract_text(visitor_text=visit)
    return found


def page_texts(pdf: bytes) -> list[str]:
    """Return the text of each page as a reader extracts it."""
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
