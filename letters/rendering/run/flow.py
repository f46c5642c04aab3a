"""Part a letter's blocks into pages as WeasyPrint does: margins, orphans, widows, breaks to avoid.

The rules are those of CSS 2.1 §8.3.1 and CSS Fragmentation 3, in WeasyPrint's order and with its
sums, so that positions come out the same. What lies outside them raises NotComposable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from letters.rendering.run.pieces import Line, Node, NotComposable

Resume = tuple[int, "Resume | None"]
_AVOID = {"avoid", "avoid-page"}
_KNOWN = {"auto", *_AVOID}


class Area(NamedTuple):
    """Where a page's text begins and ends. `apart`: its top margins cannot collapse outwards."""

    top: float
    bottom: float
    apart: bool


@dataclass(slots=True)
class Fragment:
    """The part of a node that stands on one page. `index` is its place in the whole parent."""

    node: Node
    index: int
    y: float = 0.0
    height: float = 0.0
    margin_top: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    first: int = 0
    lines: list[tuple[Line, float]] = field(default_factory=list)
    fragments: list[Fragment] = field(default_factory=list)

    @property
    def content_y(self) -> float:
        return self.y + self.margin_top + self.top

    @property
    def end(self) -> float:
        """The bottom of its border."""
        return self.y + self.margin_top + (self.top + self.height + self.bottom)

    def placed(self) -> Iterator[tuple[Line, float]]:
        yield from self.lines
        for fragment in self.fragments:
            yield from fragment.placed()


class _Laid(NamedTuple):
    fragment: Fragment | None
    resume: Resume | None
    margins: list[float]


_NOTHING = _Laid(None, None, [])


def pages(blocks: tuple[Node, ...], areas: tuple[Area, ...]) -> list[list[Fragment]]:
    """Return each page's fragments of `blocks`. Raises NotComposable beyond the last area."""
    found, resume = [], None
    for number, area in enumerate(areas):
        pager = _Pager(area, later=number > 0)
        laid, resume = pager.page(blocks, resume)
        found.append(laid)
        if resume is None:
            return found
    raise NotComposable(f"more than {len(areas)} pages")


def collapsed(margins: list[float]) -> float:
    if not margins:
        return 0
    return max(0, *margins) + min(0, *margins)


class _Pager:
    def __init__(self, area: Area, *, later: bool) -> None:
        self.area, self.later = area, later

    def overflows(self, space: float, y: float) -> bool:
        return y > (self.area.bottom - space) * (1 + 1e-9)

    def page(
        self, blocks: tuple[Node, ...], resume: Resume | None
    ) -> tuple[list[Fragment], Resume | None]:
        margins = [] if self.area.apart else [0.0]
        done, rest, _, _ = self._children(blocks, self.area.top, margins, True, resume, 0, True)
        if done is None:
            raise NotComposable("nothing fits on a page")
        return done, rest

    def _block(
        self, node: Node, index: int, y: float, margins: list[float], empty: bool,
        resume: Resume | None, space: float,
    ) -> _Laid:  # fmt: skip
        fragment = Fragment(node, index, y)
        if resume is None:
            if not (self.later and empty and margins):
                fragment.margin_top = node.margin_top
            fragment.top = node.border_top + node.padding_top
        margins.append(fragment.margin_top)
        outer = margins
        if fragment.top:
            fragment.y += collapsed(margins) - fragment.margin_top
            margins, y = [], fragment.content_y
        if node.lines:
            y += collapsed(margins)
            stopped, y = self._lines(fragment, y, empty, resume, space)
            margins = []
        else:
            done, stopped, y, margins = self._children(
                node.nodes, y, margins, empty, resume, space, not node.padding_bottom
                and not node.border_bottom,
            )  # fmt: skip
            if done is None:
                return _NOTHING
            fragment.fragments = done
        if not (fragment.lines or fragment.fragments):
            return _NOTHING
        if stopped and node.break_inside in _AVOID and not empty:
            return _NOTHING
        if not fragment.top:
            fragment.y += collapsed(outer) - fragment.margin_top
        return self._finish(fragment, stopped, y, margins, space)

    def _finish(
        self, fragment: Fragment, stopped: Resume | None, y: float, margins: list[float],
        space: float,
    ) -> _Laid:  # fmt: skip
        node = fragment.node
        if stopped is not None:
            margins = []
        if node.padding_bottom or node.border_bottom:
            y += collapsed(margins)
            margins = []
        if stopped is None:
            fragment.bottom = node.padding_bottom + node.border_bottom
        fragment.height = max(0, y - fragment.content_y)
        if stopped is not None:
            rest = self.area.bottom - space - fragment.y - (fragment.margin_top + fragment.top)
            fragment.height = max(fragment.height, rest)
        return _Laid(fragment, stopped, margins)

    def _lines(
        self, fragment: Fragment, y: float, empty: bool, resume: Resume | None, space: float
    ) -> tuple[Resume | None, float]:
        """Put lines on the page. Leaves the fragment without lines if it must go on as a whole."""
        node, first = fragment.node, resume[0] if resume else 0
        fragment.first = first
        for index in range(first, len(node.lines)):
            line, last = node.lines[index], index == len(node.lines) - 1
            below = node.padding_bottom + node.border_bottom if last else 0
            end = y + line.height
            if (fragment.lines or not empty) and self.overflows(space, end + below):
                return self._break_lines(fragment, index, empty), y
            if empty and self.overflows(space, end):
                raise NotComposable("a line taller than the page")
            fragment.lines.append((line, y))
            y = end
        return None, y

    def _break_lines(self, fragment: Fragment, index: int, empty: bool) -> Resume | None:
        node = fragment.node
        after = len(node.lines) - 1 - index
        needed = max(0, node.widows - 1 - after)
        over = len(fragment.lines) - node.orphans
        if (over < 0 or needed > over) and not empty:
            fragment.lines.clear()
            return (index, None)
        if needed and needed <= over:
            del fragment.lines[-needed:]
        return (fragment.first + len(fragment.lines), None)

    def _children(
        self, nodes: tuple[Node, ...], y: float, margins: list[float], empty: bool,
        resume: Resume | None, space: float, open_below: bool,
    ) -> tuple[list[Fragment] | None, Resume | None, float, list[float]]:  # fmt: skip
        done: list[Fragment] = []
        skip, inner = resume if resume else (0, None)
        for index in range(skip, len(nodes)):
            alone = empty and not done
            laid, end = self._child(
                nodes[index], index, y, margins, alone, inner, space, open_below
            )
            inner = None
            if laid.fragment is None:
                return self._give_up(done, nodes[index], index, y, empty)
            done.append(laid.fragment)
            y, margins = end, laid.margins
            if laid.resume is not None:
                return done, (index, laid.resume), y, []
            margins.append(laid.fragment.node.margin_bottom)
        return done, None, y, margins

    def _child(
        self, node: Node, index: int, y: float, margins: list[float], alone: bool,
        resume: Resume | None, space: float, open_below: bool,
    ) -> tuple[_Laid, float]:  # fmt: skip
        again = list(margins)
        laid = self._block(node, index, y, margins, alone, resume, space)
        if laid.fragment is None:
            return laid, y
        fragment = laid.fragment
        if not alone and self.overflows(space, fragment.content_y + fragment.height):
            return _NOTHING, y
        more = space + fragment.bottom
        if not open_below:
            more += node.margin_bottom if laid.resume is None else 0
        if not alone and self.overflows(more, fragment.end):
            laid = self._block(node, index, y, again, alone, resume, more)
        return laid, laid.fragment.end if laid.fragment else y

    def _give_up(
        self, done: list[Fragment], node: Node, index: int, y: float, empty: bool
    ) -> tuple[list[Fragment] | None, Resume | None, float, list[float]]:
        if done and _between(done[-1], node) in _AVOID:
            earlier = _earlier(done)
            if earlier is not None:
                return *earlier, y, []
            if not empty:
                return None, None, y, []
        if not done:
            return None, None, y, []
        return done, (index, None), y, []


def _between(before: Fragment, after: Node) -> str:
    """Return whether a break between siblings is to be avoided: "avoid" wins over "auto"."""
    values = [*_values_after(before), *_values_before(after)]
    if not _KNOWN.issuperset(values):
        raise NotComposable("a forced page break")
    return next((value for value in values if value in _AVOID), "auto")


def _values_before(node: Node) -> Iterator[str]:
    yield node.break_before
    if node.nodes and node.leads:
        yield from _values_before(node.nodes[0])


def _values_after(fragment: Fragment) -> Iterator[str]:
    yield fragment.node.break_after
    if fragment.fragments:
        yield from _values_after(fragment.fragments[-1])


def _earlier(fragments: list[Fragment]) -> tuple[list[Fragment], Resume] | None:
    """Return the last allowed break before one to be avoided."""
    following: Fragment | None = None
    for place in range(len(fragments) - 1, -1, -1):
        fragment = fragments[place]
        if following is not None and _between_fragments(fragment, following) not in _AVOID:
            return fragments[: place + 1], (following.index, None)
        following = fragment
        if fragment.node.break_inside in _AVOID:
            continue
        inner = _earlier_inside(fragment)
        if inner is not None:
            shorter, resume = inner
            return [*fragments[:place], shorter], (fragment.index, resume)
    return None


def _between_fragments(before: Fragment, after: Fragment) -> str:
    values = [*_values_after(before), *_values_before(after.node)]
    return next((value for value in values if value in _AVOID), "auto")


def _earlier_inside(fragment: Fragment) -> tuple[Fragment, Resume] | None:
    shorter = Fragment(
        fragment.node, fragment.index, fragment.y, fragment.height, fragment.margin_top,
        fragment.top, fragment.bottom, fragment.first,
    )  # fmt: skip
    if fragment.lines:
        keep = len(fragment.lines) - fragment.node.widows
        if keep < fragment.node.orphans:
            return None
        shorter.lines = fragment.lines[:keep]
        return shorter, (fragment.first + keep, None)
    earlier = _earlier(fragment.fragments)
    if earlier is None:
        return None
    shorter.fragments, resume = earlier
    return shorter, resume
