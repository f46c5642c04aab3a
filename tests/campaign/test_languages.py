from __future__ import annotations

import pytest

from campaign.languages import is_language


@pytest.mark.parametrize("code", ["en", "mh", "nb", "pt-BR", "zh-Hant", "zh-Hant-TW", "es-419"])
def test_languages_are_known(code: str) -> None:
    assert is_language(code) is True


@pytest.mark.parametrize(
    "code", ["", "xx", "EN", "Estonian", "en-", "en-XX", "en_GB", "en-GB-GB", "und", "pt-br"]
)
def test_other_codes_are_not(code: str) -> None:
    assert is_language(code) is False
