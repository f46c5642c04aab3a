"""Names of countries from CLDR, by ISO 3166-1 code, sorted as the language sorts them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from types import MappingProxyType

from babel import Locale, UnknownLocaleError

# Babel's two-letter codes that no country has: unions, islands that share another's code,
# placeholders for tests. XK stays: Kosovo has no ISO code of its own, and people live there.
_NOT_COUNTRIES = {
    "AC",
    "CP",
    "CQ",
    "DG",
    "EA",
    "EU",
    "EZ",
    "IC",
    "QO",
    "TA",
    "UN",
    "XA",
    "XB",
    "ZZ",
}

# Letters that a language sorts after others of the alphabet: each stands behind the letter
# before it in its string. Everything else sorts by its base letter.
_TAILORED = {
    "da": ("zæøå",),
    "et": ("sšzž", "võäöü"),
    "es": ("nñ",),
    "fi": ("zåäö",),
    "lt": ("cč", "sš", "zž"),
    "lv": ("cč", "gģ", "kķ", "lļ", "nņ", "sš", "zž"),
    "nb": ("zæøå",),
    "nn": ("zæøå",),
    "pl": ("aą", "cć", "eę", "lł", "nń", "oó", "sś", "zźż"),
    "sv": ("zåäö",),
    "tr": ("cç", "gğ", "hıi", "oö", "sş", "uü"),
}


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@lru_cache(maxsize=64)
def country_names(language: str) -> MappingProxyType[str, str]:
    """Return the name of each country by its ISO alpha-2 code; English for an unknown language."""
    english, names = dict(Locale("en").territories), _locale(language).territories
    codes = [code for code in map(str, english) if _is_country(code)]
    return MappingProxyType({code: str(names.get(code) or english[code]) for code in codes})


@lru_cache(maxsize=64)
def sorted_countries(language: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of each country in the order of `language`."""
    names = country_names(language).items()
    return tuple(sorted(names, key=lambda item: sort_key(item[1], language)))


def country_name(code: str, language: str) -> str:
    """Return the name of a country, or an empty string for a code that none has."""
    return country_names(language).get(code, "")


def sort_key(name: str, language: str) -> tuple[list[tuple[str, int]], str]:
    """Return what to sort `name` by. Covers the order of letters, not all of CLDR's collation."""
    places = _places(language.split("-")[0])
    letters: list[tuple[str, int]] = []
    for char in unicodedata.normalize("NFC", name.casefold()):
        if char in places:
            letters.append(places[char])
        else:
            base = unicodedata.normalize("NFD", char)[0]
            if base.isalnum() or base == " ":
                letters.append((base, 0))
    return letters, name


@lru_cache(maxsize=64)
def _places(language: str) -> dict[str, tuple[str, int]]:
    return {
        char: (group[0], place)
        for group in _TAILORED.get(language, ())
        for place, char in enumerate(group)
        if place
    }


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
