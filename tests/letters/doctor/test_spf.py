"""SPF as receivers read it (RFC 7208)."""

from __future__ import annotations

from typing import Any

import pytest

from letters.doctor import sender, spf
from letters.doctor.finding import Level
from tests.letters.doctor.zone import IP, Zone


def result(record: str, address: str = IP, **zone: Any) -> str:
    texts = {"ngo.org": [record], **zone.pop("texts", {})}
    return spf.Judge(Zone(texts=texts, **zone), address).result("ngo.org")


@pytest.mark.parametrize(
    ("record", "found"),
    [
        (f"v=spf1 ip4:{IP} -all", "pass"),
        ("v=spf1 ip4:8.8.4.0/24 -all", "pass"),
        ("v=spf1 ip4:8.8.8.8 -all", "fail"),
        ("v=spf1 ip4:8.8.8.8 ~all", "softfail"),
        ("v=spf1 ip4:8.8.8.8", "neutral"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1 all", "pass"),
        (f"V=SPF1 IP4:{IP} -ALL", "pass"),
        (f"v=spf1 -ip4:{IP} +all", "fail"),
        ("v=spf1 exists:%{i}.x.org ptr -all", "fail"),
        ("v=spf10 all", "none"),
    ],
)
def test_a_record_without_questions(record: str, found: str) -> None:
    assert result(record) == found


def test_an_ip6_address() -> None:
    assert result("v=spf1 ip6:2001:4860::/32 -all", "2001:4860::8888") == "pass"
    assert result("v=spf1 ip6:2001:4860::/32 -all", IP) == "fail"


@pytest.mark.parametrize(
    ("record", "hosts", "found"),
    [
        ("v=spf1 a -all", {"ngo.org": [IP]}, "pass"),
        ("v=spf1 a:out.ngo.org -all", {"out.ngo.org": [IP]}, "pass"),
        ("v=spf1 a/24 -all", {"ngo.org": ["8.8.4.9"]}, "pass"),
        ("v=spf1 a/30 -all", {"ngo.org": ["8.8.4.9"]}, "fail"),
        ("v=spf1 a:out.ngo.org/24//64 -all", {"out.ngo.org": ["8.8.4.9"]}, "pass"),
        ("v=spf1 a -all", {"ngo.org": ["2001:4860::1"]}, "fail"),
        ("v=spf1 mx -all", {"mx.ngo.org": [IP]}, "pass"),
        ("v=spf1 mx:other.org -all", {"mx.ngo.org": [IP]}, "fail"),
    ],
)
def test_hosts_and_mail_servers(record: str, hosts: dict[str, list[str]], found: str) -> None:
    assert result(record, hosts=hosts, servers={"ngo.org": ["mx.ngo.org"]}) == found


@pytest.mark.parametrize(
    ("included", "found"), [(f"v=spf1 ip4:{IP} -all", "pass"), ("v=spf1 -all", "softfail")]
)
def test_an_include_counts_only_if_it_passes(included: str, found: str) -> None:
    texts = {"provider.org": [included]}
    assert result("v=spf1 include:provider.org ~all", texts=texts) == found


def test_a_redirect_takes_the_others_result() -> None:
    texts = {"provider.org": ["v=spf1 -all"]}
    assert result("v=spf1 redirect=provider.org", texts=texts) == "fail"


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("v=spf1 include:nobody.org -all", "has no record"),
        ("v=spf1 ip4:300.1.1.1 -all", "is no address"),
        ("v=spf1 include:ngo.org -all", "more than 10 times"),
        ("v=spf1 redirect=ngo.org", "more than 10 times"),
    ],
)
def test_a_record_that_receivers_ignore(record: str, why: str) -> None:
    with pytest.raises(spf.Broken, match=why):
        result(record)


def test_two_records_are_none() -> None:
    zone = Zone(texts={"ngo.org": ["v=spf1 -all", "v=spf1 +all"]})
    with pytest.raises(spf.Broken, match="2 records"):
        spf.record_of(zone, "ngo.org")


@pytest.mark.parametrize(
    ("record", "level"),
    [
        ("v=spf1 -all", Level.OK), ("v=spf1 ~all", Level.OK), ("v=spf1 redirect=x.org", Level.OK),
        ("v=spf1 mx", Level.WARN), ("v=spf1 ?all", Level.WARN), ("v=spf1 +all", Level.BAD),
    ],
)  # fmt: skip
def test_a_record_should_say_what_to_do_with_others(record: str, level: Level) -> None:
    zone = Zone(texts={"ngo.org": [record]})
    [found] = sender.check_spf(zone, "ngo.org", [], sure=True)
    assert found.level is level


@pytest.mark.parametrize(("sure", "level"), [(True, Level.BAD), (False, Level.WARN)])
def test_an_address_that_does_not_pass(sure: bool, level: Level) -> None:
    zone = Zone(texts={"ngo.org": ["v=spf1 -all"]})
    found = list(sender.check_spf(zone, "ngo.org", [IP], sure=sure))
    assert (found[1].level, found[1].says) == (level, f"mail from {IP} does not pass (fail).")


def test_no_record_is_told_with_an_example() -> None:
    [found] = sender.check_spf(Zone(), "ngo.org", [IP], sure=True)
    assert (found.level, found.do) == (
        Level.BAD, f"Add a TXT record such as “v=spf1 ip4:{IP} -all”.",
    )  # fmt: skip


def test_a_broken_record_is_told() -> None:
    zone = Zone(texts={"ngo.org": ["v=spf1 -all", "v=spf1 -all"]})
    [found] = sender.check_spf(zone, "ngo.org", [IP], sure=True)
    assert found.level is Level.BAD
