"""What every export is: columns, rows, a total, and the facts without which numbers say nothing.

An export holds what it exports when it is made; a format (formats.py) turns it into a file. So
every format holds the same numbers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Cell = str | int | date | None


@dataclass(frozen=True)
class Column:
    """`key` is for programs and stays the same in every language; `label` is for people."""

    key: str
    label: str
    width: int = 14


@dataclass(frozen=True)
class Fact:
    """Something that holds for the whole export. `codes` is its value for programs."""

    key: str
    label: str
    value: Cell
    codes: object = None


class Export(ABC):
    identifier: ClassVar[str]
    verbose_name: ClassVar[_StrPromise]

    @abstractmethod
    def columns(self) -> Sequence[Column]: ...

    @abstractmethod
    def rows(self) -> Iterator[Sequence[Cell]]:
        """Yield the cells of each row, the total left out."""

    @abstractmethod
    def total(self) -> Sequence[Cell]:
        """Return the last row. Its first cell may hold a label."""

    @abstractmethod
    def totals(self) -> dict[str, int]:
        """Return the numbers of the last row by their keys."""

    @abstractmethod
    def facts(self) -> Sequence[Fact]: ...

    @abstractmethod
    def filename(self) -> str:
        """Return the file's name without its ending, in ASCII."""
