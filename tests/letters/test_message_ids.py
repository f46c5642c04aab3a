"""Every Message-ID that we give is known again, and no other is taken for one."""

from __future__ import annotations

from uuid import UUID

import pytest

from letters import message_ids
from letters.enums import Purpose

KEY = UUID("01930000-0000-7000-8000-000000000001")
OURS = [
    *(message_ids.of_mail(KEY, purpose) for purpose in Purpose),
    message_ids.of_mail(KEY, Purpose.LETTER, 2),
    message_ids.of_digest([KEY]),
    message_ids.of_digest([KEY], 3),
    message_ids.of_notice("no worker"),
]


@pytest.mark.parametrize("own", OURS)
def test_own_id_is_known_again(own: str) -> None:
    assert message_ids.is_ours(own.upper(), message_ids.domain())
    assert message_ids.ids_in(f"Original message {own[1:-1]} was refused") == {own}
    assert message_ids.ids_in(f"In-Reply-To: {own}\n") == {own}


@pytest.mark.parametrize(
    "other",
    [
        "<l.1.letter@sincerely.example>",
        f"<x.{KEY}.letter@sincerely.example>",
        f"<d.{KEY}.digest@sincerely.example>",
        "<CAB-123@mail.example>",
    ],
)
def test_other_id_is_not(other: str) -> None:
    assert not message_ids.is_ours(other, "sincerely.example")
    assert message_ids.ids_in(other) == set()


def test_id_of_another_site_is_not_ours() -> None:
    own = message_ids.of_digest([KEY])
    assert not message_ids.is_ours(own, f"{message_ids.domain()}.example")


def test_digest_is_named_by_its_letters_in_any_order() -> None:
    other = UUID(int=7)
    assert message_ids.of_digest([KEY, other]) == message_ids.of_digest([other, KEY])
