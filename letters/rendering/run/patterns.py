"""Blocks by pattern: what a shape's blocks have in common is learnt from samples laid out in full.

A pattern is kept only if it makes, piece for piece, what WeasyPrint made of further samples. It
sets single lines, however their texts shift each other, and paragraphs of one text in any number
of lines; a text it isn't certain of goes to WeasyPrint.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pydyf
from weasyprint.formatting_structure import boxes

from letters.rendering.run.boxes import is_told
from letters.rendering.run.fonts import FontSet
from letters.rendering.run.markup import NAME, PATH, Shape
from letters.rendering.run.painting import END
from letters.rendering.run.pieces import (
    Block,
    Element,
    Layer,
    Line,
    Marked,
    Node,
    NotComposable,
    Placed,
    Text,
)
from letters.rendering.run.typeset import Set, Setter

if TYPE_CHECKING:
    from letters.rendering.run.engine import Frame, LaidOut

_SAMPLES = {
    NAME: ("Xy{}yX", "Xy{}yX longer"),
    PATH: ("M0 0h7v1h-7zM8 0h1v1h-1z", "M0 0h7v1h-7zM9 3h12v1h-12z"),
}
_RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-\d+")
_PATH = re.compile(r"M0 0h7v1h-7z(?:M\d+ \d+h(\d+)v1h-\1z)*\Z")
_MARGIN = 1.0  # CSS pixels by which a line must fit to be certain
_LONG = " and further words" * 12


def learnt(frame: Frame, shape: Shape) -> Pattern | None:
    """Return the pattern of a shape, or None if its blocks are not certain to follow one."""
    if not shape.kinds:
        return None
    try:
        samples = list(_samples(shape))
        laid = list(frame.laid_out([shape.filled(sample) for sample in samples]))
        pattern = Pattern(shape, laid[0], laid[1])
        for sample, (_, wanted, _) in zip(samples, laid, strict=True):
            made = pattern.block(sample)
            if made is None or not _same(made, wanted):
                return None
            if made.later and wanted.later and not _same(made.later(1), wanted.later(1)):
                return None
    except NotComposable:
        return None
    return pattern


def _same(one: Block, other: Block) -> bool:
    plain, other_plain = (replace(block, later=None, layers=()) for block in (one, other))
    return plain == other_plain and list(map(_merged, one.layers)) == list(
        map(_merged, other.layers)
    )


def _merged(layer: Layer) -> Layer:
    """Return a layer whose operators are joined where nothing stands between them."""
    parts: list[bytes | Marked | Placed] = []
    for part in layer.parts:
        if parts and isinstance(part, bytes) and isinstance(parts[-1], bytes):
            parts[-1] = b"%b\n%b" % (parts[-1], part)
        else:
            parts.append(part)
    return replace(layer, parts=tuple(parts))


def _samples(shape: Shape) -> Iterator[tuple[str, ...]]:
    for kind in (0, 1):
        yield tuple(
            _SAMPLES.get(name, ("Xx{}xX", "Xx{}xX long"))[kind].replace("{}", str(number))
            for number, name in enumerate(shape.kinds)
        )
    if len(shape.kinds) == 1:
        yield ("Xx0xX" + _LONG,)


class _Leaf:
    """One text in the sample, on one line: which variable it holds, and what is around that."""

    def __init__(self, box: Any, mark: int, setters: dict[Any, Setter], names: list[str]) -> None:
        self.mark, self.width, self.x = mark, box.width, box.position_x
        self.height, self.baseline = box.height, box.baseline - box.margin_top
        # What is painted may end with a space that the width doesn't count.
        painted = box.pango_layout.text
        self.trimmed = painted.rstrip(" ") == box.text != painted
        self.number = next((n for n, name in enumerate(names) if name in painted), None)
        self.before, self.after = "", ""
        if self.number is not None:
            self.before, self.after = painted.split(names[self.number])
            self.setter = setters.setdefault(id(box.style), Setter(box.style))

    def set(self, texts: list[str]) -> Set | None:
        """Return its text on one line, if that is as high as the sample's."""
        assert self.number is not None
        made = self.setter.line(f"{self.before}{texts[self.number]}{self.after}")
        if made is None or (made.height, made.baseline) != (self.height, self.baseline):
            return None
        if self.trimmed:
            shorter = self.setter.line(f"{self.before}{texts[self.number]}{self.after}".rstrip(" "))
            return made._replace(width=shorter.width) if shorter else None
        return made


class _Row:
    """A line of the sample: its texts from left to right, and how the line moves as it grows."""

    def __init__(self, line: Any, parent: Any, leaves: list[_Leaf]) -> None:
        self.leaves = leaves
        self.limit, self.start = parent.width, parent.content_box_x()
        self.width = sum(leaf.width for leaf in leaves)
        self.slope = 0.0
        # A line's last space counts when WeasyPrint asks whether the line fits.
        self.spare = _MARGIN + (leaves[-1].height if leaves[-1].trimmed else 0)
        self.breakable = len(leaves) == 1 and isinstance(line.children[0], boxes.TextBox)
        if line.style["direction"] == "rtl" and len(leaves) > 1:
            raise NotComposable("several texts on a line from right to left")

    def learn(self, other: _Row) -> None:
        grown = other.width - self.width
        if grown:
            self.slope = round((other.leaves[0].x - self.leaves[0].x) / grown * 2) / 2

    @property
    def variable(self) -> bool:
        return any(leaf.number is not None for leaf in self.leaves)

    def sets(self, texts: list[str]) -> list[tuple[_Leaf, list[tuple[float, Set | None]]]] | None:
        """Return for each text its lines with their x, None where it is the sample's own."""
        made = [None if leaf.number is None else leaf.set(texts) for leaf in self.leaves]
        if any(one is None and leaf.number is not None
               for one, leaf in zip(made, self.leaves, strict=True)):  # fmt: skip
            return self._broken(texts)
        widths = [leaf.width if one is None else one.width
                  for one, leaf in zip(made, self.leaves, strict=True)]  # fmt: skip
        if sum(widths) > self.limit - self.spare:
            return self._broken(texts)
        shift, found = self.slope * (sum(widths) - self.width), []
        for leaf, one, width in zip(self.leaves, made, widths, strict=True):
            found.append((leaf, [(leaf.x + shift, one)]))
            shift += width - leaf.width
        return found

    def _broken(
        self, texts: list[str]
    ) -> list[tuple[_Leaf, list[tuple[float, Set | None]]]] | None:
        (leaf, *_) = self.leaves
        if not self.breakable or leaf.number is None or leaf.before or leaf.after.strip(" "):
            return None
        room = (self.start + self.limit) * (1 + 1e-9) - self.start
        lines = leaf.setter.lines(texts[leaf.number], room)
        if lines is None or any(
            (one.height, one.baseline) != (leaf.height, leaf.baseline) for one in lines
        ):
            return None
        if leaf.trimmed:
            ending = leaf.setter.line(f"{lines[-1].text}{leaf.after}")
            if ending is None:
                return None
            lines[-1] = ending._replace(width=lines[-1].width)
        return [(leaf, [(leaf.x + self.slope * (one.width - self.width), one) for one in lines])]


class Pattern:
    """A block with places for texts."""

    def __init__(self, shape: Shape, laid: LaidOut, other: LaidOut) -> None:
        self.shape, self.sample = shape, laid.block
        self.names = [f"Xx{number}xX" for number in range(len(shape.kinds))]
        setters: dict[Any, Setter] = {}
        self.rows = list(_rows(laid, setters, self.names))
        others = list(_rows(other, setters, self.names))
        if len(others) != len(self.rows):
            raise NotComposable("samples of different lines")
        for row, grown in zip(self.rows, others, strict=True):
            row.learn(grown)
        self.alike = [row for row in self.rows if row.variable]
        self.pages: dict[int, Block] = {0: self.sample}
        if any(row.limit <= row.width + _MARGIN for row in self.alike):
            raise NotComposable("a block as wide as its text")

    def block(self, escaped: tuple[str, ...]) -> Block | None:
        """Return the block with these texts, or None if WeasyPrint must lay it out."""
        texts = [html.unescape(text) for text in escaped]
        if any(kind == PATH and not _PATH.match(text)
               for kind, text in zip(self.shape.kinds, texts, strict=True)):  # fmt: skip
            return None
        if any(kind != PATH and is_told(text)
               for kind, text in zip(self.shape.kinds, texts, strict=True)):  # fmt: skip
            return None
        lines: dict[int, list[tuple[float, Set | None]]] = {}
        for row in self.alike:
            made = row.sets(texts)
            if made is None or (
                self.sample.node is None and any(len(found) > 1 for _, found in made)
            ):
                return None
            lines.update((leaf.mark, found) for leaf, found in made)
        filling = _Filling(self.sample, lines, texts, self.shape.kinds)
        block = filling.block(self.sample)
        if self.sample.later:
            block.later = lambda page: filling.block(self._on(page))
        return block

    def _on(self, page: int) -> Block:
        if page not in self.pages:
            self.pages[page] = self.sample.on(page)
        return self.pages[page]


def _rows(laid: LaidOut, setters: dict[Any, Setter], names: list[str]) -> Iterator[_Row]:
    for parent in laid.box.descendants(placeholders=True):
        for line in getattr(parent, "children", ()):
            if isinstance(line, boxes.LineBox):
                texts = [box for box in line.descendants() if isinstance(box, boxes.TextBox)]
                if texts and all(box in laid.marks for box in texts):
                    leaves = [_Leaf(box, laid.marks[box], setters, names) for box in texts]
                    yield _Row(line, parent, leaves)


class _Filling:
    """Puts texts into copies of the sample's pieces."""

    def __init__(
        self, sample: Block, lines: dict[int, list[tuple[float, Set | None]]], texts: list[str],
        kinds: tuple[str, ...],
    ) -> None:  # fmt: skip
        self.lines = lines
        self.paths = [text for text, kind in zip(texts, kinds, strict=True) if kind == PATH]
        self.names = [text for text, kind in zip(texts, kinds, strict=True) if kind == NAME]
        self.marks: dict[int, range] = {}
        count = 0
        for mark in range(sample.marks):
            number = len(lines[mark]) if mark in lines else 1
            self.marks[mark] = range(count, count + number)
            count += number
        self.count = count

    def block(self, sample: Block) -> Block:
        node = self._node(sample.node) if sample.node else None
        used = FontSet()
        if node:
            for line in _lines(node):
                for text in line.texts:
                    used.add(text.fonts)
        layers = tuple(self._layer(layer) for layer in sample.layers)
        elements, roots = self._elements(sample)
        return Block(node, layers, self.count, elements, roots, used.uses(), sample.states)

    def _node(self, node: Node) -> Node:
        if node.nodes:
            return replace(node, nodes=tuple(map(self._node, node.nodes)))
        return replace(node, lines=tuple(line for old in node.lines for line in self._split(old)))

    def _split(self, line: Line) -> list[Line]:
        found = self.lines.get(line.texts[0].mark) if len(line.texts) == 1 else None
        if found is None or len(found) == 1:
            texts = tuple(self._text(text, 0) for text in line.texts)
            return [Line(line.height, texts, tuple(map(self._layer, line.layers)))]
        layers = tuple(map(self._layer, line.layers))
        return [
            Line(line.height, (self._text(line.texts[0], index),), () if index else layers)
            for index in range(len(found))
        ]

    def _text(self, text: Text, index: int) -> Text:
        number = self.marks[text.mark][index]
        if text.mark not in self.lines:
            return text._replace(mark=number)
        x, made = self.lines[text.mark][index]
        if made is None:
            return text._replace(mark=number, head=_moved(text.head, x))
        return Text(
            number, text.tag, text.ink, _moved(text.head, x), text.rise, made.tail, made.fonts
        )

    def _layer(self, layer: Layer) -> Layer:
        parts: list[bytes | Marked | Placed] = []
        inside, skip = -1, False
        for part in layer.parts:
            if isinstance(part, Marked):
                inside, skip = part.mark, False
                made = self.lines[inside][0][1] if inside in self.lines else None
                fonts = made.fonts if made else part.fonts
                parts.append(part._replace(mark=self.marks[inside][0], fonts=fonts))
            elif isinstance(part, Placed) and inside in self.lines:
                x, made = self.lines[inside][0]
                parts.append(part._replace(head=_moved(part.head, x)))
                if made:
                    parts.append(made.tail[4:])
                    skip = True
            elif not skip:
                parts.append(part)
            if part == END:
                skip = False
        used = FontSet()
        for part in parts:
            if isinstance(part, Marked):
                used.add(part.fonts)
        return replace(layer, parts=tuple(self._pictured(parts)), fonts=used.uses())

    def _pictured(self, parts: list[Any]) -> list[Any]:
        for path in self.paths:
            first = next((i for i, part in enumerate(parts) if part == _FIRST), None)
            if first is None:
                continue
            end = next(i for i in range(first, len(parts)) if parts[i] not in _SAMPLE_PATH)
            parts[first:end] = [path_operators(path)]
        return parts

    def _elements(self, sample: Block) -> tuple[tuple[Element, ...], tuple[int, ...]]:
        """Repeat the element of a text in several lines, and write pictures' names."""
        places, count, names = {}, 0, iter(self.names)
        for number, element in enumerate(sample.elements):
            kid = element.kids[0] if len(element.kids) == 1 else 0
            repeated = len(self.marks[-1 - kid]) if kid < 0 else 1
            places[number] = range(count, count + repeated)
            count += repeated
        made = []
        for number, (kind, parent, kids, extra) in enumerate(sample.elements):
            above = parent if parent < 0 else places[parent][0]
            if b"/Alt " in extra:
                extra = extra[: extra.index(b"/Alt ") + 5] + pydyf.String(next(names)).data
            for index in range(len(places[number])):
                inside = tuple(
                    place
                    for kid in kids
                    for place in (
                        places[kid] if kid >= 0
                        else (-1 - self.marks[-1 - kid][index],)
                    )
                )  # fmt: skip
                made.append(Element(kind, above, inside, extra))
        return tuple(made), tuple(place for root in sample.roots for place in places[root])


def _lines(node: Node) -> Iterator[Line]:
    yield from node.lines
    for inner in node.nodes:
        yield from _lines(inner)


def _moved(head: bytes, x: float) -> bytes:
    """Return `... 1 0 0 -1 x ` with another x."""
    return b"%b %b " % (head[: head.rindex(b" ", 0, -1)], pydyf._to_bytes(x)) if head else head


def path_operators(path: str) -> bytes:
    """Return a QR code's runs as WeasyPrint paints them: the point before the first, then each."""
    return b"\n".join([_FIRST, *map(_run, path.split("z")[:-1])])


@lru_cache(maxsize=20_000)
def _run(run: str) -> bytes:
    found = _RUN.match(run)
    assert found is not None, run
    x, y, width = map(int, found.groups())
    right, below = x + width, y + 1
    return b"%d %d m\n%d %d l\n%d %d l\n%d %d l\nh" % (x, y, right, y, right, below, x, below)


_FIRST = b"0 0 m"
_SAMPLE_PATH = frozenset(path_operators(_SAMPLES[PATH][0]).split(b"\n"))
