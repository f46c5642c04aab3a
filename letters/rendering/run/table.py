"""A table over any number of pages: each page has its head, each cell breaks where it must."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from letters.rendering.run.lines import Book, Cell, Page, Typist

MM = 96 / 25.4
SIZES = {"A4": (210 * MM, 297 * MM), "Letter": (215.9 * MM, 279.4 * MM)}
_LEFT, _RIGHT, _TOP, _BOTTOM = 25 * MM, 20 * MM, 15 * MM, 14 * MM
_LINE, _TALLEST, _BASELINE = 16.0, 22.0, 11.7  # of a line, and where in one of 16 it stands
_NATURAL = 17.0  # what Latin takes in such a line without meeting the next
_GAP = 2.0 * MM  # between columns


class Table(NamedTuple):
    """What all pages share. `columns` are shares of the width; `often`: whose texts come again."""

    language: str
    paper: str
    right_to_left: bool
    title: str
    head: tuple[str, ...]
    columns: tuple[float, ...]
    often: tuple[bool, ...]


class Written(NamedTuple):
    """Some pages of a table as PDF, and how many rows stand on them."""

    pdf: bytes
    pages: int
    rows: int


def write(
    table: Table, rows: Iterable[tuple[str, ...]], *, pages: int, tick: Callable[[int], None]
) -> Written:
    """Set rows on at most so many pages. `tick` is told after each page how many rows stand.

    The rows are read one further than they are set. Raises PdfFailed.
    """
    setter, book = _Setter(table), Book()
    left, done = iter(rows), 0
    first = next(left, None)
    while first is not None and len(book.sheets) < pages:
        page, stand, first = setter.page(chain([first], left))
        book.add(page)
        done += stand
        tick(done)
    return Written(book.file() if done else b"", len(book.sheets), done)


class _Setter:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.size = SIZES.get(table.paper, SIZES["A4"])
        self.width = self.size[0] - _LEFT - _RIGHT
        self.plain = Typist(table.language)
        self.bold = Typist(table.language, "bold")
        self.places = list(self._places())

    def _places(self) -> Iterator[tuple[float, float]]:
        """Yield where each column begins in its reading direction, and its width."""
        start = 0.0
        for share in self.table.columns:
            yield start, share * self.width - _GAP
            start += share * self.width

    def page(self, rows: Iterator[tuple[str, ...]]) -> tuple[Page, int, tuple[str, ...] | None]:
        """Return a page, how many rows stand on it, and the first that has no room there."""
        page = Page(self.size)
        y, bottom, count = self._head_of(page), self.size[1] - _BOTTOM, 0
        for row in rows:
            cells = [
                self.plain.wrapped(text, width, often=often)
                for text, (_, width), often in zip(row, self.places, self.table.often, strict=True)
            ]
            heights = _heights(cells)
            if count and y + sum(heights) > bottom:
                return page, count, row
            y = self._row(page, cells, heights, y)
            page.rule(_LEFT, y, self.width)
            count += 1
        return page, count, None

    def _head_of(self, page: Page) -> float:
        """Put title and head on a page. Returns where the rows begin."""
        title = self.bold.again(self.table.title)
        self._put(page, title, 0.0, _TOP + _BASELINE)
        cells = [
            self.bold.wrapped(text, width, often=True)
            for text, (_, width) in zip(self.table.head, self.places, strict=True)
        ]
        y = self._row(page, cells, _heights(cells), _TOP + 1.5 * _LINE)
        page.rule(_LEFT, y, self.width)
        page.rule(_LEFT, y + 1, self.width)
        return y + 1

    def _row(self, page: Page, cells: list[list[Cell]], heights: list[float], y: float) -> float:
        for number, height in enumerate(heights):
            baseline = y + _BASELINE + (height - _LINE) / 2
            for lines, (start, _) in zip(cells, self.places, strict=True):
                if number < len(lines):
                    self._put(page, lines[number], start, baseline)
            y += height
        return y

    def _put(self, page: Page, cell: Cell, start: float, baseline: float) -> None:
        x = _LEFT + start
        if self.table.right_to_left:
            x = _LEFT + self.width - start - cell.set.width
        page.text(cell, x, baseline)


def _heights(cells: list[list[Cell]]) -> list[float]:
    """Return the height of each line of a row: what towers above Latin gets more room."""
    highest = [0.0] * max(map(len, cells))
    for lines in cells:
        for number, cell in enumerate(lines):
            highest[number] = max(highest[number], cell.set.height)
    return [_LINE if height <= _NATURAL else min(height, _TALLEST) for height in highest]
