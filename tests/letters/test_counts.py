"""Counts: what counts, how it is grouped, and that every way of counting agrees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from campaign.models import Campaign, Government, Office
from letters import rollup
from letters.counts import count_letters, recounted, tally
from letters.dimensions import Dimension, iso_week
from letters.enums import COUNTED, LIVING, NOT_COUNTED, HoldReason, LetterState
from letters.models import Letter, LetterText, Submission
from tests.factories.campaign import CampaignFactory, GovernmentFactory, OfficeFactory
from tests.factories.letters import LetterFactory, LetterTextFactory, SubmissionFactory
from tests.letters.counting import a_letter, numbers

pytestmark = pytest.mark.django_db


# --- against a naive recount ----------------------------------------------------------------------

POOL = 20
# Around two turns of the year: one ISO year has 53 weeks, the other begins in December.
DAYS = [date(2026, 12, 24) + timedelta(days=n) for n in range(14)] + [
    date(2024, 12, 29),
    date(2024, 12, 30),
]
ONE = st.fixed_dictionaries(
    {
        "signer": st.sampled_from(["ann", "bob", "eve"]),
        "place": st.integers(0, 2),
        "has_office": st.booleans(),
        "country": st.sampled_from(["EE", "LV", "FI"]),
        "language": st.sampled_from(["en", "et"]),
        "day": st.sampled_from(DAYS),
        "state": st.sampled_from(LetterState.values),
        "with_words": st.booleans(),
    }
)
MAYBE_DAY = st.none() | st.sampled_from(DAYS)


class World:
    """One campaign with governments, offices and forms to hang letters on."""

    def __init__(self) -> None:
        self.campaign: Campaign = CampaignFactory()
        self.text: LetterText = LetterTextFactory(version__template__campaign=self.campaign)
        self.governments: list[Government] = GovernmentFactory.create_batch(3)
        self.offices: list[Office] = [
            OfficeFactory(government=government) for government in self.governments
        ]
        self.forms: list[Submission] = SubmissionFactory.create_batch(POOL, campaign=self.campaign)

    def fill(self, drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Write the letters that the database allows, and return them as plain facts."""
        Letter.objects.all().delete()
        facts, living = [], set()
        for one in drawn:
            mark = (one["signer"], one["place"])
            if one["state"] in LIVING and mark in living:
                continue
            if one["state"] in LIVING:
                living.add(mark)
            facts.append(one)
        Letter.objects.bulk_create(self.letter(number, one) for number, one in enumerate(facts))
        return facts

    def change(self, facts: list[dict[str, Any]]) -> None:
        """Move letters from Latvia to Finland, reject those in review, delete the expired."""
        for one in facts:
            one["country"] = "FI" if one["country"] == "LV" else one["country"]
        Letter.objects.filter(country="LV").update(country="FI")
        waiting = [one for one in facts if one["state"] == LetterState.IN_REVIEW]
        for one in waiting:
            one["state"] = LetterState.REJECTED
        for letter in Letter.objects.in_review():
            Letter.objects.filter(pk=letter.pk).update(state=LetterState.REJECTED)
        gone = [one for one in facts if one["state"] == LetterState.EXPIRED]
        facts[:] = [one for one in facts if one not in gone]
        Letter.objects.filter(state=LetterState.EXPIRED).delete()

    def letter(self, number: int, one: dict[str, Any]) -> Letter:
        waiting = one["state"] == LetterState.AWAITING
        return Letter(
            submission=self.forms[number],
            campaign=self.campaign,
            government=self.governments[one["place"]],
            office=self.offices[one["place"]] if one["has_office"] else None,
            text=self.text,
            language=one["language"],
            country=one["country"],
            signer=one["signer"],
            with_words=one["with_words"],
            state=one["state"],
            hold_reason=HoldReason.REFUSED if one["state"] == LetterState.HELD else "",
            confirmed_on=None if waiting else one["day"],
        )

    def code(self, dimension: str, one: dict[str, Any]) -> str:
        waiting = one["state"] == LetterState.AWAITING
        place, day = one["place"], one["day"]
        codes: dict[str, Callable[[], str]] = {
            "government": lambda: self.governments[place].iso2,
            "office": lambda: self.offices[place].key if one["has_office"] else "",
            "day": lambda: "" if waiting else str(day),
            "week": lambda: "" if waiting else "{}-W{:02}".format(*day.isocalendar()),
            "month": lambda: "" if waiting else f"{day.year}-{day.month:02}",
        }
        return codes.get(dimension, lambda: str(one[dimension]))()


def recount(
    world: World,
    facts: list[dict[str, Any]],
    by: list[str],
    since: date | None,
    until: date | None,
    states: set[str],
) -> dict[tuple[str, ...], tuple[int, int, int]]:
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one in facts:
        waiting = one["state"] == LetterState.AWAITING
        early = since is not None and (waiting or one["day"] < since)
        late = until is not None and (waiting or one["day"] > until)
        if one["state"] in states and not early and not late:
            groups.setdefault(tuple(world.code(name, one) for name in by), []).append(one)
    return {
        codes: (
            len(group),
            len({one["signer"] for one in group}),
            sum(one["with_words"] for one in group),
        )
        for codes, group in groups.items()
    }


@hypothesis_settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    drawn=st.lists(ONE, max_size=POOL),
    by=st.lists(st.sampled_from(Dimension.values), max_size=3, unique=True),
    since=MAYBE_DAY,
    until=MAYBE_DAY,
    states=st.just(set(COUNTED)) | st.sets(st.sampled_from(LetterState.values), min_size=1),
    folded=st.booleans(),
    changed=st.booleans(),
)
def test_counts_equal_a_naive_recount(
    db: None,
    worlds: Callable[[], World],
    drawn: list[dict[str, Any]],
    by: list[str],
    since: date | None,
    until: date | None,
    states: set[str],
    folded: bool,
    changed: bool,
) -> None:
    """Letters are written, folded or not, and then some are changed, in bulk and one by one."""
    world = worlds()
    facts = world.fill(drawn)

    if folded:
        assert rollup.fold() > 0 or not drawn
    if changed:
        world.change(facts)
    assert rollup.differences(world.campaign) == []

    counted = tally(world.campaign, by, since, until, states)

    assert counted == recounted(world.campaign, by, since, until, states)
    expected = recount(world, facts, by, since, until, states)
    total = recount(world, facts, [], since, until, states)
    assert numbers(counted.rows) == (expected if by else {})
    assert numbers([counted.total]) == (total or {(): (0, 0, 0)})


@pytest.fixture
def worlds(db: None) -> Callable[[], World]:
    world: list[World] = []

    def get() -> World:
        if not world:
            world.append(World())
        return world[0]

    return get


# --- what counts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", sorted(COUNTED))
def test_a_confirmed_letter_counts_whatever_became_of_its_mail(state: str) -> None:
    letter = a_letter(CampaignFactory(), state)

    assert count_letters(letter.campaign)[0].letters == 1


@pytest.mark.parametrize("state", sorted(NOT_COUNTED))
def test_a_letter_not_confirmed_or_taken_out_does_not_count(state: str) -> None:
    letter = a_letter(CampaignFactory(), state)

    assert count_letters(letter.campaign)[0].letters == 0
    assert count_letters(letter.campaign, ["government"]) == []


def test_another_campaigns_letters_are_left_out() -> None:
    campaign = CampaignFactory()
    a_letter(CampaignFactory())

    assert count_letters(campaign)[0].letters == 0


def test_days_are_those_of_the_campaign_and_both_ends_are_included() -> None:
    campaign = CampaignFactory(time_zone="Europe/Tallinn")
    for hour in (21, 22):  # 23:00 and 00:00 in Tallinn
        at = datetime(2026, 11, 20, hour, tzinfo=UTC)
        a_letter(campaign, submission__created_at=at)

    days = count_letters(campaign, ["day"])

    assert numbers(days) == {("2026-11-20",): (1, 1, 0), ("2026-11-21",): (1, 1, 0)}
    only = count_letters(campaign, ["day"], since=date(2026, 11, 21), until=date(2026, 11, 21))
    assert numbers(only) == {("2026-11-21",): (1, 1, 0)}


def test_a_writer_to_two_governments_is_one_signatory_with_two_letters() -> None:
    form = SubmissionFactory()
    for _ in range(2):
        LetterFactory(submission=form, state=LetterState.SENT)

    counted = tally(form.campaign, ["government"])

    assert [(row.letters, row.signatories) for row in counted.rows] == [(1, 1), (1, 1)]
    assert (counted.total.letters, counted.total.signatories) == (2, 1)


# --- keys and order -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 11, 22), "2026-W47"),
        (date(2026, 12, 31), "2026-W53"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_a_week_is_the_iso_week(day: date, week: str) -> None:
    assert iso_week(day) == week


def test_each_group_has_a_code_and_a_readable_name() -> None:
    office = OfficeFactory(key="QA-pm", government__name="Testonia", title="Prime Minister")
    letter = a_letter(
        CampaignFactory(),
        government=office.government,
        office=office,
        language="et",
        submission__country="LV",
    )
    by = ["government", "office", "country", "language", "state"]

    (row,) = count_letters(letter.campaign, by)

    assert [(key.code, key.name) for key in row.keys] == [
        (office.government.iso2, "Testonia"),
        ("QA-pm", f"Prime Minister ({office.government.iso2})"),
        ("LV", "Latvia"),
        ("et", "Estonian"),
        ("sent", "sent"),
    ]


def test_groups_are_in_order_of_their_names_and_the_nameless_last() -> None:
    campaign = CampaignFactory()
    for name in ("Österland", "Norland", "Pohjola"):
        a_letter(campaign, government__name=name)
    a_letter(campaign, government__name="Aland", office=None)

    governments = [row.keys[0].name for row in count_letters(campaign, ["government"])]
    offices = [row.keys[0].name for row in count_letters(campaign, ["office"])]

    assert governments == ["Aland", "Norland", "Österland", "Pohjola"]
    assert offices[-1] == "none"


def test_unknown_codes_stand_for_themselves() -> None:
    letter = a_letter(CampaignFactory(), submission__country="QQ", language="xx")

    (row,) = count_letters(letter.campaign, ["country", "language"])

    assert [(key.code, key.name) for key in row.keys] == [("QQ", "QQ"), ("xx", "xx")]


def test_keys_come_in_the_order_asked_for() -> None:
    letter = a_letter(CampaignFactory(), submission__country="LV")
    codes = {"country": "LV", "language": "en", "state": "sent"}

    for by in permutations(codes):
        (row,) = count_letters(letter.campaign, by)
        assert [key.code for key in row.keys] == [codes[name] for name in by]


def test_an_unknown_dimension_is_an_error() -> None:
    with pytest.raises(ValueError, match="shoe size"):
        count_letters(CampaignFactory(), ["shoe size"])


@pytest.mark.parametrize("letters", [1, 3])
def test_the_number_of_queries_does_not_grow(
    letters: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    campaign = CampaignFactory()
    for _ in range(letters):
        a_letter(campaign)

    with django_assert_num_queries(3):  # the count, names of governments, names of offices
        count_letters(campaign, Dimension.values)
