from __future__ import annotations

import pytest

from letters.typos import distance, suggest


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mari@gmial.com", "mari@gmail.com"),
        ("mari@gmail.con", "mari@gmail.com"),
        ("mari@gmal.com", "mari@gmail.com"),
        ("Mari.Tamm@Hotmial.com", "Mari.Tamm@hotmail.com"),
        (" mari@outlok.com ", "mari@outlook.com"),
        ("mari@yahooo.com", "mari@yahoo.com"),
        ("mari@mial.ee", "mari@mail.ee"),
        ("mari@innbox.lv", "mari@inbox.lv"),
        ("mari@gmx.nett", "mari@gmx.net"),
    ],
)
def test_a_slip_of_the_finger_is_put_right(typed, meant):
    assert suggest(typed) == meant


@pytest.mark.parametrize(
    "address",
    [
        "mari@gmail.com",
        "mari@firm.ee",
        "mari@mail.eu",
        "mari@maili.ee",
        "mari@web.dk",
        "mari@email.com",
        "mari@ymail.com",
        "mari@norland.example",
        "mari@gmx.fr",
        "mari",
        "@gmial.com",
        "",
    ],
)
def test_what_may_be_meant_is_left_alone(address):
    assert suggest(address) == ""


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("gmail", "gmail", 0), ("gmial", "gmail", 1), ("gmal", "gmail", 1), ("abc", "cab", 2)],
)
def test_a_swap_of_neighbours_is_one_edit(one, other, edits):
    assert distance(one, other) == edits
