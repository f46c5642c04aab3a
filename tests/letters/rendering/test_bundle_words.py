"""The figures and words around a printed bundle."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from letters.rendering import bundle_words

DAY = date(2026, 12, 5)


@pytest.mark.parametrize(
    ("language", "country", "written"),
    [("en", "US", "12/5/2026"), ("en", "", "05/12/2026"), ("et", "US", "5.12.2026")],
)
def test_days_are_written_as_in_the_offices_country(
    language: str, country: str, written: str
) -> None:
    assert bundle_words.short_date(DAY, language, country) == written


def test_every_language_has_every_word() -> None:
    table = tomllib.loads(bundle_words._DATA.read_text(encoding="utf-8"))
    assert {tuple(words) for words in table.values()} == {tuple(table["en"])}
