"""The little that a letter's body is made of: paragraphs and lists of runs, plain or bold.

Organisers write it as Markdown; CommonMark's own parser reads it, and what a letter has no
form for (headings, tables, links, pictures, raw HTML …) is refused with its line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

_NAMES = {
    "heading_open": "a heading",
    "ordered_list_open": "a numbered list",
    "blockquote_open": "a quotation",
    "fence": "a code block",
    "code_block": "an indented block",
    "html_block": "HTML",
    "hr": "a rule",
    "table_open": "a table",
}
_INLINE_NAMES = {
    "link_open": "a link",
    "image": "a picture",
    "code_inline": "code",
    "html_inline": "HTML",
}


class NotUnderstood(ValueError):
    """Markup that a letter has no form for. `line` counts from 1."""

    def __init__(self, line: int, found: str) -> None:
        self.line, self.found = line, found
        super().__init__(
            f"Line {line}: {found} has no place in a letter. "
            "Use paragraphs, lists that begin with “- ”, and **bold**."
        )


@dataclass(frozen=True)
class Run:
    text: str
    bold: bool = False


@dataclass(frozen=True)
class Paragraph:
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Bullets:
    items: tuple[tuple[Run, ...], ...]


Block = Paragraph | Bullets


def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable("table")


def parse(text: str) -> list[Block]:
    """Return the blocks of `text`. Raises NotUnderstood for any other markup."""
    return list(_blocks(_reader().parse(text)))


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    items: list[tuple[Run, ...]] = []
    depth = 0
    for token in tokens:
        if token.type in _NAMES:
            raise NotUnderstood(_line(token), _NAMES[token.type])
        if token.type == "bullet_list_open":
            depth += 1
            if depth > 1:
                raise NotUnderstood(_line(token), "a list inside a list")
        elif token.type == "bullet_list_close":
            depth -= 1
            yield Bullets(tuple(items))
            items = []
        elif token.type == "inline":
            runs = tuple(_runs(token))
            if depth:
                items.append(runs)
            else:
                yield Paragraph(runs)


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _runs(token: Token) -> Iterator[Run]:
    bold, text = False, ""
    for child in token.children or []:
        if child.type in _INLINE_NAMES:
            raise NotUnderstood(_line(token), _INLINE_NAMES[child.type])
        if child.type in {"strong_open", "strong_close"}:
            if text:
                yield Run(text, bold)
            bold, text = child.type == "strong_open", ""
        elif child.type in {"softbreak", "hardbreak"}:
            text += " "
        else:
            text += child.content  # text; emphasis has no form of its own on paper
    if text:
        yield Run(text, bold)
