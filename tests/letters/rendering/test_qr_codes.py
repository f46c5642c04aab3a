"""A code set from another of its length is the code that is made for it."""

from __future__ import annotations

import random

import pytest

from letters.rendering import pictures


@pytest.mark.parametrize("seed", range(5))
def test_code_from_another_is_the_code_made_for_it(seed: int) -> None:
    chance = random.Random(seed)
    for length in (7, 31, 52):
        for _ in range(4):
            text = "".join(chance.choice("abcxyz0189-/.AZ~_%") for _ in range(length))
            assert pictures._modules(text) == pictures._made(text)
