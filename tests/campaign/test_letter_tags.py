from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from campaign.templatetags.letter_tags import (
    as_printed,
    blank_label,
    has_text,
    is_answered,
    script_language,
    text_direction,
    upright,
)


def line(*texts: str) -> list[Any]:
    return [SimpleNamespace(text=text) for text in texts]


@pytest.mark.parametrize(
    ("texts", "printed"), [(["", "Mari"], True), (["", " "], False), ([], False)]
)
def test_a_line_without_answers_prints_nothing(texts, printed):
    assert has_text(line(*texts)) is printed


def test_a_blank_names_what_belongs_there():
    assert [blank_label("name"), blank_label("organisation")] == ["Your name", ""]


@pytest.mark.parametrize(
    ("text", "direction"),
    [("Peace", "ltr"), ("سلام", "rtl"), ("שלום", "rtl"), ("2026: سلام", "rtl"), ("…", "ltr")],
)
def test_the_first_letter_gives_the_direction(text, direction):
    assert text_direction(text) == direction


@pytest.mark.parametrize(
    ("name", "stands"),
    [
        ("Mari Tamm", False),
        ("Ελένη", False),
        ("Іван", False),
        ("محمد", True),
        ("王小明", True),
        ("Mari 王", True),
    ],
)
def test_only_scripts_with_an_italic_are_slanted(name, stands):
    assert upright([line(""), line(name)]) is stands


@pytest.mark.parametrize(
    ("name", "attribute"),
    [("田中さん", ' lang="ja"'), ("김영수", ' lang="ko"'), ("王小明", ""), ("Mari", "")],
)
def test_kana_and_hangul_say_which_language_it_is(name, attribute):
    assert [script_language(name), script_language(line(name))] == [attribute, attribute]


@pytest.mark.parametrize(("text", "answered"), [("Tartu", True), (" ", False)])
def test_only_an_answer_is_an_answer(text, answered):
    pieces = [SimpleNamespace(text=text, fill="town"), SimpleNamespace(text=", le ", fill="")]

    assert is_answered(pieces) is answered


def test_addresses_are_printed_as_people_write_them():
    assert as_printed("https://site.example/en/check/K7Q4-M2X/") == "site.example/en/check/K7Q4-M2X"
