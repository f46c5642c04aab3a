"""The date of a letter, in its language, calendar and digits, and the place before it.

CLDR knows most of it (through Babel); what people write otherwise stands in data/dates.toml.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError, localedata
from babel.dates import format_date

_DATA = Path(__file__).resolve().parent.parent / "data/dates.toml"
# The digit nought of CLDR's numbering systems; nine more follow it.
_ZEROS = {
    "arab": 0x660, "arabext": 0x6F0, "beng": 0x9E6, "deva": 0x966, "mymr": 0x1040,
    "tibt": 0xF20, "khmr": 0x17E0, "laoo": 0xED0, "thai": 0xE50, "olck": 0x1C50,
}  # fmt: skip


def long_date(day: date, language: str, country: str = "") -> str:
    """Return the long date of `language` as its letters are dated. Falls back to English.

    `country` (ISO alpha-2) decides where its people write another form of the language: month
    names and digits in Arabic, the order of day and month in English.
    """
    locale, custom = _locale(language, country.upper()), _custom(language)
    ahead = custom.get("years_ahead", 0)
    pattern = custom.get("pattern") or ("long" if not ahead else "d MMMM y")
    if ahead:
        pattern = _literal_year(pattern, day.year + ahead)
    if months := custom.get("months"):
        pattern = pattern.replace("LLLL", f"'{months[day.month - 1]}'")
    return format_date(day, format=pattern, locale=locale).translate(_digits(locale))


def place_joint(language: str) -> str:
    """Return what stands between the place and the date, or nothing where no place is named."""
    joint: str = _custom(language).get("place", "")
    return joint


def _literal_year(pattern: str, year: int) -> str:
    # A year of another calendar need not be a leap year where ours is: no date object has it.
    return pattern.replace("y", f"'{year}'")


@cache
def _table() -> dict[str, dict[str, Any]]:
    with _DATA.open("rb") as file:
        return tomllib.load(file)


def _custom(language: str) -> dict[str, Any]:
    return _table().get(language) or _table().get(language.split("-")[0], {})


@lru_cache(maxsize=256)
def _locale(language: str, country: str) -> Locale:
    base = language.replace("-", "_")
    if country and localedata.exists(f"{base}_{country}"):
        return Locale.parse(f"{base}_{country}")
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return Locale("en", "GB") if str(locale) == "en" else locale


@lru_cache(maxsize=64)
def _digits(locale: Locale) -> dict[int, int]:
    zero = _ZEROS.get(locale.default_numbering_system)
    return {ord("0") + n: zero + n for n in range(10)} if zero else {}
