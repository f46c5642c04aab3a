"""What stands on which sheet."""

from __future__ import annotations

import pytest

from letters.printing.plan import Item, Part, Plan, plan

WORDS = {"stamp": "{bundle} {part}/{parts} {page}/{pages}"}


def pages_of(part: Part) -> list[tuple[int, int, bool]]:
    return [(placed.number, placed.item.pages, placed.blank) for placed in part.placed]


def test_on_both_sides_every_letter_begins_on_a_front() -> None:
    made = plan([Item("a", 0, 1), Item("b", 0, 3), Item("c", 0, 2), Item("d", 0, 1)], duplex=True)

    assert pages_of(made.parts[0]) == [(1, 1, True), (3, 3, True), (7, 2, False), (9, 1, True)]
    assert (made.pages, made.sheets) == (10, 5)


def test_on_one_side_there_are_no_blank_pages() -> None:
    made = plan([Item("a", 0, 1), Item("b", 0, 3)], duplex=False)

    assert pages_of(made.parts[0]) == [(1, 1, False), (2, 3, False)]
    assert (made.pages, made.sheets) == (4, 4)


def test_a_letter_is_not_parted_between_two_parts() -> None:
    made = plan([Item("a", 0, 3), Item("b", 0, 3), Item("c", 0, 1)], duplex=True, most=3)

    assert [[placed.item.piece for placed in part.placed] for part in made.parts] == [
        ["a"], ["b", "c"],
    ]  # fmt: skip


@pytest.mark.parametrize(("duplex", "cuts"), [(True, [4, 6, 1]), (False, [2, 3, 3, 3])])
def test_a_list_fills_each_part_to_its_last_sheet(duplex: bool, cuts: list[int]) -> None:
    made = plan([Item("a", 0, 1), Item("list", 0, 11, divides=True)], duplex=duplex, most=3)

    parts = [[one.item for one in part.placed if one.item.divides] for part in made.parts]
    assert [item.pages for part in parts for item in part] == cuts
    assert [item.first for part in parts for item in part] == [
        sum(cuts[:n]) for n in range(len(cuts))
    ]


def test_each_printed_page_says_which_it_is_of_how_many() -> None:
    made = plan([Item("a", 0, 1), Item("b", 0, 2), Item("c", 0, 1)], duplex=True, most=2)

    lines = [line for part in made.parts for line in made.stamps(part, WORDS, "B7")]

    assert lines == ["B7 1/2 1/6", "B7 1/2 3/6", "B7 1/2 4/6", "B7 2/2 5/6"]


def test_another_order_is_another_plan() -> None:
    def fingerprint(*items: Item) -> str:
        made: Plan = plan(items, duplex=True)
        return made.fingerprint()

    one, other = Item("a", 0, 1), Item("b", 0, 1)

    assert fingerprint(one, other) == fingerprint(one, other)
    assert fingerprint(one, other) != fingerprint(other, one)
