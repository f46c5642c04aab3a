"""What stands on which sheet of which part: a letter begins on a front, a part has 500 sheets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

SHEETS = 500


class Item(NamedTuple):
    """Pages of a piece that belong together; with `divides` they may be parted between sheets."""

    piece: str
    first: int
    pages: int
    mark: str = ""
    divides: bool = False


class Placed(NamedTuple):
    """An item, or some of one, in a part. `number` is its first page's in the bundle."""

    item: Item
    number: int
    blank: bool


@dataclass
class Part:
    number: int
    placed: list[Placed] = field(default_factory=list)
    sheets: int = 0
    pages: int = 0


@dataclass
class Plan:
    parts: list[Part]
    pages: int
    sheets: int

    def fingerprint(self) -> str:
        """Return what tells this plan from another: a finished part belongs to one only."""
        told = [[[*one.item, one.number, one.blank] for one in part.placed] for part in self.parts]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def stamps(self, part: Part, words: Mapping[str, str], key: str) -> Iterator[str]:
        """Yield the line above each page of a part that isn't blank."""
        for placed in part.placed:
            for page in range(placed.number, placed.number + placed.item.pages):
                yield words["stamp"].format(
                    bundle=key, part=part.number, parts=len(self.parts), page=page, pages=self.pages
                )


def plan(items: Iterable[Item], *, duplex: bool, most: int = SHEETS) -> Plan:
    """Place items on sheets, and sheets in parts. An item that doesn't divide stays whole."""
    a_sheet = 2 if duplex else 1
    parts = [Part(1)]
    number = 1
    for item in items:
        for piece in _divided(item, parts, a_sheet, most):
            part = parts[-1]
            blank = bool(piece.pages % a_sheet)
            part.placed.append(Placed(piece, number, blank))
            taken = piece.pages + blank
            part.pages += taken
            part.sheets += taken // a_sheet
            number += taken
    return Plan(parts, number - 1, sum(part.sheets for part in parts))


def _divided(item: Item, parts: list[Part], a_sheet: int, most: int) -> Iterator[Item]:
    """Yield an item in as many pieces as it needs parts, opening parts for them."""
    while item.pages:
        room = most - parts[-1].sheets
        sheets = -(-item.pages // a_sheet)
        fits = sheets <= room or (not item.divides and not parts[-1].sheets)
        if fits:
            yield item
            return
        taken = room * a_sheet if item.divides else 0
        if taken:
            yield item._replace(pages=taken)
            item = item._replace(first=item.first + taken, pages=item.pages - taken, mark="")
        parts.append(Part(parts[-1].number + 1))
