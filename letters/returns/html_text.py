"""HTML → plain text, in one pass. The result is never read as HTML again.

Parsers that build the tree that browsers build take minutes for some hostile mails (html.parser
and html5ever alike grow with the square of the depth). Text needs no tree.
"""

from __future__ import annotations

import html
import re

from letters.returns.words import clean, tidy

_UNSEEN = ("script", "style", "head", "title", "template", "noscript", "svg", "object")
_NEW_LINE = {"br", "tr", "li", "dt", "dd", "hr"}
_NEW_BLOCK = {
    "p", "div", "table", "ul", "ol", "dl", "blockquote", "pre", "section", "article",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "footer", "address",
}  # fmt: skip
_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,15})")
# More digits than any character has; int() refuses thousands of them.
_NO_CHARACTER = re.compile(r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")
_SPACE = re.compile(r"[ \t\r\n]+")
_ENDS = {name: re.compile(rf"</{name}\b[^>]{{0,40}}>", re.IGNORECASE) for name in _UNSEEN}


def text_of_html(source: str) -> str:
    """Return what a person would read. An unclosed comment or script hides the rest."""
    pieces: list[str] = []
    at = 0
    while (start := source.find("<", at)) >= 0:
        pieces.append(_words(source[at:start]))
        at, piece = _tag(source, start)
        pieces.append(piece)
    pieces.append(_words(source[at:]))
    return tidy(clean(_joined(pieces)))


def _words(text: str) -> str:
    return _SPACE.sub(" ", html.unescape(_NO_CHARACTER.sub("\ufffd", text)))


def _tag(source: str, start: int) -> tuple[int, str]:
    """Return where the text goes on after the tag at `start`, and what stands in its place."""
    if source.startswith("<!--", start):
        return _after(source, "-->", start + 4), ""
    found = _NAME.match(source, start)
    if found is None:
        special = source[start + 1 : start + 2] in ("!", "?", "/")
        return (_after(source, ">", start), "") if special else (start + 1, "<")
    name, end = found[1].lower(), _after(source, ">", start)
    if name in _ENDS and source[start + 1] != "/" and source[end - 2 : end] != "/>":
        closing = _ENDS[name].search(source, end)
        return (closing.end() if closing else len(source)), ""
    if name in _NEW_BLOCK:
        return end, "\n\n"
    return end, "\n" if name in _NEW_LINE and source[start + 1] != "/" else ""


def _after(source: str, mark: str, start: int) -> int:
    found = source.find(mark, start)
    return len(source) if found < 0 else found + len(mark)


def _joined(pieces: list[str]) -> str:
    """Join words and breaks: between two blocks stands one empty line, however many end there."""
    text = "".join(pieces)
    lines = [line.strip(" ") for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
