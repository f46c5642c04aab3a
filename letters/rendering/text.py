"""A letter as plain text, for mails: at most 78 columns (RFC 5322 §2.1.1)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from functools import lru_cache

from letters.rendering.document import LetterDocument, Line, Part, is_answered, is_empty

COLUMNS = 76


def letter_text(document: LetterDocument) -> str:
    """Return the letter, its parts in the order of the paper, parted by empty lines."""
    return "\n\n".join(part for part in _parts(document) if part) + "\n"


def _parts(document: LetterDocument) -> Iterator[str]:
    yield "\n".join(document.letterhead)
    yield _block(document.sender)
    yield "\n".join(document.addressee)
    yield _dated(document)
    yield _wrap(_plain(document.subject))
    yield document.salutation
    yield from map(_part, document.body)
    yield from map(_wrap, document.words)
    yield from map(_part, document.ask)
    yield document.closing
    yield _block(document.signature)


def _dated(document: LetterDocument) -> str:
    place = _plain(document.place) if is_answered(document.place) else ""
    return place + document.date


def _plain(line: Line) -> str:
    return "".join(piece.text for piece in line)


def _block(lines: Iterable[Line]) -> str:
    return "\n".join(_plain(line) for line in lines if not is_empty(line))


def _part(part: Part) -> str:
    if part.kind == "list":
        return "\n".join(_wrap(_plain(line), first="- ", rest="  ") for line in part.lines)
    return "\n".join(_wrap(_plain(line)) for line in part.lines)


@lru_cache(maxsize=2048)  # a campaign's paragraphs are in each of its letters
def _wrap(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        text, COLUMNS, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
