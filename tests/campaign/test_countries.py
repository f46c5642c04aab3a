from __future__ import annotations

import pytest

from campaign.countries import country_name, country_names, sort_key, sorted_countries


def test_names_are_those_of_iso_and_kosovo():
    names = country_names("en")

    assert len(names) == 250
    assert names["XK"] == "Kosovo"
    assert {code for code in names if code[0] in "XQZ"} == {"QA", "XK", "ZA", "ZM", "ZW"}


@pytest.mark.parametrize("code", ["EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "TA", "419", ""])
def test_what_is_no_country_has_no_name(code):
    assert country_name(code, "en") == ""


def test_names_are_in_the_language_asked_for():
    assert country_name("EE", "et") == "Eesti"
    assert country_name("EE", "ar") == "إستونيا"


@pytest.mark.parametrize("language", ["xx", "", "not a tag", "tlh-Latn"])
def test_an_unknown_language_gets_english(language):
    assert country_name("EE", language) == "Estonia"


def test_every_language_names_every_country():
    codes = set(country_names("en"))

    assert all(set(country_names(language)) == codes for language in ("et", "km", "zh-Hans"))
    assert all(country_names("km").values())


def test_accents_do_not_move_a_name_to_the_end():
    names = [name for _code, name in sorted_countries("en")]

    assert names[:3] == ["Afghanistan", "Åland Islands", "Albania"]
    assert names[-1] == "Zimbabwe"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("sv", ["Albanien", "Zambia", "Åland", "Österrike"]),
        ("et", ["Soome", "Šveits", "Zambia", "Taani", "Uus-Meremaa", "Ühendkuningriik"]),
        ("es", ["Namibia", "Noruega", "Ñame", "Omán"]),
        ("fr", ["Égypte", "Espagne", "Estonie"]),
        ("pl", ["Libia", "Litwa", "Łotwa", "Malta"]),
    ],
)
def test_letters_sort_as_the_alphabet_of_the_language_has_them(language, expected):
    assert sorted(set(expected), key=lambda name: sort_key(name, language)) == expected


def test_marks_that_are_no_letters_do_not_count():
    assert sort_key("Côte d’Ivoire", "en")[0] == sort_key("Cote dIvoire", "en")[0]
