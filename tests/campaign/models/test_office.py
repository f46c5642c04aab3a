from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from campaign.models import Office, OfficeHolder, OfficeRoute
from tests.factories.campaign import (
    FormOfAddressFactory,
    GovernmentFactory,
    OfficeFactory,
    OfficeHolderFactory,
    OfficeRouteFactory,
)

pytestmark = pytest.mark.django_db


def test_address_ends_with_the_country() -> None:
    office = Office(address_lines="One \n\n Two", address_country="ESTONIA")

    assert office.address() == ["One", "Two", "ESTONIA"]


@pytest.mark.parametrize(
    ("lines", "country", "address"), [("", "ESTONIA", []), ("One", "", ["One"]), ("", "", [])]
)
def test_country_alone_is_no_address(lines: str, country: str, address: list[str]) -> None:
    assert Office(address_lines=lines, address_country=country).address() == address


def test_closed_office_is_not_in_use() -> None:
    office = OfficeFactory()
    OfficeFactory(closed=True)

    assert list(Office.objects.in_use()) == [office]


def test_office_has_a_key_of_its_own() -> None:
    OfficeFactory(key="EE-head_of_state")

    with pytest.raises(IntegrityError):
        OfficeFactory(key="EE-head_of_state")


def test_unknown_time_zone_is_refused() -> None:
    office = OfficeFactory(time_zone="Mars/Olympus")

    with pytest.raises(ValidationError, match=r"“Mars/Olympus” is no time zone"):
        office.full_clean()


def test_office_has_one_form_of_address_per_language_and_gender() -> None:
    office = OfficeFactory()
    FormOfAddressFactory(office=office, gender="f")

    with pytest.raises(IntegrityError):
        FormOfAddressFactory(office=office)


def test_office_has_one_present_holder() -> None:
    past = OfficeHolderFactory(ends=date(2020, 1, 1))
    OfficeHolderFactory(office=past.office)

    with pytest.raises(IntegrityError):
        OfficeHolderFactory(office=past.office)


def test_holder_ends_after_it_begins() -> None:
    OfficeHolderFactory(begins=date(2020, 1, 1), ends=date(2020, 1, 2))

    with pytest.raises(IntegrityError):
        OfficeHolderFactory(begins=date(2020, 1, 1), ends=date(2020, 1, 1))


@pytest.mark.parametrize(
    ("day", "held"),
    [(date(2019, 12, 31), 0), (date(2020, 1, 1), 1), (date(2021, 1, 1), 0)],
)
def test_last_day_of_a_holder_is_the_next_ones_first(day: date, held: int) -> None:
    OfficeHolderFactory(begins=date(2020, 1, 1), ends=date(2021, 1, 1))

    assert OfficeHolder.objects.on(day).count() == held


def test_holder_of_unknown_times_holds_on_every_day() -> None:
    OfficeHolderFactory()

    assert OfficeHolder.objects.on(date(1900, 1, 1)).count() == 1


def test_office_has_an_address_once() -> None:
    route = OfficeRouteFactory()

    with pytest.raises(IntegrityError):
        OfficeRouteFactory(office=route.office, email=route.email)


def test_usable_routes_come_by_rank() -> None:
    office = OfficeFactory(route=None)
    second = OfficeRouteFactory(office=office, email="b@x.example", rank=2)
    first = OfficeRouteFactory(office=office, email="c@x.example", rank=1)
    OfficeRouteFactory(office=office, email="a@x.example", rank=1, stopped=True)

    assert list(OfficeRoute.objects.usable()) == [first, second]


def test_names_for_people() -> None:
    government = GovernmentFactory(iso2="EE", name="Estonia")
    office = OfficeFactory(government=government, title="Prime Minister")

    assert str(government) == "Estonia"
    assert str(office) == "Prime Minister (EE)"
    assert str(office.routes.get()) == office.routes.get().email
    assert str(FormOfAddressFactory(office=office, language="et", salutation="")) == office.title
    assert str(OfficeHolderFactory(office=office, name="Kim")) == "Kim"
