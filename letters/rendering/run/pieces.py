"""What a laid-out block leaves behind: painted lines that can move, and where they stand in order.

A block is a child of the letter's article. Lengths are CSS pixels, y counts downwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple


class NotComposable(Exception):
    """This letter, block or frame is not one that composing was proven for: set it plainly."""


class Ink(NamedTuple):
    """The operators that choose opacity and colour. Written only where they change."""

    alpha: bytes
    colour: bytes


class Text(NamedTuple):
    """One painted stretch of a line. `rise` is its baseline below the line's top.

    `mark` is its place among the block's marked contents. Without `head` nothing is shown.
    `told` is the entry with the text itself, for scripts whose glyphs read wrong.
    """

    mark: int
    tag: bytes
    ink: Ink
    head: bytes
    rise: float
    tail: bytes
    fonts: tuple[FontUse, ...]
    told: bytes = b""


class Marked(NamedTuple):
    """The beginning of a marked content inside a layer, with the fonts in it."""

    mark: int
    tag: bytes
    fonts: tuple[FontUse, ...] = ()
    told: bytes = b""


class Placed(NamedTuple):
    """A text matrix inside a layer; `y` is on the page, or below its line's top if it moves."""

    head: bytes
    y: float


@dataclass(slots=True)
class Layer:
    """A positioned box, painted after the flow: bytes, Marked and Placed in their order."""

    parts: tuple[bytes | Marked | Placed, ...]
    fonts: tuple[FontUse, ...]
    states: Mapping[str, bytes]


@dataclass(slots=True)
class Line:
    height: float
    texts: tuple[Text, ...]
    layers: tuple[Layer, ...] = ()


@dataclass(slots=True)
class Node:
    """A block box in the flow: either lines or further nodes. Used margins, not collapsed."""

    margin_top: float
    border_top: float
    padding_top: float
    padding_bottom: float
    border_bottom: float
    margin_bottom: float
    break_before: str
    break_after: str
    break_inside: str
    orphans: int
    widows: int
    leads: bool
    lines: tuple[Line, ...] = ()
    nodes: tuple[Node, ...] = ()


class Element(NamedTuple):
    """A structure element. Numbers in `kids` count from the block's first; mark m is -1 - m.

    `parent` is -1 for an element that hangs from the article. `extra` are further entries.
    """

    kind: bytes
    parent: int
    kids: tuple[int, ...]
    extra: bytes = b""


class FontUse(NamedTuple):
    """Glyphs a block shows in one font, in the order of their first use."""

    key: int
    font: Any
    unicode: dict[int, str]
    widths: dict[int, int]


@dataclass
class Block:
    """Everything about one block. `node` is None for one that stands apart from the flow.

    `fonts` and `states` are what its lines need, all of them; a layer has its own.

    `later` is set for a block that stands on every page: what it is on page 1, 2, counted from 0.
    """

    node: Node | None
    layers: tuple[Layer, ...]
    marks: int
    elements: tuple[Element, ...]
    roots: tuple[int, ...]
    fonts: tuple[FontUse, ...] = ()
    states: Mapping[str, bytes] = field(default_factory=dict)
    later: Callable[[int], Block] | None = None

    def on(self, page: int) -> Block:
        """Return the block as it stands on a page, counted from 0."""
        return self if page == 0 or self.later is None else self.later(page)

    @cached_property
    def lines(self) -> int:
        return _lines(self.node) if self.node else 0


def _lines(node: Node) -> int:
    return len(node.lines) + sum(map(_lines, node.nodes))
