"""The words of a printed bundle, in the office's language where data/bundles.toml has it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

_DATA = Path(__file__).resolve().parent.parent / "data/bundles.toml"
FALLBACK = "en"


def words_of(language: str) -> tuple[str, Mapping[str, str]]:
    """Return the words of a language, and which language they are: English if it has none."""
    table = _table()
    for name in (language, language.split("-")[0]):
        if name in table:
            return name, table[name]
    return FALLBACK, table[FALLBACK]


@cache
def _table() -> dict[str, dict[str, str]]:
    with _DATA.open("rb") as file:
        return tomllib.load(file)


def number(value: int, language: str) -> str:
    """Return a number as the language parts its thousands."""
    return str(format_decimal(value, locale=_locale(language)))


@lru_cache(maxsize=4096)  # a campaign has few days
def short_date(day: date, language: str, country: str = "") -> str:
    """Return a day in figures with its whole year, in the order of the language there.

    American figures are read otherwise than British ones: the office's country decides.
    """
    return str(format_skeleton("yMd", day, locale=_locale(language, country)))


def month(day: date, language: str) -> str:
    return str(format_skeleton("yMMMM", day, locale=_locale(language)))


def year(day: date, language: str) -> str:
    return str(format_date(day, "y", locale=_locale(language)))


@lru_cache(maxsize=64)
def _locale(language: str, country: str = "") -> Locale:
    """Return the language as it is written in the country, else the language, else British."""
    for name in (f"{language}-{country}", language):
        try:
            locale = Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
        if str(locale) != "en":
            return locale
    return Locale("en", "GB")
