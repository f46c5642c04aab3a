"""Bounces in the shapes of real mail servers: what each says, and of which mail."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from letters.identifiers import uuid7
from letters.models import DeliveryReport
from letters.return_address import return_path
from letters.returns.incoming import read
from letters.returns.reports import is_about_address
from letters.returns.sorting import Sort, sort
from tests.letters.returns.mail import RECIPIENT, SAMPLES, bounce

Kind = DeliveryReport.Kind
OURS = "letters@sincerely.example"
# What each sample says: the kind, the status, whether the address itself is the trouble.
SAYS = [
    ("01", Kind.BOUNCED, "5.1.1", True),
    ("02", Kind.BOUNCED, "5.4.4", True),
    ("03", Kind.DELAYED, "4.4.1", False),
    ("04", Kind.BOUNCED, "4.4.7", False),
    ("05", Kind.BOUNCED, "5.2.2", False),
    ("06", Kind.BOUNCED, "5.7.1", False),
    ("07", Kind.DELIVERED, "2.0.0", False),
    ("08", Kind.BOUNCED, "5.1.1", False),
    ("09", Kind.BOUNCED, "5.1.1", True),
    ("10", Kind.DELAYED, "4.4.2", False),
    ("11", Kind.BOUNCED, "5.1.10", True),
    ("12", Kind.BOUNCED, "5.7.133", False),
    ("13", Kind.BOUNCED, "5.2.1", True),
    ("14", Kind.BOUNCED, "5.1.1", True),
    ("15", Kind.DELAYED, "4.2.1", False),
    ("16", Kind.BOUNCED, "5.0.0", True),
    ("17", Kind.BOUNCED, "5.1.1", True),
    ("18", Kind.DELAYED, "", False),
    ("19", Kind.BOUNCED, "5.1.1", True),
    ("20", Kind.BOUNCED, "", True),
    ("21", Kind.BOUNCED, "5.1.1", True),
    ("22", Kind.BOUNCED, "5.1.0", True),
    ("23", Kind.BOUNCED, "5.1.1", True),
    ("24", Kind.BOUNCED, "5.0.0", True),
    ("25", Kind.BOUNCED, "5.1.1", True),
    ("26", Kind.BOUNCED, "5.1.2", True),
    ("27", Kind.BOUNCED, "5.1.1", True),
    ("28", Kind.BOUNCED, "5.3.4", False),
    ("29", Kind.COMPLAINT, "", False),
    ("30", Kind.COMPLAINT, "", False),
    ("31", Kind.BOUNCED, "5.2.1", True),
    ("32", Kind.BOUNCED, "5.1.1", True),
]


@pytest.fixture(autouse=True, params=["letters@ngo.example", "@returns.ngo.example"])
def box(request: pytest.FixtureRequest, settings: Settings) -> None:
    settings.RETURN_ADDRESS = request.param


def test_every_sample_is_read() -> None:
    assert sorted(name for name, *_ in SAYS) == sorted(path.name[:2] for path in SAMPLES.glob("*"))


@pytest.mark.parametrize(("name", "kind", "status", "about_address"), SAYS)
def test_bounce_says_what_its_server_means(
    name: str, kind: str, status: str, about_address: bool
) -> None:
    key = uuid7()
    found = sort(read(bounce(name, return_path(key) or "")), OURS)
    assert found.said is not None
    assert (found.sort, found.outbound) == (Sort.REPORT, key)
    assert (found.said.kind, found.said.status) == (kind, status)
    if kind == Kind.BOUNCED:
        assert is_about_address(found.said, RECIPIENT) is about_address


@pytest.mark.parametrize("name", [name for name, *_ in SAYS])
def test_forged_bounce_is_about_nothing(name: str) -> None:
    genuine = return_path(uuid7()) or ""
    local, _, domain = genuine.rpartition("@")
    forged = f"{local[:-2]}{'a' if local[-2] != 'a' else 'b'}{local[-1]}@{domain}"
    found = sort(read(bounce(name, forged)), OURS)
    assert found.said is not None
    assert (found.target.proven, found.said.kind) == (False, Kind.FORGED)


def test_bounce_without_our_address_is_a_strangers() -> None:
    found = sort(read(bounce("01", "someone@else.example")), OURS)
    assert found.sort is Sort.STRANGER


@pytest.mark.parametrize("ends", [b"\r\n", b"\r"])
def test_line_ends_of_other_systems_are_read(ends: bytes) -> None:
    raw = bounce("01", return_path(uuid7()) or "").replace(b"\n", ends)
    found = sort(read(raw), OURS)
    assert found.said is not None
    assert (found.said.kind, found.said.status) == (Kind.BOUNCED, "5.1.1")


def test_bounce_tells_in_the_servers_words() -> None:
    found = sort(read(bounce("17", return_path(uuid7()) or "")), OURS)
    assert found.said is not None
    assert found.said.text == "host mx.gov.example [198.51.100.5]: 550 5.1.1 no such user here"


def test_key_is_the_same_by_whatever_way_it_came() -> None:
    raw = bounce("01", return_path(uuid7()) or "")
    other = b"Received: from a.example by b.example\r\n" + raw.replace(b"\n", b"\r\n")
    assert read(raw).key == read(other).key
