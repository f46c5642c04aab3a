"""The sheet of a letter: which window the envelope has, how large the type is, what has no room.

Heights are reckoned from counts of characters, before anything is set: the class of type must be
the same whichever way a letter is set, and a form must answer at once. Lengths are millimetres.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from letters.rendering.document import LetterDocument, Line, Part, is_empty

PAGES = 3
LONGEST_WORDS = 4_000  # characters of own words; the form takes fewer
MOST_LINES = 40  # paragraphs of own words
LONGEST_TEXT = 12_000  # characters of a whole letter; beyond, layout time is no longer bounded
LONGEST_RUN = 2_000  # characters without a space: layout time grows with their square
LONGEST_LINE = 300  # characters of a name, a subject, a salutation, a line of an address
MOST_PARTS = 120  # paragraphs and list items of the organiser's text
_ARABIC = {"ar", "fa", "ur", "ps", "sd", "ug", "ckb"}


class Window(NamedTuple):
    """Where a text begins below the window, and how many address lines it shows, large and small."""

    text: float
    lines: int
    small_lines: int


class Type(NamedTuple):
    """A size of type: its class, the height of a line, the characters in one.

    `frame` is what subject, salutation, closing and signature take beyond their lines; `gap`
    follows a paragraph, 0.7 mm an item of a list.
    """

    name: str
    line: float
    characters: int
    frame: float = 27.0
    gap: float = 2.12


WINDOWS = {
    "din_b": Window(103.5, 6, 8),
    "din_a": Window(85.5, 6, 8),
    "french": Window(103.5, 6, 8),
    "us_10": Window(92.0, 5, 6),
}
HEIGHTS = {"A4": 297.0, "Letter": 279.4}
TOP, BOTTOM = 20.0, 22.0  # margins of a following page, and below the text of any
SPARE = 2.0  # what reckoning may be wrong by on a page
# static/css/pdf.css has these sizes; the wide ones use the whole width.
TYPES = (
    Type("", 5.29, 78), Type("dense", 4.94, 90), Type("tight", 4.59, 95, frame=20.0, gap=1.41),
)  # fmt: skip
ARABIC_TYPES = (
    Type("", 6.0, 88), Type("dense", 5.47, 103), Type("tight", 5.11, 108, frame=20.0, gap=1.41),
)  # fmt: skip
ITEM_GAP = 0.7
# Columns that a character takes in Noto's fonts, by the block it is in, highest block first.
_SCRIPTS = (
    (0x2000, 1.1), (0x1780, 1.4), (0x1200, 1.35), (0x10A0, 1.25), (0x1000, 1.75), (0xE00, 1.3),
    (0xB80, 1.7), (0x900, 1.08), (0x590, 0.9), (0x530, 1.2), (0x370, 1.15),
)  # fmt: skip
ADDRESS_COLUMNS, SMALL_COLUMNS = 36, 42  # characters in a line of the window, 75 mm wide


def window_of(document: LetterDocument) -> str:
    """Return the key of the envelope's window: the office's, else the usual one for its paper."""
    return document.window or ("us_10" if document.paper == "Letter" else "din_b")


def page_classes(document: LetterDocument) -> str:
    """Return the classes of the page: paper, window, letterhead, size of type."""
    paper = "paper-letter" if document.paper == "Letter" else "paper-a4"
    headed = "headed" if document.letterhead or document.logo else ""
    classes = (paper, window_of(document).replace("_", "-"), headed, density(document))
    return " ".join(name for name in classes if name)


def address_class(document: LetterDocument) -> str:
    """Return the class that sets a long address smaller, so that the window shows all of it."""
    window = WINDOWS[window_of(document)]
    return "" if _lines(document.addressee, ADDRESS_COLUMNS) <= window.lines else "small"


def density(document: LetterDocument) -> str:
    """Return the class of the largest type that probably fits a letter on one page.

    What needs two pages even when set small is set large.
    """
    room = _room(document)
    fitting = (size.name for size in _types(document) if height(document, size) <= room)
    return next(fitting, "")


def pages(document: LetterDocument) -> float:
    """Return about how many pages a letter takes in its size of type. Never reckoned too low."""
    sizes = {size.name: size for size in _types(document)}
    over = height(document, sizes[density(document)]) - _room(document)
    following = HEIGHTS.get(document.paper, HEIGHTS["A4"]) - TOP - BOTTOM
    return 1.0 if over <= 0 else 1 + 1.15 * over / following


def height(document: LetterDocument, size: Type) -> float:
    """Return about how high a letter's text is: its paragraphs, and what frames them."""
    lines = _rows(_plain(document.subject), size.characters * 0.9)
    lines += sum(1 for line in document.signature if not is_empty(line))
    gaps = 0.0
    for part in (*document.body, *document.ask):
        lines += sum(_rows(_plain(line), _measure(part, size)) for line in part.lines)
        gaps += size.gap + (ITEM_GAP * len(part.lines) if part.kind == "list" else 0)
    lines += sum(_rows(text, size.characters) for text in document.words)
    return size.line * lines + gaps + size.gap * len(document.words) + size.frame


def _measure(part: Part, size: Type) -> float:
    return size.characters - 3 if part.kind == "list" else size.characters


def _plain(line: Line) -> str:
    return "".join(piece.text for piece in line)


def too_much(document: LetterDocument) -> str:
    """Return why a letter is not even tried to be set, as a sentence, or an empty string."""
    words = "\n".join(document.words)
    short = [
        *map(_plain, (*document.sender, *document.signature, document.subject, document.place))
    ]
    short += [document.salutation, document.closing, *document.addressee, *document.letterhead]
    texts = [text for part in (*document.body, *document.ask) for text in part.lines]
    if len(words) > LONGEST_WORDS or len(words.splitlines()) > MOST_LINES:
        message = _("Own sentences may have %(lines)d lines and %(count)d characters at most.")
        return message % {"lines": MOST_LINES, "count": LONGEST_WORDS}
    whole = _whole(document)
    if len(whole) > LONGEST_TEXT or len(texts) > MOST_PARTS:
        return _("The letter has more than %(count)d characters.") % {"count": LONGEST_TEXT}
    if max(map(len, short), default=0) > LONGEST_LINE:
        message = _("A line at the head or foot of the letter has more than %(count)d characters.")
        return message % {"count": LONGEST_LINE}
    if max((len(run) for run in _runs(whole)), default=0) > LONGEST_RUN:
        return _("The letter has more than %(count)d characters without a space.") % {
            "count": LONGEST_RUN
        }
    return _too_long(document) or window_problem(document)


def _too_long(document: LetterDocument) -> str:
    if pages(document) <= PAGES:
        return ""
    return _("The letter takes more than %(count)d pages. Make it shorter.") % {"count": PAGES}


def window_problem(document: LetterDocument) -> str:
    """Return why the address doesn't show in the envelope's window, or an empty string."""
    window = WINDOWS[window_of(document)]
    lines = _lines(document.addressee, SMALL_COLUMNS)
    if lines <= window.small_lines:
        return ""
    return _(
        "The office's address takes %(lines)d lines; its envelope's window shows %(most)d. "
        "Shorten the address, or choose another window."
    ) % {"lines": lines, "most": window.small_lines}


def _room(document: LetterDocument) -> float:
    paper = HEIGHTS.get(document.paper, HEIGHTS["A4"])
    return paper - BOTTOM - WINDOWS[window_of(document)].text - SPARE


def _types(document: LetterDocument) -> tuple[Type, ...]:
    return ARABIC_TYPES if document.language.split("-")[0] in _ARABIC else TYPES


def _lines(texts: Iterable[str], columns: float) -> int:
    return sum(_rows(text, columns) for text in texts)


def _rows(text: str, columns: float) -> int:
    lines = text.splitlines() or [""]
    return sum(max(1, int(-(-_width(line) // columns))) for line in lines)


@lru_cache(maxsize=1024)  # a campaign's texts come again with every letter
def _width(text: str) -> float:
    """Return the width in columns: marks take none, capitals more than one, CJK two."""
    if text.isascii() and text.islower():
        return len(text)
    return sum(map(_column, text))


@lru_cache(maxsize=4096)
def _column(char: str) -> float:
    code, kind = ord(char), unicodedata.category(char)
    if kind in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 2.0
    if code < 0x370:
        return 1.3 if kind == "Lu" else 1.0
    # The last row that begins at or before the character.
    return next(columns for start, columns in _SCRIPTS if start <= code)


def _whole(document: LetterDocument) -> str:
    lines = [document.subject, *document.sender, *document.signature, document.place]
    lines += [line for part in (*document.body, *document.ask) for line in part.lines]
    texts = [_plain(line) for line in lines]
    texts += [document.salutation, document.closing, *document.words]
    return "\n".join((*texts, *document.addressee, *document.letterhead))


def _runs(text: str) -> list[str]:
    # A no-break space joins: what it holds together is one run for the typesetter.
    return text.replace("\u00a0", "x").replace("\u202f", "x").split()
