from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from campaign.templatetags.letter_tags import (
    blank_label,
    density,
    has_text,
    text_direction,
    upright,
)


def line(*texts: str) -> list[Any]:
    return [SimpleNamespace(text=text) for text in texts]


def letter(characters: int, paper: str = "A4") -> Any:
    body = [SimpleNamespace(lines=[line("x" * characters)])]
    return SimpleNamespace(
        body=body, words=(), ask=[], signature=[line("Mari"), line("")], paper=paper
    )


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
    ("characters", "size"),
    [(500, ""), (1800, ""), (2300, "dense"), (2900, "tight"), (6000, "")],
)
def test_what_is_long_is_set_smaller_and_what_needs_two_pages_is_not(characters, size):
    assert density(letter(characters)) == size


def test_the_shorter_american_page_is_full_sooner():
    assert [density(letter(1800, paper)) for paper in ("A4", "Letter")] == ["", "dense"]


def test_wide_characters_count_twice():
    wide = letter(0)
    wide.words = ("条" * 1100,)

    assert density(wide) == "dense"
