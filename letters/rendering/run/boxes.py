"""Read WeasyPrint's laid-out boxes: paint them into notes and keep the pieces of a block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import pydyf
from weasyprint.draw import draw_background, draw_block_level, draw_border, draw_stacking_context
from weasyprint.draw import draw_page as _draw_page
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.pdf.tags import _build_box_tree
from weasyprint.stacking import _dispatch

from letters.rendering import reading
from letters.rendering.run.fonts import FontSet
from letters.rendering.run.painting import END, Begin, Matrix, Notes, is_bound
from letters.rendering.run.pieces import (
    Block,
    Element,
    FontUse,
    Ink,
    Layer,
    Line,
    Marked,
    Node,
    NotComposable,
    Placed,
    Text,
)

_SCALE = 0.75
_Painted = tuple[Any, Notes, dict[Any, int], list[bytes]]


class Surroundings(NamedTuple):
    """What a page paints before and after its article, and the article around its lines.

    `outside` are the margin boxes: no part of the text, but of the page's structure.
    """

    head: list[bytes]
    opening: list[bytes]
    closing: list[bytes]
    outside: Block


def surroundings(page: Any, article: Any) -> Surroundings:
    """Return what is around the article's lines.

    The article is painted twice, alone and within its page: what is left over is the page's.
    """
    alone, whole = _notes(page, flowing=True), _notes(page, flowing=True)
    contexts: list[Any] = []
    _dispatch(article, page, contexts, [], [], {})
    draw_stacking_context(alone, contexts[0])
    whole.transform(d=-1, f=page.margin_height() * _SCALE)
    with whole.stacked():
        whole.transform(a=_SCALE, d=_SCALE)
        _draw_page(page, whole)
    inner, outer = alone.stream, whole.stream
    places = range(len(outer) - len(inner) + 1)
    start = next((i for i in places if outer[i : i + len(inner)] == inner), None)
    if start is None or len(contexts) != 1:
        raise NotComposable("an article painted in another way")
    begins = [i for i, part in enumerate(inner) if isinstance(part, Begin)]
    ends = [i for i, part in enumerate(inner) if part == END]
    head, opening, closing = outer[:start], inner[: begins[0]], inner[ends[-1] + 1 :]
    if any(
        not isinstance(piece, (bytes, str)) for part in (head, opening, closing) for piece in part
    ):
        raise NotComposable("text before the article")
    whole.stream = list(_inked(outer[start + len(inner) :]))
    whole.check()
    return Surroundings(
        list(map(_bytes, head)), list(map(_bytes, opening)), list(map(_bytes, closing)),
        _outside(page, whole),
    )  # fmt: skip


def _outside(page: Any, notes: Notes) -> Block:
    marks = _marks(notes.stream)
    elements, _, told = _structure(page.children[1:], marks)
    return Block(None, (_layer(notes, marks, told, None),), len(marks), elements, ())


def _inked(parts: Iterable[Any]) -> Iterator[Any]:
    """Write colours where they change. The end of a saved state forgets them."""
    last = Ink(b"", b"")
    for part in parts:
        if isinstance(part, Ink):
            yield from (new for new, old in zip(part, last, strict=True) if new != old)
            last = part
        else:
            if part == b"Q":
                last = Ink(b"", b"")
            yield part


def flowing_block(box: Any, page: Any) -> tuple[Block, dict[Any, int]]:
    """Return a laid-out block of the flow, whose top is at 0, in pieces that can move.

    With it comes which mark each text has.
    """
    contexts, blocks, cells = _dispatched(box, page)
    notes = _notes(page, flowing=True)
    for block in blocks:
        draw_background(notes, block.background)
        draw_border(notes, block)
    if notes.stream:
        raise NotComposable("a border or background in the flow")
    draw_block_level(page, notes, cells)
    notes.check()
    painted = [_layer_notes(context, page) for context in contexts]
    marks = _marks(notes.stream, *(other.stream for _, other in painted))
    elements, roots, told = _structure([box], marks)
    texts = dict(_texts(notes, marks, told))
    layers = [(other, notes, marks, told) for other, notes in painted]
    node = _node(box, texts, layers)
    if texts:
        raise NotComposable("text outside of lines")
    used = FontSet()
    for marked in marks:
        used.add(notes.fonts.get(marked, ()))
    block = Block(node, (), len(marks), elements, roots, used.uses(), notes.states())
    return block, marks


def standing_block(box: Any, page: Any) -> tuple[Block, dict[Any, int]]:
    """Return a laid-out positioned block where it stands on the page."""
    contexts, _, _ = _dispatched(box, page)
    painted = [_layer_notes(context, page) for context in contexts]
    marks = _marks(*(notes.stream for _, notes in painted))
    elements, roots, told = _structure([box], marks)
    layers = tuple(_layer(notes, marks, told, None) for _, notes in painted)
    return Block(None, layers, len(marks), elements, roots), marks


def _dispatched(box: Any, page: Any) -> tuple[list[Any], list[Any], dict[Any, Any]]:
    contexts: list[Any] = []
    blocks: list[Any] = []
    floats: list[Any] = []
    cells: dict[Any, Any] = {}
    _dispatch(box, page, contexts, blocks, floats, cells)
    if floats or any(context.z_index for context in contexts):
        raise NotComposable("a float or a layer of its own")
    return contexts, blocks, cells


def _marks(*streams: list[Any]) -> dict[Any, int]:
    begins = (part for parts in streams for part in parts if isinstance(part, Begin))
    return {part.box: number for number, part in enumerate(begins)}


def _bytes(piece: Any) -> bytes:
    return piece if isinstance(piece, bytes) else str(piece).encode("ascii")


def _notes(page: Any, *, flowing: bool) -> Notes:
    return Notes((0.0, 0.0, page.margin_width(), page.margin_height()), flowing=flowing)


def _layer_notes(context: Any, page: Any) -> tuple[Any, Notes]:
    notes = _notes(page, flowing=False)
    draw_stacking_context(notes, context)
    notes.check()
    return context.box, notes


def _layer(notes: Notes, marks: dict[Any, int], told: list[bytes], top: float | None) -> Layer:
    """Return a layer; one that moves with a line whose top is at `top`, or stays where it is."""
    parts: list[bytes | Marked | Placed] = []
    used = FontSet()
    for part in notes.stream:
        if isinstance(part, Begin):
            mark, tag = marks[part.box], part.tag.encode()
            parts.append(Marked(mark, tag, notes.fonts[part.box], told[mark]))
            used.add(notes.fonts[part.box])
        elif isinstance(part, Matrix):
            parts.append(Placed(part.head, part.y - (top or 0.0)))
        elif top is not None and is_bound(part):
            raise NotComposable("a picture that moves")
        else:
            parts.append(_bytes(part))
    return Layer(tuple(parts), used.uses(), notes.states())


def _texts(notes: Notes, marks: dict[Any, int], told: list[bytes]) -> Iterator[tuple[Any, Any]]:
    """Yield each text box with what it takes to make a Text. The flow must hold nothing else."""
    flow, position = notes.stream, 0
    while position < len(flow):
        begin = flow[position]
        if not isinstance(begin, Begin):
            raise NotComposable("something other than text in the flow")
        end = flow.index(END, position)
        fonts = notes.fonts[begin.box]
        parts = flow[position + 1 : end]
        mark = marks[begin.box]
        yield begin.box, (mark, begin.tag, parts, fonts, told[mark])
        position = end + 1


def _text(noted: tuple[int, str, list[Any], tuple[FontUse, ...], bytes], top: float) -> Text:
    mark, tag, (ink, *rest), used, told = noted
    if not isinstance(ink, Ink) or any(is_bound(part) for part in rest):
        raise NotComposable("a decorated text")
    places = [i for i, part in enumerate(rest) if isinstance(part, Matrix)]
    if not places:
        return Text(mark, tag.encode(), ink, b"", 0.0, b"\n".join((*rest, END)), used, told)
    if len(places) > 1 or any(isinstance(part, Ink) for part in rest):
        raise NotComposable("a text in several places")
    (place,) = places
    head = b"\n".join((*rest[:place], rest[place].head))
    tail = b"\n".join((b" Tm", *rest[place + 1 :], END))
    return Text(mark, tag.encode(), ink, head, rest[place].y - top, tail, used, told)


_PLAIN = {"float": "none", "clear": "none", "position": "static", "overflow": "visible",
          "column_width": "auto", "column_count": "auto", "height": "auto",
          "box_decoration_break": "slice", "max_lines": "none", "continue": "auto",
          "margin_break": "auto"}  # fmt: skip


def _node(box: Any, texts: dict[Any, Any], layers: list[_Painted]) -> Node:
    if type(box) is not boxes.BlockBox or box.is_table_wrapper or box.min_height:
        raise NotComposable(f"a {type(box).__name__}")
    style = box.style
    if any(style[name] != value for name, value in _PLAIN.items()):
        raise NotComposable("a block of an unusual kind")
    apart = [child._box for child in box.children if isinstance(child, AbsolutePlaceholder)]
    inside = [child for child in box.children if not isinstance(child, AbsolutePlaceholder)]
    if not inside or box.is_outside_marker:
        raise NotComposable("an empty block")
    lines, nodes = _inside(inside, texts, layers)
    for child in apart:
        _hang(child, lines, nodes, inside, layers)
    return Node(
        box.margin_top, box.border_top_width, box.padding_top, box.padding_bottom,
        box.border_bottom_width, box.margin_bottom, style["break_before"], style["break_after"],
        style["break_inside"], style["orphans"], style["widows"],
        bool(box.children) and box.children[0] is inside[0], tuple(lines), tuple(nodes),
    )  # fmt: skip


def _inside(
    inside: list[Any], texts: dict[Any, Any], layers: list[_Painted]
) -> tuple[list[Line], list[Node]]:
    if all(isinstance(child, boxes.LineBox) for child in inside):
        return [_line(child, texts) for child in inside], []
    if any(isinstance(child, boxes.LineBox) for child in inside):
        raise NotComposable("lines beside blocks")
    return [], [_node(child, texts, layers) for child in inside]


def _line(line: Any, texts: dict[Any, Any]) -> Line:
    found = []
    for box in line.descendants():
        if isinstance(box, boxes.TextBox):
            found.append(_text(texts.pop(box), line.position_y))
        elif box is not line and type(box) is not boxes.InlineBox:
            raise NotComposable("something other than text in a line")
    return Line(line.height, tuple(found))


def _hang(
    box: Any, lines: list[Line], nodes: list[Node], inside: list[Any],
    layers: list[_Painted],
) -> None:  # fmt: skip
    """Let a list's marker move with the first line of its item."""
    line, first = lines[0] if lines else None, inside[0]
    node = nodes[0] if nodes else None
    while line is None and node is not None:
        line, first = (node.lines[0], first) if node.lines else (None, first)
        first = first.children[0]
        node = node.nodes[0] if node.nodes else None
    found = next((one for one in layers if one[0].element is box.element
                  and one[0].element_tag == box.element_tag), None)  # fmt: skip
    if line is None or found is None or not isinstance(first, boxes.LineBox):
        raise NotComposable("a marker without a line")
    line.layers = (*line.layers, _layer(*found[1:], first.position_y))


# Structure


class Structure(NamedTuple):
    """A block's elements, those that hang from the article, and what is told in each mark."""

    elements: tuple[Element, ...]
    roots: tuple[int, ...]
    told: list[bytes]


class _Tally:
    """Counts the objects that WeasyPrint's own tagging makes."""

    page_references = (b"0 0 R",)

    def __init__(self) -> None:
        self.objects: list[Any] = []

    def add_object(self, made: Any) -> None:
        made.number = len(self.objects)
        self.objects.append(made)


def _structure(roots: Iterable[Any], marks: dict[Any, int]) -> Structure:
    parent = pydyf.Dictionary({"S": "/Art", "K": pydyf.Array()})
    parent.number = -1
    tally = _Tally()
    notes: list[Any] = []
    tags = {box: {"tag": _tag(box), "mcid": number} for box, number in marks.items()}
    made = [
        element for root in roots
        for element in _build_box_tree(root, parent, tally, 0, {}, notes, tags)
    ]  # fmt: skip
    if tags or notes or parent["K"]:
        raise NotComposable("a structure of another kind")
    told = _told(SimpleNamespace(children=list(roots)), tally.objects, len(marks))
    elements = tuple(map(_element, tally.objects))
    return Structure(elements, tuple(element.number for element in made), told)


def _told(box: Any, elements: list[Any], marks: int) -> list[bytes]:
    """Have reading.py tell the texts in elements, and return what it tells in the marks."""
    properties: list[dict[str, Any]] = [{"MCID": mark} for mark in range(marks)]
    objects = [{"Contents": b"1 0 R"}, SimpleNamespace(stream=properties), *elements]
    pages = [SimpleNamespace(_page_box=box)]
    reading.tell_texts(
        SimpleNamespace(pages=pages),
        SimpleNamespace(objects=objects, page_references=_Tally.page_references),
    )
    return [
        b"/ActualText " + one["ActualText"].data if "ActualText" in one else b""
        for one in properties
    ]


def is_told(text: str) -> bool:
    """Whether reading.py tells a text along with its glyphs."""
    if text.isascii() or max(text) < "\u0590":  # Latin, Greek, Cyrillic: not what it is for
        return False
    element: dict[str, Any] = {"S": "/Span", "Pg": _Tally.page_references[0], "K": [0]}
    marks = _told(SimpleNamespace(children=[SimpleNamespace(text=text, children=())]), [element], 1)
    return any(marks) or "ActualText" in element


def _tag(box: Any) -> str:
    return "Span" if isinstance(box, boxes.TextBox) else "Figure"


def _element(made: Any) -> Element:
    kids = tuple(-1 - kid if isinstance(kid, int) else int(kid.split()[0]) for kid in made["K"])
    keys = list(made)
    if keys[:5] != ["Type", "S", "K", "Pg", "P"] or set(keys[5:]) - {"A", "Alt", "ActualText"}:
        raise NotComposable("a structure element of another kind")
    extra = pydyf.Dictionary({key: made[key] for key in keys[5:]}).data[2:-2]
    return Element(made["S"][1:].encode(), int(made["P"].split()[0]), kids, extra)
