"""What the letter's templates need to ask and Django's filters cannot answer."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from babel import Locale, UnknownLocaleError
from django import template
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

register = template.Library()

# What stands in a preview until it is answered. An organisation that isn't named leaves no gap.
LABELS: Mapping[str, Any] = {
    "name": _("Your name"),
    "place": _("Your town and country"),
    "town": _("Your town"),
    "country": _("Your country"),
}
# Scripts with an italic of their own. Others would be slanted by force, which nobody writes.
_SLANTED = ("LATIN", "GREEK", "CYRILLIC")
# Lines of a page below the window, and characters in one, by size of type (static/css/pdf.css).
_SIZES = (("", 32.0, 78), ("dense", 35.0, 88), ("tight", 40.0, 93))


class _Piece(Protocol):
    text: str


class _Part(Protocol):
    lines: Iterable[Iterable[_Piece]]


class _Letter(Protocol):
    paper: str
    body: Iterable[_Part]
    words: Iterable[str]
    ask: Iterable[_Part]
    signature: Iterable[Iterable[_Piece]]


@register.filter
def has_text(line: Iterable[_Piece]) -> bool:
    """Whether a line of a letter prints anything."""
    return any(piece.text.strip() for piece in line)


@register.filter
def blank_label(fill: str) -> str:
    """Return what a preview shows in place of an answer not yet given."""
    return str(LABELS.get(fill, ""))


@register.filter
def text_direction(text: str) -> str:
    """Return rtl or ltr by the first letter that has a direction (UAX 9): HTML's dir=auto.

    WeasyPrint knows no dir=auto, and a supporter may write in another script than the letter's.
    """
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind == "L":
            return "ltr"
        if kind in {"R", "AL"}:
            return "rtl"
    return "ltr"


@register.filter
def upright(lines: Iterable[Iterable[_Piece]]) -> bool:
    """Whether a signature is in a script that has no italic."""
    name = next((piece.text for line in lines for piece in line if piece.text.strip()), "")
    letters = (char for char in name if char.isalpha())
    return not all(unicodedata.name(char, "").startswith(_SLANTED) for char in letters)


@register.filter
def density(letter: _Letter) -> str:
    """Return the class of the largest type that probably fits a letter on one page.

    What needs two pages even when set small is set large.
    """
    room = 0.94 if letter.paper == "Letter" else 1  # US Letter is shorter than A4
    fitting = (name for name, lines, width in _SIZES if _height(letter, width) <= lines * room)
    return next(fitting, "")


def _height(letter: _Letter, characters: int) -> float:
    """Return about how many lines a letter takes: its paragraphs, and what frames them."""
    parts = [*letter.body, *letter.ask]
    texts = ["".join(piece.text for piece in line) for part in parts for line in part.lines]
    names = sum(1 for line in letter.signature if has_text(line))
    lines = sum(-(-_width(text) // characters) + 0.4 for text in [*texts, *letter.words])
    return lines + 6.5 + names


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


@register.simple_tag
def characters_left() -> str:
    """Return the count under own words in each plural form of the language, as JSON for a script."""
    return _plurals(lambda n: ngettext("{n} character left", "{n} characters left", n))


@register.simple_tag
def characters_over() -> str:
    return _plurals(lambda n: ngettext("{n} character too many", "{n} characters too many", n))


def _plurals(text: Callable[[int], str]) -> str:
    try:
        locale = Locale.parse(get_language() or "en", sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    # Every category of CLDR has a number below 200; the last one of each serves as its example.
    return json.dumps({locale.plural_form(n): text(n) for n in range(201)}, ensure_ascii=False)
