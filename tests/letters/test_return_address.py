"""Return addresses: read back whatever a mail server did to their case, and never made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from letters.identifiers import new_number, uuid7
from letters.return_address import (
    answer_address,
    has_our_shape,
    letter_of,
    outbound_of,
    return_path,
)

FORMS = ["letters@ngo.example", "@returns.ngo.example"]


@pytest.fixture(autouse=True, params=FORMS)
def box(request: pytest.FixtureRequest, settings: Settings) -> str:
    settings.RETURN_ADDRESS = request.param
    return str(request.param)


def test_bounce_address_leads_back_to_its_mail() -> None:
    key = uuid7()
    assert outbound_of(return_path(key) or "") == key


def test_answer_address_leads_back_to_its_letter() -> None:
    number = new_number()
    assert letter_of(answer_address(number) or "") == number


def test_addresses_take_the_form_of_the_setting(box: str) -> None:
    address = return_path(uuid7()) or ""
    begin, domain = (
        ("letters+b.", "ngo.example") if box[0] != "@" else ("b.", "returns.ngo.example")
    )
    assert (address.startswith(begin), address.rpartition("@")[2]) == (True, domain)


@pytest.mark.parametrize("change", [str.upper, str.title, lambda text: f" <{text}> "])
def test_case_and_brackets_do_not_matter(change: object) -> None:
    key, number = uuid7(), new_number()
    assert outbound_of(change(return_path(key))) == key  # type: ignore[operator]
    assert letter_of(change(answer_address(number))) == number  # type: ignore[operator]


def test_local_part_is_as_short_as_mail_servers_ask() -> None:
    for address in (return_path(uuid7()), answer_address(new_number())):
        assert len((address or "").rpartition("@")[0]) <= 64


def test_address_that_would_be_too_long_is_none(settings: Settings) -> None:
    settings.RETURN_ADDRESS = f"{'x' * 30}@ngo.example"
    assert return_path(uuid7()) is None


def test_without_the_setting_there_is_no_address(settings: Settings) -> None:
    settings.RETURN_ADDRESS = ""
    assert (return_path(uuid7()), answer_address(new_number())) == (None, None)


def test_one_changed_sign_makes_it_forged() -> None:
    address, number = return_path(uuid7()) or "", answer_address(new_number()) or ""
    for genuine, read in ((address, outbound_of), (number, letter_of)):
        local, _, domain = genuine.rpartition("@")
        other = "a" if local[-2] != "a" else "b"
        forged = f"{local[:-2]}{other}{local[-1]}@{domain}"
        assert (read(forged), has_our_shape(forged)) == (None, True)


def test_answer_address_of_another_site_is_forged(settings: Settings) -> None:
    address = answer_address("K7Q4-M2X") or ""
    settings.SECRET_KEY = "another"
    assert letter_of(address) is None


def test_bounce_address_is_no_answer_address() -> None:
    assert letter_of(return_path(uuid7()) or "") is None
    assert outbound_of(answer_address(new_number()) or "") is None


@given(st.text(max_size=90))
@hypothesis_settings(max_examples=200)
def test_no_made_up_address_is_believed(local: str) -> None:
    for address in (local, f"{local}@ngo.example", f"letters+b.{local}@ngo.example"):
        assert (outbound_of(address), letter_of(address)) == (None, None)
