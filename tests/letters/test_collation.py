"""Names in the order of a language (CLDR; the examples are its charts')."""

from __future__ import annotations

import pytest

from letters.collation import sorter


@pytest.mark.parametrize(
    ("language", "order"),
    [
        ("en", "Adam Åke Ärla Öst Zoë Жук محمد 王伟"),
        ("sv", "Adam Zoë Åke Ärla Öst"),
        ("et", "Sarah Šmidt Zoë Ženja Tamm Vaino Õie Ärla Öst Ülo"),
        ("lt", "Cibas Čepas Ydas Ignas Jonas"),
        ("ru", "Анна Ёлкин Жук Яков Adam"),
        ("uk", "Ганна Ґудзь Денис"),
        ("ar", "أحمد خالد محمد Adam"),
        ("zh", "陈明 李娜 王伟 张三 Adam"),
        ("zh-Hant", "王伟 李娜 張三 陳明"),
        ("xx", "Adam Zoë"),
    ],
)
def test_names_sort_as_the_language_does(language: str, order: str) -> None:
    names = order.split()

    assert sorted(sorted(names, reverse=True), key=sorter(language)) == names


def test_a_long_text_has_its_place_too() -> None:
    key = sorter("en")

    assert key("b" * 5_000) < key("b" * 5_000 + "a") < key("c")
