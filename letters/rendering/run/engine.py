"""WeasyPrint's side of a run: a frame laid out once, and in it blocks, painted into pieces.

Beside pdf.py this package is the only one that imports WeasyPrint. It names private parts of it:
nothing is composed with a version that was not proven.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cache
from math import inf
from typing import Any, NamedTuple

import pydyf
import weasyprint
from weasyprint import DEFAULT_OPTIONS, HTML
from weasyprint.css.counters import CounterStyle
from weasyprint.document import Document
from weasyprint.formatting_structure import boxes
from weasyprint.formatting_structure.build import build_formatting_structure
from weasyprint.layout import layout_document
from weasyprint.layout.absolute import absolute_box_layout, absolute_layout
from weasyprint.layout.background import layout_box_backgrounds
from weasyprint.layout.block import block_level_layout

from letters.rendering import archive, pdf, sheet
from letters.rendering.run import patterns
from letters.rendering.run.boxes import flowing_block, standing_block, surroundings
from letters.rendering.run.flow import Area
from letters.rendering.run.markup import Shape
from letters.rendering.run.pieces import Block, NotComposable

PROVEN = {("70.0", "0.13.0", "pdf/ua-1")}  # WeasyPrint, pydyf and variant that were compared
PAGES = sheet.PAGES
_SHAPES = 200
_numbers = itertools.count()
_LINE, _NEXT = "<p>x</p>", '<p style="break-before: page">x</p>'
# What HTML's parser changes in a text, or white space that collapses.
_UNSURE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]|  |^$")


def proven() -> bool:
    return (weasyprint.__version__, pydyf.__version__, archive.VARIANT) in PROVEN


class Page:
    """One page of a frame: its measures and what is painted around the blocks."""

    def __init__(self, box: Any, article: Any) -> None:
        self.box, self.article = box, article
        self.width, self.height = box.margin_width(), box.margin_height()
        apart = bool(article.padding_top or article.border_top_width)
        self.area = Area(article.content_box_y(), box.content_box_y() + box.height, apart)
        self.around = surroundings(box, article)


class LaidOut(NamedTuple):
    """A block, the boxes it was made of, and which mark each text box has."""

    box: Any
    block: Block
    marks: dict[Any, int]


class Frame:
    """What surrounds the blocks of a letter: page, body and article, laid out by WeasyPrint."""

    def __init__(self, before: str, after: str) -> None:
        self.number = next(_numbers)
        self.before, self.after = before, after
        self.seen: set[Shape] = set()
        self.patterns: dict[Shape, patterns.Pattern | None] = {}
        self._pages: dict[int, tuple[Page, ...]] = {}
        self.context = self._lay_out(PAGES)
        self.areas = tuple(page.area for page in self._pages[PAGES])
        self._check()
        self.context.page_bottom = inf
        self.context.current_page = 1
        self.context.create_block_formatting_context()

    def pages(self, count: int) -> tuple[Page, ...]:
        """Return the pages of a letter of `count` pages: they may say how many there are."""
        if count not in self._pages:
            self._lay_out(count)
            if tuple(page.area for page in self._pages[count]) != self.areas[:count]:
                raise NotComposable("pages that depend on their number")
        return self._pages[count]

    def _lay_out(self, count: int) -> Any:
        filler = _LINE + _NEXT * (count - 1)
        document, context, root = _boxes(self.before + filler + self.after)
        laid = list(layout_document(document, root, context))
        if len(laid) != count:
            raise NotComposable("a frame of other pages")
        self._pages[count] = tuple(Page(page, article_in(page)) for page in laid)
        return context

    def _check(self) -> None:
        pages = self._pages[PAGES]
        article = pages[0].article
        if len({page.article.width for page in pages}) > 1:
            raise NotComposable("pages of different widths")
        if article.margin_top or article.margin_bottom:
            raise NotComposable("an article with margins")
        if article.padding_bottom or article.border_bottom_width:
            raise NotComposable("a padded article")

    def blocks(self, shaped: list[tuple[Shape, tuple[str, ...]]]) -> list[Block]:
        """Return blocks in pieces: by their patterns, or laid out by WeasyPrint."""
        found = [self._quick(shape, texts) for shape, texts in shaped]
        late = [number for number, block in enumerate(found) if block is None]
        markups = [shaped[number][0].filled(shaped[number][1]) for number in late]
        for number, laid in zip(late, self.laid_out(markups), strict=True):
            found[number] = laid.block
        return [block for block in found if block is not None]

    def laid_out(self, markups: list[str]) -> Iterator[LaidOut]:
        """Yield blocks laid out one by one, their boxes made in one go."""
        if not markups:
            return
        _, _, root = _boxes(self.before + "".join(markups) + self.after)
        children = article_in(root).children
        if len(children) != len(markups):
            raise NotComposable("a block of several boxes")
        for box in children:
            yield self._laid_out(box)

    def _quick(self, shape: Shape, texts: tuple[str, ...]) -> Block | None:
        """Return a block by its pattern. One that was seen only once is not worth learning."""
        if any(_UNSURE.search(text) for text in texts):
            return None
        if shape not in self.patterns:
            if shape not in self.seen:
                self.seen.add(shape)
                return None
            if len(self.patterns) >= _SHAPES:
                self.patterns.clear()
                self.seen.clear()
            self.patterns[shape] = patterns.learnt(self, shape)
        pattern = self.patterns[shape]
        return pattern.block(texts) if pattern else None

    def _laid_out(self, box: Any) -> LaidOut:
        article = self._pages[PAGES][0].article
        box.position_x, box.position_y = article.content_box_x(), 0.0
        if box.is_in_normal_flow():
            return self._flowing(box)
        if not box.is_absolutely_positioned():
            raise NotComposable("a floating block")
        if box.style["top"] == box.style["bottom"] == "auto":
            raise NotComposable("a positioned block without a place")
        return self._fixed(box) if box.style["position"] == "fixed" else self._absolute(box)

    def _flowing(self, box: Any) -> LaidOut:
        page = self._pages[PAGES][0]
        apart: list[Any] = []
        laid = block_level_layout(self.context, box, -inf, None, page.article, True, apart, [], [])
        new, resume, through = laid[0], laid[1], laid[4]
        if new is None or resume is not None or through or new.style["position"] != "static":
            raise NotComposable("an empty block")
        for placeholder in apart:
            absolute_layout(self.context, placeholder, page.article, [], -inf, None)
        layout_box_backgrounds(page.box, new, self.context.get_image_from_uri)
        return LaidOut(new, *flowing_block(new, page.box))

    def _absolute(self, box: Any) -> LaidOut:
        page = self._pages[PAGES][0]
        if box.style["bottom"] != "auto" and box.style["top"] == "auto":
            raise NotComposable("a block that hangs on the article's end")
        new = self._apart(box, page.article, page)
        return LaidOut(new, *standing_block(new, page.box))

    def _fixed(self, box: Any) -> LaidOut:
        """Return a block that stands on every page; where it stands on the next is found late."""

        def on(number: int) -> LaidOut:
            page = self._pages[PAGES][number]
            new = self._apart(box.deepcopy(), page.box, page)
            return LaidOut(new, *standing_block(new, page.box))

        first = on(0)
        first.block.later = lambda number: on(number).block
        return first

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
    document = HTML(string=markup, url_fetcher=pdf._fetcher(), base_url=None)
    options = {**DEFAULT_OPTIONS, "stylesheets": [pdf._stylesheet()], **archive.OPTIONS}
    context = Document._build_layout_context(document, pdf._fonts(), _counter_style(), {}, options)
    root = build_formatting_structure(
        document.etree_element, context.style_for, context.get_image_from_uri, document.base_url,
        context.target_collector, _counter_style(), context.footnotes,
    )  # fmt: skip
    return document, context, root


def article_in(root: Any) -> Any:
    for box in [root, *root.descendants()]:
        if box.element_tag == "article" and isinstance(box, boxes.BlockBox):
            return box
    raise NotComposable("no article")
