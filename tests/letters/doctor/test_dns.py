"""The DNS gateway: records as they are read, and silence told from absence."""

from __future__ import annotations

from typing import Any

import dns.exception
import dns.resolver
import pytest

from letters.doctor.names import CannotAsk, Dns
from tests.letters.doctor.zone import IP


class Resolver:
    """Answers as dnspython does."""

    lifetime = 0.0

    def __init__(self) -> None:
        self.answer: Any = []

    def resolve(self, name: str, kind: str) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return dns.rrset.from_text_list(name, 60, "IN", kind, self.answer)


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    found = Resolver()
    monkeypatch.setattr("letters.doctor.names.dns.resolver.Resolver", lambda: found)
    return found


@pytest.mark.parametrize(
    ("method", "records", "found"),
    [
        ("txt", ['"v=spf1 ip4:8.8" ".4.4 -all"', '"other"'], ["v=spf1 ip4:8.8.4.4 -all", "other"]),
        ("mx", ["20 b.ngo.org.", "10 a.ngo.org."], ["a.ngo.org", "b.ngo.org"]),
        ("mx", ["0 ."], ["."]),
    ],
)
def test_records_are_read(
    resolver: Resolver, method: str, records: list[str], found: list[str]
) -> None:
    resolver.answer = records
    assert getattr(Dns(), method)("ngo.org.") == found


def test_the_names_of_an_address_are_read(resolver: Resolver) -> None:
    resolver.answer = ["mx.ngo.org."]
    assert Dns().names_of(IP) == ["mx.ngo.org"]


@pytest.mark.parametrize("error", [dns.resolver.NXDOMAIN(), dns.resolver.NoAnswer])
def test_no_record_is_an_empty_list(resolver: Resolver, error: Any) -> None:
    resolver.answer = error if isinstance(error, Exception) else Exception.__new__(error)
    assert Dns().txt("ngo.org") == []


@pytest.mark.parametrize("error", [dns.exception.Timeout(), OSError()])
def test_silence_is_no_empty_list(resolver: Resolver, error: Exception) -> None:
    resolver.answer = error
    with pytest.raises(CannotAsk, match="TXT: "):
        Dns().txt("ngo.org")
