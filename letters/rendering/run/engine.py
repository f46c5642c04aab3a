"""WeasyPrint's side of a run: a frame laid out once, and in it blocks, painted into pieces.

Beside pdf.py this package is the only one that imports WeasyPrint, and only this module and
painting.py name its private parts: nothing is composed with a version that was not proven.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from math import inf
from typing import Any

import pydyf
import weasyprint
from weasyprint import DEFAULT_OPTIONS, HTML
from weasyprint.css.counters import CounterStyle
from weasyprint.document import Document
from weasyprint.draw import draw_background, draw_block_level, draw_border, draw_stacking_context
from weasyprint.draw import draw_page as _draw_page
from weasyprint.formatting_structure import boxes
from weasyprint.formatting_structure.build import build_formatting_structure
from weasyprint.layout import layout_document
from weasyprint.layout.absolute import AbsolutePlaceholder, absolute_box_layout, absolute_layout
from weasyprint.layout.background import layout_box_backgrounds
from weasyprint.layout.block import block_level_layout
from weasyprint.pdf.tags import _build_box_tree
from weasyprint.stacking import StackingContext, _dispatch

from letters.rendering import pdf
from letters.rendering.run.flow import Area
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

PROVEN = {("70.0", "0.13.0")}  # versions of WeasyPrint and pydyf whose results were compared
PAGES = 3
_FILLER = "<p>x</p>" * 220
_SCALE = 0.75


def proven() -> bool:
    return (weasyprint.__version__, pydyf.__version__) in PROVEN


class Page:
    """One kind of page of a frame: its measures and what is painted around the blocks."""

    def __init__(self, box: Any, article: Any) -> None:
        self.box, self.article = box, article
        self.width, self.height = box.margin_width(), box.margin_height()
        top = article.content_box_y()
        apart = bool(article.padding_top or article.border_top_width)
        self.area = Area(top, box.content_box_y() + box.height, apart)
        self.head, self.opening, self.closing, self.tail = _surroundings(box, article)


class Frame:
    """What surrounds the blocks of a letter: page, body and article, laid out by WeasyPrint."""

    def __init__(self, before: str, after: str) -> None:
        self.before, self.after = before, after
        html, self.context, root = _boxes(before + _FILLER + after)
        laid = list(layout_document(html, root, self.context))[:PAGES]
        if len(laid) < PAGES:
            raise NotComposable("a frame of fewer pages")
        self.pages = tuple(Page(page, _article(page)) for page in laid)
        self._check()
        self.context.page_bottom = inf
        self.context.current_page = 1
        self.context.create_block_formatting_context()

    def _check(self) -> None:
        first, widths = self.pages[0], {page.article.width for page in self.pages}
        article = first.article
        if len(widths) > 1 or article.margin_top or article.margin_bottom:
            raise NotComposable("pages of different widths")
        if article.padding_bottom or article.border_bottom_width:
            raise NotComposable("a padded article")
        if any(len(page.box.children) > 1 for page in self.pages):
            raise NotComposable("margin boxes")

    def boxes(self, markup: str) -> Any:
        """Return the block's box before layout, made by WeasyPrint's parser and cascade."""
        _, _, root = _boxes(self.before + markup + self.after)
        children = [box for box in _article(root).children if not _is_blank(box)]
        if len(children) != 1:
            raise NotComposable("a block of several boxes")
        return children[0]

    def block(self, box: Any) -> Block:
        """Lay out and paint one block. `box` is used up."""
        article = self.pages[0].article
        box.position_x, box.position_y = article.content_box_x(), 0.0
        if box.is_in_normal_flow():
            return self._flowing(box)
        if not box.is_absolutely_positioned():
            raise NotComposable("a floating block")
        if box.style["top"] == box.style["bottom"] == "auto":
            raise NotComposable("a positioned block without a place")
        return self._fixed(box) if box.style["position"] == "fixed" else self._absolute(box)

    def _flowing(self, box: Any) -> Block:
        page = self.pages[0]
        apart: list[Any] = []
        laid = block_level_layout(
            self.context, box, -inf, None, page.article, True, apart, [], []
        )  # fmt: skip
        new, resume, through = laid[0], laid[1], laid[4]
        if new is None or resume is not None or through or new.style["position"] != "static":
            raise NotComposable("an empty block")
        for placeholder in apart:
            absolute_layout(self.context, placeholder, page.article, [], -inf, None)
        layout_box_backgrounds(page.box, new, self.context.get_image_from_uri)
        return _painted(new, page, moving=True)

    def _absolute(self, box: Any) -> Block:
        page = self.pages[0]
        if box.style["bottom"] != "auto" and box.style["top"] == "auto":
            raise NotComposable("a block that hangs on the article's end")
        return _painted(self._apart(box, page.article, page), page, moving=False)

    def _fixed(self, box: Any) -> Block:
        kinds = [
            _painted(self._apart(box.deepcopy(), page.box, page), page, moving=False)
            for page in self.pages
        ]
        block = kinds[0]
        block.fixed = True
        block.layers = tuple(kind.layers[0] for kind in kinds)
        if any(kind.elements != block.elements or kind.marks != block.marks for kind in kinds):
            raise NotComposable("a fixed block that differs from page to page")
        return block

    def _apart(self, box: Any, around: Any, page: Page) -> Any:
        rest: list[Any] = []
        new, resume = absolute_box_layout(self.context, box, around, rest, -inf, None)
        if resume is not None or rest:
            raise NotComposable("a positioned block within another")
        layout_box_backgrounds(page.box, new, self.context.get_image_from_uri)
        return new


@cache
def _counter_style() -> Any:
    return CounterStyle()


def _boxes(markup: str) -> tuple[Any, Any, Any]:
    html = HTML(string=markup, url_fetcher=pdf._fetcher(), base_url=None)
    options = {**DEFAULT_OPTIONS, "stylesheets": [pdf._stylesheet()], "pdf_variant": pdf.VARIANT}
    context = Document._build_layout_context(html, pdf._fonts(), _counter_style(), {}, options)
    root = build_formatting_structure(
        html.etree_element, context.style_for, context.get_image_from_uri, html.base_url,
        context.target_collector, _counter_style(), context.footnotes,
    )  # fmt: skip
    return html, context, root


def _article(root: Any) -> Any:
    for box in [root, *root.descendants()]:
        if box.element_tag == "article" and isinstance(box, boxes.BlockBox):
            return box
    raise NotComposable("no article")


def _is_blank(box: Any) -> bool:
    return box.element_tag == "article" and not box.children


# Painting


def _surroundings(page: Any, article: Any) -> tuple[list[bytes], ...]:
    """Return what is painted before and after the article's flow, and around its lines.

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
    start = next(
        (i for i in range(len(outer)) if outer[i : i + len(inner)] == inner), None
    )  # fmt: skip
    if start is None or len(contexts) != 1:
        raise NotComposable("an article painted in another way")
    marks = [i for i, part in enumerate(inner) if isinstance(part, Begin)]
    ends = [i for i, part in enumerate(inner) if part == END]
    opening, closing = inner[: marks[0]], inner[ends[-1] + 1 :]
    parts = outer[:start], opening, closing, outer[start + len(inner) :]
    if any(not isinstance(piece, (bytes, str)) for part in parts for piece in part):
        raise NotComposable("text outside the article")
    return tuple([_bytes(piece) for piece in part] for part in parts)


def _bytes(piece: Any) -> bytes:
    return piece if isinstance(piece, bytes) else str(piece).encode("ascii")


def _notes(page: Any, *, flowing: bool) -> Notes:
    return Notes((0.0, 0.0, page.margin_width(), page.margin_height()), flowing=flowing)


def _painted(box: Any, page: Page, *, moving: bool) -> Block:
    contexts: list[Any] = []
    blocks: list[Any] = []
    floats: list[Any] = []
    cells: dict[Any, Any] = {}
    _dispatch(box, page.box, contexts, blocks, floats, cells)
    if floats or any(context.z_index for context in contexts):
        raise NotComposable("a float or a layer of its own")
    notes = _notes(page.box, flowing=True)
    for block in blocks:
        draw_background(notes, block.background)
        draw_border(notes, block)
    if notes.stream:
        raise NotComposable("a border or background in the flow")
    draw_block_level(page.box, notes, cells)
    notes.check()
    flow, painted = notes.stream, [_layer_notes(context, page) for context in contexts]
    boxes_in_order = [part.box for parts in (flow, *(other.stream for _, other in painted))
                      for part in parts if isinstance(part, Begin)]  # fmt: skip
    marks = {box: number for number, box in enumerate(boxes_in_order)}
    elements, roots = _structure(box, marks)
    if not moving:
        layers = tuple(_layer(other, marks, None) for _, other in painted)
        return Block(None, (layers,), False, len(marks), elements, roots)
    texts = dict(_texts(notes, marks))
    node = _node(box, texts, painted, marks)
    if texts:
        raise NotComposable("text outside of lines")
    used = FontSet()
    for box in boxes_in_order:
        used.add(notes.fonts.get(box, ()))
    return Block(node, (), False, len(marks), elements, roots, used.uses(), notes.states())


def _layer_notes(context: Any, page: Page) -> tuple[Any, Notes]:
    notes = _notes(page.box, flowing=False)
    draw_stacking_context(notes, context)
    notes.check()
    return context.box, notes


def _layer(notes: Notes, marks: dict[Any, int], top: float | None) -> Layer:
    """Return a layer; one that moves with a line whose top is at `top`, or stays where it is."""
    parts: list[bytes | Marked | Placed] = []
    used = FontSet()
    for part in notes.stream:
        if isinstance(part, Begin):
            parts.append(Marked(marks[part.box], part.tag.encode()))
            used.add(notes.fonts[part.box])
        elif isinstance(part, Matrix):
            parts.append(Placed(part.head, part.y - (top or 0.0)))
        elif top is not None and is_bound(part):
            raise NotComposable("a picture that moves")
        else:
            parts.append(_bytes(part))
    return Layer(tuple(parts), used.uses(), notes.states())


def _texts(notes: Notes, marks: dict[Any, int]) -> Iterator[tuple[Any, Any]]:
    """Yield each text box with what it takes to make a Text. The flow must hold nothing else."""
    flow, position = notes.stream, 0
    while position < len(flow):
        begin = flow[position]
        if not isinstance(begin, Begin):
            raise NotComposable("something other than text in the flow")
        end = flow.index(END, position)
        fonts = notes.fonts[begin.box]
        yield begin.box, (marks[begin.box], begin.tag, flow[position + 1 : end], fonts)
        position = end + 1


def _text(noted: tuple[int, str, list[Any], tuple[FontUse, ...]], top: float) -> Text:
    mark, tag, (ink, *rest), used = noted
    if not isinstance(ink, Ink) or any(is_bound(part) for part in rest):
        raise NotComposable("a decorated text")
    places = [i for i, part in enumerate(rest) if isinstance(part, Matrix)]
    if not places:
        return Text(mark, tag.encode(), ink, b"", 0.0, b"\n".join((*rest, END)), used)
    if len(places) > 1 or any(isinstance(part, Ink) for part in rest):
        raise NotComposable("a text in several places")
    (place,) = places
    head = b"\n".join((*rest[:place], rest[place].head))
    tail = b"\n".join((b" Tm", *rest[place + 1 :], END))
    return Text(mark, tag.encode(), ink, head, rest[place].y - top, tail, used)


_PLAIN = {"float": "none", "clear": "none", "position": "static", "overflow": "visible",
          "column_width": "auto", "column_count": "auto", "height": "auto",
          "box_decoration_break": "slice", "max_lines": "none", "continue": "auto",
          "margin_break": "auto"}  # fmt: skip


def _node(
    box: Any, texts: dict[Any, Any], layers: list[tuple[Any, Notes]], marks: dict[Any, int]
) -> Node:
    if type(box) is not boxes.BlockBox or box.is_table_wrapper or box.min_height:
        raise NotComposable(f"a {type(box).__name__}")
    style = box.style
    if any(style[name] != value for name, value in _PLAIN.items()):
        raise NotComposable("a block of an unusual kind")
    apart = [child._box for child in box.children if isinstance(child, AbsolutePlaceholder)]
    inside = [child for child in box.children if not isinstance(child, AbsolutePlaceholder)]
    if not inside or box.is_outside_marker:
        raise NotComposable("an empty block")
    lines, nodes = _inside(inside, texts, layers, marks)
    for child in apart:
        _hang(child, lines, nodes, inside, layers, marks)
    return Node(
        box.margin_top, box.border_top_width, box.padding_top, box.padding_bottom,
        box.border_bottom_width, box.margin_bottom, style["break_before"], style["break_after"],
        style["break_inside"], style["orphans"], style["widows"],
        bool(box.children) and box.children[0] is inside[0], tuple(lines), tuple(nodes),
    )  # fmt: skip


def _inside(
    inside: list[Any], texts: dict[Any, Any], layers: list[tuple[Any, Notes]], marks: dict[Any, int]
) -> tuple[list[Line], list[Node]]:
    if all(isinstance(child, boxes.LineBox) for child in inside):
        return [_line(child, texts) for child in inside], []
    if any(isinstance(child, boxes.LineBox) for child in inside):
        raise NotComposable("lines beside blocks")
    return [], [_node(child, texts, layers, marks) for child in inside]


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
    layers: list[tuple[Any, Notes]], marks: dict[Any, int],
) -> None:  # fmt: skip
    """Let a list's marker move with the first line of its item."""
    line, first = lines[0] if lines else None, inside[0]
    node = nodes[0] if nodes else None
    while line is None and node is not None:
        line, first = (node.lines[0], first) if node.lines else (None, first)
        first = first.children[0]
        node = node.nodes[0] if node.nodes else None
    notes = next((notes for other, notes in layers if other.element is box.element
                  and other.element_tag == box.element_tag), None)  # fmt: skip
    if line is None or notes is None or not isinstance(first, boxes.LineBox):
        raise NotComposable("a marker without a line")
    line.layers = (*line.layers, _layer(notes, marks, first.position_y))


# Structure


class _Tally:
    """Counts the objects that WeasyPrint's own tagging makes."""

    page_references = (b"page",)

    def __init__(self) -> None:
        self.objects: list[Any] = []

    def add_object(self, made: Any) -> None:
        made.number = len(self.objects)
        self.objects.append(made)


def _structure(box: Any, marks: dict[Any, int]) -> tuple[tuple[Element, ...], tuple[int, ...]]:
    parent = pydyf.Dictionary({"S": "/Art", "K": pydyf.Array()})
    parent.number = -1
    tally, notes = _Tally(), []
    tags = {marked: {"tag": "Span", "mcid": number} for marked, number in marks.items()}
    roots = list(_build_box_tree(box, parent, tally, 0, {}, notes, tags))
    if tags or notes or parent["K"]:
        raise NotComposable("a structure of another kind")
    return tuple(_element(made) for made in tally.objects), tuple(r.number for r in roots)


def _element(made: Any) -> Element:
    if set(made) != {"Type", "S", "K", "Pg", "P"}:
        raise NotComposable("a structure element with attributes")
    kids = tuple(-1 - kid if isinstance(kid, int) else int(kid.split()[0]) for kid in made["K"])
    return Element(made["S"][1:].encode(), int(made["P"].split()[0]), kids)
