"""What the letter's templates need to ask and Django's filters cannot answer."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Protocol

from babel import Locale, UnknownLocaleError
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
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


class _Piece(Protocol):
    text: str
    fill: str


@register.filter
def has_text(line: Iterable[_Piece]) -> bool:
    """Whether a line of a letter prints anything."""
    return any(piece.text.strip() for piece in line)


@register.filter
def blank_label(fill: str) -> str:
    """Return what a preview shows in place of an answer not yet given."""
    return str(LABELS.get(fill, ""))


@register.filter
def text_direction(written: str | Iterable[_Piece]) -> str:
    """Return rtl or ltr by the first letter that has a direction (UAX 9): HTML's dir=auto.

    WeasyPrint knows no dir=auto, and a supporter may write in another script than the letter's.
    """
    for char in _text(written):
        kind = unicodedata.bidirectional(char)
        if kind == "L":
            return "ltr"
        if kind in {"R", "AL"}:
            return "rtl"
    return "ltr"


def _text(written: str | Iterable[_Piece]) -> str:
    return written if isinstance(written, str) else "".join(piece.text for piece in written)


@register.filter
def upright(lines: Iterable[Iterable[_Piece]]) -> bool:
    """Whether a signature is in a script that has no italic."""
    name = next((piece.text for line in lines for piece in line if piece.text.strip()), "")
    letters = (char for char in name if char.isalpha())
    return not all(unicodedata.name(char, "").startswith(_SLANTED) for char in letters)


@register.filter
def script_language(written: str | Iterable[_Piece]) -> SafeString:
    """Return a lang attribute for Japanese or Korean, whose letters look otherwise in Chinese.

    What is written in neither kana nor hangul keeps the language around it.
    """
    for char in _text(written):
        if "\u3040" <= char <= "\u30ff":
            return format_html(' lang="{}"', "ja")
        if "\uac00" <= char <= "\ud7a3" or "\u1100" <= char <= "\u11ff":
            return format_html(' lang="{}"', "ko")
    return SafeString("")


@register.filter
def is_answered(line: Iterable[_Piece]) -> bool:
    """Whether an answer is printed in a line: without one, what joins it to the rest is not."""
    return any(piece.fill and piece.text.strip() for piece in line)


@register.filter
def as_printed(url: str) -> str:
    """Return an address as people write it: without https:// and the last slash."""
    return url.partition("://")[2].rstrip("/")


@register.simple_tag
def characters_left() -> str:
    """Return the count under own words in each plural form of the language, as JSON for a script."""
    return _plurals(_left, get_language() or "en")


@register.simple_tag
def characters_over() -> str:
    return _plurals(_over, get_language() or "en")


def _left(n: int) -> str:
    return ngettext("{n} character left", "{n} characters left", n)


def _over(n: int) -> str:
    return ngettext("{n} character too many", "{n} characters too many", n)


@lru_cache(maxsize=256)
def _plurals(text: Callable[[int], str], language: str) -> str:
    """Return the forms in the language that is active now. Made once: it takes milliseconds."""
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    # Every category of CLDR has a number below 200; the last one of each serves as its example.
    return json.dumps({locale.plural_form(n): text(n) for n in range(201)}, ensure_ascii=False)
