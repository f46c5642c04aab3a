"""Codes of languages, as CLDR knows them: `en`, `pt-BR`, `zh-Hant`."""

from __future__ import annotations

from babel import Locale

_NO_LANGUAGE = {"mis", "mul", "und", "zxx"}


def is_language(code: str) -> bool:
    """Whether `code` is a language, alone or with a script, a region or both."""
    language, *rest = code.split("-")
    english = Locale("en")
    # CLDR's names hold “en_GB” as well.
    if not language.isalpha() or language not in english.languages or language in _NO_LANGUAGE:
        return False
    if rest and rest[0] in english.scripts:
        del rest[0]
    return not rest or (len(rest) == 1 and rest[0] in english.territories)
