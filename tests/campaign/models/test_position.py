from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError

from campaign.models import Position, Standing, Status, Treaty
from campaign.models.position import status_from
from tests.factories.campaign import PositionFactory, TreatyFactory

SIGNED, JOINED, ANNOUNCED, NOTIFIED, RECALLED, WITHDRAWN = (
    "signed",
    "joined",
    "withdrawal_announced",
    "withdrawal_notified",
    "withdrawal_recalled",
    "withdrawn",
)


def acts(*facts: tuple[str, int]) -> list[Position]:
    return [Position(kind=kind, day=date(year, 1, 1)) for kind, year in facts]


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        ([], Standing.NOT_PARTY),
        ([(SIGNED, 2000)], Standing.SIGNATORY),
        ([(SIGNED, 2000), (JOINED, 2004)], Standing.PARTY),
        ([(JOINED, 2004)], Standing.PARTY),
        ([(SIGNED, 2004), (JOINED, 2004)], Standing.PARTY),
        ([(JOINED, 2004), (ANNOUNCED, 2024)], Standing.PARTY),
        ([(ANNOUNCED, 2024)], Standing.NOT_PARTY),
        ([(JOINED, 2004), (NOTIFIED, 2024)], Standing.WITHDRAWING),
        ([(JOINED, 2004), (NOTIFIED, 2024), (WITHDRAWN, 2025)], Standing.WITHDRAWN),
        ([(JOINED, 2004), (NOTIFIED, 2025), (WITHDRAWN, 2025)], Standing.WITHDRAWN),
        ([(JOINED, 2004), (NOTIFIED, 2024), (RECALLED, 2025)], Standing.PARTY),
        ([(JOINED, 2004), (WITHDRAWN, 2020), (JOINED, 2024)], Standing.PARTY),
        ([(JOINED, 2004), (WITHDRAWN, 2020), (SIGNED, 2024)], Standing.SIGNATORY),
        ([(JOINED, 2004), (WITHDRAWN, 2999)], Standing.PARTY),
    ],
)
def test_status_is_what_the_latest_act_makes_it(
    facts: list[tuple[str, int]], standing: Standing
) -> None:
    for order in (facts, facts[::-1]):
        assert status_from(acts(*order), date(2026, 2, 20)).standing == standing


def test_status_says_since_when_it_holds() -> None:
    facts = acts((JOINED, 2004), (NOTIFIED, 2024))

    assert status_from(facts, date(2026, 1, 1)) == (Standing.WITHDRAWING, date(2024, 1, 1))
    assert status_from(facts, date(2003, 1, 1)) == (Standing.NOT_PARTY, None)


def test_status_of_a_state_that_came_back_is_right_on_every_day() -> None:
    facts = acts((JOINED, 2004), (NOTIFIED, 2019), (WITHDRAWN, 2020), (JOINED, 2024))

    statuses = [
        status_from(facts, date(year, 6, 1)).standing for year in (2003, 2010, 2019, 2020, 2024)
    ]

    assert statuses == ["not_party", "party", "withdrawing", "withdrawn", "party"]


@pytest.mark.parametrize(
    ("standing", "bound"),
    [
        (Standing.PARTY, True),
        (Standing.WITHDRAWING, True),
        (Standing.WITHDRAWN, False),
        (Standing.SIGNATORY, False),
        (Standing.NOT_PARTY, False),
    ],
)
def test_parties_are_bound_until_their_withdrawal_takes_effect(
    standing: Standing, bound: bool
) -> None:
    assert Status(standing, None).bound is bound


@pytest.mark.django_db
def test_fact_of_a_day_is_stated_once() -> None:
    fact = PositionFactory()
    same = {"government": fact.government, "treaty": fact.treaty, "kind": fact.kind}
    PositionFactory(**same, day=date(2001, 1, 1))

    with pytest.raises(IntegrityError):
        PositionFactory(**same, day=fact.day)


@pytest.mark.django_db
def test_only_what_had_happened_by_a_day() -> None:
    fact = PositionFactory(day=date(2000, 1, 1))
    PositionFactory(day=date(2000, 1, 2))

    assert list(Position.objects.on(date(2000, 1, 1))) == [fact]
    assert str(fact) == f"{fact.government}: consented to be bound, 2000-01-01"


@pytest.mark.django_db
def test_treaty_has_one_short_name() -> None:
    TreatyFactory(slug="mine-ban", name="Mine Ban")

    with pytest.raises(IntegrityError):
        TreatyFactory(slug="mine-ban")


def test_treaty_is_called_by_its_name() -> None:
    assert str(Treaty(name="Mine Ban")) == "Mine Ban"
