"""A run of letters: what they share is laid out once, each is composed of painted blocks."""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise
from typing import Any, NamedTuple

from letters.rendering.run import flow, paper
from letters.rendering.run.engine import Frame
from letters.rendering.run.fonts import FontSet
from letters.rendering.run.markup import Sheet, shape_of, take_apart
from letters.rendering.run.pieces import Block, FontUse, Layer, Marked, NotComposable
from letters.rendering.run.squeeze import remember, squeezer

_FRAMES, _BLOCKS, _SEEN = 32, 200, 1_000


class Composed(NamedTuple):
    """A letter's bytes, and what they stand or fall with: its frame and number of pages."""

    pdf: bytes
    proof: tuple[int, int]


class Composer:
    """HTML in, PDF bytes out, with what was seen before remembered. One thread at a time."""

    def __init__(self) -> None:
        self.frames: OrderedDict[tuple[str, str], Frame | NotComposable] = OrderedDict()
        self.blocks: OrderedDict[tuple[int, str], Block] = OrderedDict()
        self.seen: OrderedDict[int, None] = OrderedDict()

    def composed(self, source: str) -> Composed:
        """Return a letter. Raises NotComposable."""
        sheet = take_apart(source)
        frame = self._frame(sheet)
        blocks = self._blocks(frame, sheet.blocks)
        made, pages = _compose(sheet, frame, blocks)
        return Composed(made, (frame.number, pages))

    def _frame(self, sheet: Sheet) -> Frame:
        key = sheet.before, sheet.after
        found = self.frames.get(key)
        if found is None:
            try:
                found = Frame(*key)
            except NotComposable as error:
                found = error
        remember(self.frames, key, found, _FRAMES)
        if isinstance(found, NotComposable):
            raise found
        return found

    def _blocks(self, frame: Frame, markups: tuple[str, ...]) -> list[Block]:
        """Return blocks; what is seen twice is kept, for most are one person's alone."""
        keys = [(frame.number, markup) for markup in markups]
        found = [self.blocks.get(key) for key in keys]
        late = [number for number, block in enumerate(found) if block is None]
        made = frame.blocks([shape_of(markups[number]) for number in late])
        for number, block in zip(late, made, strict=True):
            found[number] = block
            if hash(keys[number]) in self.seen:
                remember(self.blocks, keys[number], block, _BLOCKS)
            remember(self.seen, hash(keys[number]), None, _SEEN)
        for key in keys:
            if key in self.blocks:
                self.blocks.move_to_end(key)
        return [block for block in found if block is not None]


def _compose(sheet: Sheet, frame: Frame, blocks: list[Block]) -> tuple[bytes, int]:
    flowing = [block for block in blocks if block.node is not None]
    laid = flow.pages(tuple(block.node for block in flowing), frame.areas)  # type: ignore[misc]
    before, after = _apart(blocks, len(laid))
    writer = paper.Writer()
    for _ in range(4):
        writer.number()
    used = FontSet()
    states: dict[str, bytes] = {}
    sheets = []
    for index, fragments in enumerate(laid):
        kind = frame.pages(len(laid))[index]
        page = _Page(frame, index, len(laid))
        page.flow(kind, fragments, flowing)
        page.layers(index, fragments, flowing, before, after, len(laid))
        page.close(kind)
        used.add(page.fonts)
        for name, data in page.states.items():
            states.setdefault(name, data)
        contents, number = writer.number(), writer.number()
        writer.packed(contents, squeezer.compressed(page.chunks()), b"")
        writer.dictionaries[number] = paper.page(
            contents, index, kind.width * 0.75, kind.height * 0.75
        )
        sheets.append((number, page))
    font = paper.write_fonts(writer, used)
    structure = _structure(writer, sheets)
    info = paper.write_ending(writer, sheet.title, sheet.language, structure)
    fixed = writer.dictionaries
    fixed[paper.PAGES] = b"<</Type /Pages/Kids [%b]/Count %d>>" % (
        paper.joined(number for number, _ in sheets), len(sheets),
    )  # fmt: skip
    fixed[paper.COLOURS] = paper.colour_spaces()
    fixed[paper.RESOURCES] = paper.resources(states, font)
    return writer.file(info), len(laid)


def _apart(blocks: list[Block], pages: int) -> tuple[list[Block], list[Block]]:
    """Return the positioned blocks before and after the flow. Between them none may stand."""
    places = [index for index, block in enumerate(blocks) if block.node is not None]
    if not places:
        raise NotComposable("a letter without text")
    before, after = blocks[: places[0]], blocks[places[-1] + 1 :]
    if len(before) + len(after) + len(places) != len(blocks):
        raise NotComposable("a positioned block within the flow")
    if any(block.later for block in before):
        raise NotComposable("a fixed block before the flow")
    if pages > 1 and any(not block.later for block in after):
        raise NotComposable("a positioned block at the end of two pages")
    return before, after


class _Page:
    """One page in the making: its operators, its marks, and the blocks on it in painted order."""

    def __init__(self, frame: Frame, index: int, count: int) -> None:
        self.out: list[bytes] = []
        self.cuts: list[int] = []
        self.marks = 0
        self.fonts: list[FontUse] = []
        self.states: dict[str, bytes] = {}
        self.parts: list[tuple[str, Block, dict[int, int]]] = []
        self.count = count

    def flow(self, kind: Any, fragments: list[flow.Fragment], flowing: list[Block]) -> None:
        out = self.out
        out += kind.around.head
        out += kind.around.opening
        alpha = colour = b""
        self.moving: list[tuple[dict[int, int], Layer, float]] = []
        for fragment in fragments:
            block = flowing[fragment.index]
            marks: dict[int, int] = {}
            self.states.update(block.states)
            self.parts.append(("flow", block, marks))
            placed = list(fragment.placed())
            whole = len(placed) == block.lines
            if whole:
                self.fonts += block.fonts
            for line, y in placed:
                if not whole:
                    for text in line.texts:
                        self.fonts += text.fonts
                for mark, tag, ink, head, rise, tail, _, told in line.texts:
                    number = marks[mark] = self.marks
                    self.marks = number + 1
                    out.append(b"/%b\n<</MCID %d%b>>\nBDC" % (tag, number, told))
                    if ink.alpha != alpha:
                        alpha = ink.alpha
                        out.append(alpha)
                    if ink.colour != colour:
                        colour = ink.colour
                        out.append(colour)
                    if head:
                        out.append(b"%b%b%b" % (head, _number(y + rise), tail))
                    else:
                        out.append(tail)
                self.moving += [(marks, layer, y) for layer in line.layers]
            self.cuts.append(len(out))
        out += kind.around.closing

    def layers(
        self, index: int, fragments: Any, flowing: Any, before: list[Block], after: list[Block],
        count: int,
    ) -> None:  # fmt: skip
        if index == 0:
            for block in before:
                self._still(block, "before")
        for marks, layer, y in self.moving:
            self._layer(layer, marks, y)
        for block in after:
            last = index == count - 1
            self._still(block.on(index), "after" if last else "outside")

    def chunks(self) -> list[bytes]:
        """Return the page's operators, cut where letters may begin to differ."""
        cuts = [0, *self.cuts, len(self.out)]
        return [b"\n".join(self.out[a:b]) for a, b in pairwise(cuts) if a < b]

    def _still(self, block: Block, place: str) -> None:
        marks: dict[int, int] = {}
        self.parts.append((place, block, marks))
        for layer in block.layers:
            self._layer(layer, marks, 0.0)

    def _layer(self, layer: Layer, marks: dict[int, int], y: float) -> None:
        self.fonts += layer.fonts
        self.states.update(layer.states)
        for part in layer.parts:
            if isinstance(part, bytes):
                self.out.append(part)
            elif isinstance(part, Marked):
                marks[part.mark] = self.marks
                self.out.append(b"/%b\n<</MCID %d%b>>\nBDC" % (part.tag, self.marks, part.told))
                self.marks += 1
            else:
                self.out.append(b"%b%b Tm" % (part.head, _number(y + part.y)))

    def close(self, kind: Any) -> None:
        self._still(kind.around.outside, "margin")


def _number(value: float) -> bytes:
    if value.is_integer():
        return b"%d" % value
    return (b"%f" % value).rstrip(b"0")


def _structure(writer: paper.Writer, sheets: list[tuple[int, _Page]]) -> int:
    mapping, root, document = (writer.number() for _ in range(3))
    top, tree = [], []
    for index, (sheet, page) in enumerate(sheets):
        article = writer.number()
        holders: dict[int, int] = {}
        kids: list[bytes] = []
        outside: list[bytes] = []
        order = {"before": 0, "flow": 1, "after": 2, "outside": 3, "margin": 4}
        for place, block, marks in sorted(page.parts, key=lambda part: order[part[0]]):
            loose = place in ("outside", "margin")
            parent, refs = (document, outside) if loose else (article, kids)
            refs += paper.write_block(
                writer,
                block.elements,
                block.roots,
                parent,
                sheet,
                marks,
                holders,
                split=len(marks) < block.marks,
            )
        writer.dictionaries[article] = paper.element(b"Art", kids, sheet, document)
        top += [b"%d 0 R" % article, *outside]
        tree.append(b"%d [%b]" % (index, paper.joined(holders[i] for i in sorted(holders))))
    writer.dictionaries[mapping] = b"<</Nums [%b]>>" % b" ".join(tree)
    writer.dictionaries[root] = b"<</Type /StructTreeRoot/ParentTree %d 0 R/K [%d 0 R]>>" % (
        mapping, document,
    )  # fmt: skip
    writer.dictionaries[document] = b"<</Type /StructElem/S /Document/K [%b]/P %d 0 R>>" % (
        b" ".join(top),
        root,
    )
    return root
