"""The oracle is tests/data/expected_counts.csv, computed apart from this code (SOURCES.md)."""

from __future__ import annotations

import csv
from datetime import date

import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from campaign.imports.base import run_import
from campaign.imports.governments import GovernmentImporter
from campaign.models import Government, Office, Position, Standing, Status, Treaty
from campaign.queries import (
    form_of_address,
    holder_on,
    office_for,
    offices_for,
    status_of,
    statuses_on,
    tally,
    with_forms,
)
from tests.factories.campaign import (
    FormOfAddressFactory,
    GovernmentFactory,
    OfficeFactory,
    OfficeHolderFactory,
    PositionFactory,
    TreatyFactory,
)

DATA = settings.BASE_DIR / "campaign" / "data"
with (settings.BASE_DIR / "tests" / "data" / "expected_counts.csv").open(encoding="utf-8") as file:
    EXPECTED = list(csv.DictReader(file))
COLUMNS = {"mine_ban": "mine-ban", "cluster": "cluster-munitions"}
DAY = date(2026, 2, 20)

pytestmark = pytest.mark.django_db


class TestShippedFacts:
    @pytest.fixture(autouse=True)
    def shipped(self) -> None:
        run_import(GovernmentImporter(), DATA / "governments.csv", dry_run=False)

    def test_every_expected_count_is_met(self) -> None:
        computed, expected = {}, {}
        for row in EXPECTED:
            day = date.fromisoformat(row["on_date"])
            for column, slug in COLUMNS.items():
                treaty = Treaty.objects.get(slug=slug)
                counts = tally(treaty, day)
                bound = counts[Standing.PARTY] + counts[Standing.WITHDRAWING]
                for name, count in [*counts.items(), ("bound", bound)]:
                    computed[day, column, str(name)] = count
                    expected[day, column, str(name)] = int(row[f"{column}_{name}"])

        assert len(EXPECTED) == 18
        assert len(expected) == 18 * 12
        assert computed == expected

    def test_statuses_of_all_cost_two_queries(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        treaty = Treaty.objects.get(slug="mine-ban")

        with django_assert_num_queries(2):
            statuses = statuses_on(treaty, DAY)

        assert len(statuses) == 197

    def test_every_government_alone_has_the_same_status_as_together(self) -> None:
        treaty = Treaty.objects.get(slug="mine-ban")
        governments = Government.objects.prefetch_related("positions")

        alone = {one.pk: status_of(one, treaty, DAY) for one in governments}

        assert alone == statuses_on(treaty, DAY)

    def test_estonia_left_the_mine_ban(self) -> None:
        treaty = Treaty.objects.get(slug="mine-ban")
        estonia = Government.objects.get(iso2="EE")

        assert status_of(estonia, treaty, DAY) == (Standing.WITHDRAWN, date(2025, 12, 27))


def test_statuses_of_some_cost_one_query_and_are_theirs_only(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    party = PositionFactory(day=date(2000, 1, 1))
    PositionFactory(treaty=party.treaty)
    stranger = GovernmentFactory()

    with django_assert_num_queries(1):
        statuses = statuses_on(party.treaty, DAY, [party.government, stranger])

    assert statuses == {
        party.government.pk: Status(Standing.PARTY, date(2000, 1, 1)),
        stranger.pk: Status(Standing.NOT_PARTY, None),
    }


def test_status_on_another_treaty_does_not_count() -> None:
    position = PositionFactory()

    assert status_of(position.government, TreatyFactory(), DAY).standing == Standing.NOT_PARTY


def test_status_from_prefetched_positions_costs_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    position = PositionFactory()
    government = Government.objects.prefetch_related("positions").get()

    with django_assert_num_queries(0):
        assert status_of(government, position.treaty, DAY).bound


def test_tally_names_every_standing() -> None:
    PositionFactory()

    assert tally(Position.objects.get().treaty, DAY) == {
        Standing.PARTY: 1,
        Standing.WITHDRAWING: 0,
        Standing.WITHDRAWN: 0,
        Standing.SIGNATORY: 0,
        Standing.NOT_PARTY: 0,
    }


# Offices

KINDS = ["head_of_government", "head_of_state"]


def test_office_is_of_the_first_kind_that_exists() -> None:
    government = GovernmentFactory()
    OfficeFactory(government=government, kind="head_of_state")
    wanted = OfficeFactory(government=government, kind="head_of_government")
    OfficeFactory(government=government, kind="foreign_minister")

    assert office_for(government, KINDS) == wanted


def test_closed_office_is_passed_over() -> None:
    government = GovernmentFactory()
    OfficeFactory(government=government, kind="head_of_government", closed=True)
    wanted = OfficeFactory(government=government, kind="head_of_state")

    assert office_for(government, KINDS) == wanted


def test_kind_named_twice_keeps_its_first_place() -> None:
    government = GovernmentFactory()
    wanted = OfficeFactory(government=government, kind="head_of_state")
    OfficeFactory(government=government, kind="head_of_government")

    assert office_for(government, ["head_of_state", *KINDS]) == wanted


def test_government_without_such_an_office_has_none() -> None:
    government = OfficeFactory(kind="foreign_minister").government

    assert office_for(government, KINDS) is None
    assert offices_for([government], KINDS) == {}


@pytest.mark.parametrize("size", [1, 3])
def test_offices_come_with_all_that_addressing_needs(
    django_assert_num_queries: DjangoAssertNumQueries, size: int
) -> None:
    OfficeFactory.create_batch(size, kind="head_of_state")
    governments = list(Government.objects.all())

    with django_assert_num_queries(4):
        offices = offices_for(governments, KINDS)
        titles = [form_of_address(office, "en", DAY) for office in offices.values()]
        assert all(list(office.routes.all()) for office in offices.values())

    assert set(offices) == {government.pk for government in governments}
    assert None not in titles


# Holders and forms of address


@pytest.fixture
def office() -> Office:
    return OfficeFactory(form=None)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2019, 12, 31), None),
        (date(2020, 1, 1), "First"),
        (date(2023, 12, 31), "First"),
        (date(2024, 1, 1), None),
        (date(2024, 6, 1), "Second"),
    ],
)
def test_holder_is_the_one_of_the_day(office: Office, day: date, name: str | None) -> None:
    OfficeHolderFactory(office=office, name="First", begins=date(2020, 1, 1), ends=date(2024, 1, 1))
    OfficeHolderFactory(office=office, name="Second", begins=date(2024, 6, 1))

    holder = holder_on(office, day)

    assert (holder.name if holder else None) == name


def test_holder_known_from_a_day_goes_before_one_of_unknown_beginning(office: Office) -> None:
    OfficeHolderFactory(office=office, name="Once", ends=date(2026, 3, 1))
    OfficeHolderFactory(office=office, name="Now", begins=date(2026, 1, 1))

    holder = holder_on(office, DAY)

    assert holder is not None
    assert holder.name == "Now"


@pytest.fixture
def gendered(office: Office) -> Office:
    FormOfAddressFactory(office=office, language="uk", gender="m", salutation="Пане!")
    FormOfAddressFactory(office=office, language="uk", gender="f", salutation="Пані!")
    FormOfAddressFactory(office=office, language="en", salutation="Dear Premier,")
    FormOfAddressFactory(office=office, language="en", gender="f", salutation="Dear Madam,")
    return office


@pytest.mark.parametrize(
    ("gender", "language", "salutation"),
    [
        ("m", "uk", "Пане!"),
        ("f", "uk", "Пані!"),
        ("", "uk", None),
        ("m", "en", "Dear Premier,"),
        ("f", "en", "Dear Madam,"),
        ("", "en", "Dear Premier,"),
        ("f", "en-ZA", "Dear Madam,"),
        ("m", "et", None),
    ],
)
def test_form_of_address_follows_the_holder(
    gendered: Office, gender: str, language: str, salutation: str | None
) -> None:
    OfficeHolderFactory(office=gendered, gender=gender)

    form = form_of_address(gendered, language, DAY)

    assert (form.salutation if form else None) == salutation


def test_exact_language_goes_before_its_base(gendered: Office) -> None:
    FormOfAddressFactory(office=gendered, language="en-ZA", salutation="Dear President,")
    OfficeHolderFactory(office=gendered, gender="f")

    form = form_of_address(gendered, "en-ZA", DAY)

    assert form is not None
    assert form.salutation == "Dear President,"


def test_vacant_office_is_addressed_without_gender(gendered: Office) -> None:
    form = form_of_address(with_forms(Office.objects.all()).get(), "en", DAY)

    assert form is not None
    assert form.salutation == "Dear Premier,"
