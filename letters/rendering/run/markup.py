"""Take the letter's HTML apart: what frames it, and the article's children one by one.

Only for our own templates' output: well-formed, every `<` and `>` of a text escaped.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import NamedTuple

from letters.rendering.run.pieces import NotComposable

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*?(/?)>")
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
# What differs from letter to letter: a picture's name and its path, and any other text.
_TEXT = re.compile(r'(?:<title>([^<]+)<)|(?: d="([^"]+)")|(?:>([^<]*[^<\s][^<]*)(?=<))')
TEXT, NAME, PATH = "text", "name", "path"
_LANGUAGE = re.compile(r"<html[^>]*\blang=\"([^\"]*)\"")
_VOID = {"br", "hr", "img", "meta", "link", "wbr", "input", "col", "base", "source"}


class Sheet(NamedTuple):
    """`before` ends with the article's opening tag, without the title; `after` closes it."""

    before: str
    after: str
    title: str
    language: str
    blocks: tuple[str, ...]


class Shape(NamedTuple):
    """A block's markup with what differs taken out; `filled` puts something else in."""

    parts: tuple[str, ...]
    kinds: tuple[str, ...]

    def filled(self, texts: tuple[str, ...]) -> str:
        pieces = [self.parts[0]]
        for text, part in zip(texts, self.parts[1:], strict=True):
            pieces += (text, part)
        return "".join(pieces)


def take_apart(source: str) -> Sheet:
    """Return the letter in parts. Raises NotComposable for markup of another kind."""
    start = source.find("<article")
    inside = source.find(">", start) + 1
    if start < 0 or inside == 0:
        raise NotComposable("no article")
    blocks, end = _children(source, inside)
    before, language, title = _head(source[:inside])
    return Sheet(before, source[end:], html.unescape(title), language, blocks)


@lru_cache(maxsize=64)
def _head(before: str) -> tuple[str, str, str]:
    title = _TITLE.search(before)
    language = _LANGUAGE.search(before)
    if title is None or language is None:
        raise NotComposable("no title or language")
    return _TITLE.sub("<title></title>", before), html.unescape(language[1]), title[1]


def _children(source: str, position: int) -> tuple[tuple[str, ...], int]:
    """Return the children from `position` on, and where their parent's end tag begins."""
    children: list[str] = []
    depth, begin = 0, position
    for tag in _TAG.finditer(source, position):
        closing, name, empty = tag.groups()
        if depth == 0 and source[begin : tag.start()].strip():
            raise NotComposable("text between the blocks")
        if closing:
            if depth == 0:
                return tuple(children), tag.start()
            depth -= 1
        else:
            if depth == 0:
                begin = tag.start()
            depth += not (empty or name in _VOID)
        if depth == 0:
            children.append(source[begin : tag.end()])
            begin = tag.end()
    raise NotComposable("an article without an end")


def shape_of(block: str) -> tuple[Shape, tuple[str, ...]]:
    """Return a block's shape and its texts, still escaped. Spaces around a text stay in the shape."""
    parts, texts, kinds, last = [], [], [], 0
    for found in _TEXT.finditer(block):
        group = found.lastindex or 0
        text = found[group]
        start = found.start(group) + len(text) - len(text.lstrip())
        texts.append(text.strip())
        kinds.append((NAME, PATH, TEXT)[group - 1])
        parts.append(block[last:start])
        last = start + len(texts[-1])
    return Shape((*parts, block[last:]), tuple(kinds)), tuple(texts)
