"""Pipe and mailbox: what is taken, what comes again, and what a mail server is told."""

from __future__ import annotations

import io
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django import Settings

from letters.models import Answer, DeliveryReport, Letter, Outbound
from letters.return_address import answer_address, return_path
from letters.returns import imap, receive, reports
from letters.returns.incoming import MOST_BYTES
from letters.returns.receive import Outcome
from letters.returns.sorting import sort
from tests.factories.letters import OutboundFactory
from tests.letters.returns.imap_server import ImapServer
from tests.letters.returns.mail import bounce, message

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[True, False], ids=["keywords", "seen"])
def box(
    request: pytest.FixtureRequest, settings: Settings, loopback: set[int]
) -> Iterator[ImapServer]:
    with ImapServer(keywords=request.param) as server:
        loopback.add(server.port)
        settings.RETURNS_IMAP_URL = server.url
        yield server
        server.shutdown()


def taken(server: ImapServer) -> str:
    return "SINCERELYTAKEN" if server.keywords else "\\SEEN"


def pipe(raw: bytes, monkeypatch: pytest.MonkeyPatch, *options: str) -> str:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    out = io.StringIO()
    call_command("receive_mail", *options, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def test_mailbox_is_read_and_marked(box: ImapServer, sent: Outbound) -> None:
    mail = box.add(bounce("01", return_path(sent.id) or ""))
    assert imap.fetch() == {Outcome.REPORT: 1}
    assert (mail.flags, imap.fetch()) == ({taken(box)}, {})


def test_mail_that_comes_too_early_is_fetched_again(box: ImapServer) -> None:
    sending = OutboundFactory(
        state="sending", letter__state="sending", claim_token="x", attempts=1,
        lease_until="2026-11-22T00:00Z",
    )  # fmt: skip
    mail = box.add(bounce("01", return_path(sending.id) or ""))
    assert (imap.fetch(), mail.flags) == ({}, set())


def test_poison_does_not_keep_the_next_one_waiting(
    box: ImapServer, sent: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sort
    monkeypatch.setattr(
        receive, "sort", lambda mail, own: 1 / 0 if b"poison" in mail.raw else real(mail, own)
    )
    box.add(message(return_path(sent.id) or "", "poison").as_bytes())
    box.add(bounce("01", return_path(sent.id) or ""))
    assert imap.fetch() == {Outcome.UNREADABLE: 1, Outcome.REPORT: 1}


@pytest.mark.parametrize("old", [False, True])
def test_mail_that_the_server_cannot_give_keeps_nobody_waiting(
    box: ImapServer, sent: Outbound, old: bool
) -> None:
    lost = box.add(b"Subject: lost\n\nx", old=old)
    lost.broken = True
    box.add(bounce("01", return_path(sent.id) or ""))
    assert imap.fetch() == {Outcome.REPORT: 1}
    left = "SINCERELYLEFT" if box.keywords else "\\SEEN"
    assert (lost.flags, imap.fetch()) == ({left} if old else set(), {})


def test_mail_is_not_marked_while_the_database_is_away(
    box: ImapServer, sent: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(reports, "record", away)
    mail = box.add(bounce("01", return_path(sent.id) or ""))
    with pytest.raises(OperationalError):
        imap.fetch()
    assert mail.flags == set()


def test_only_the_head_of_a_huge_mail_is_fetched(box: ImapServer, letter: Letter) -> None:
    head = message(answer_address(letter.number) or "", "x").as_bytes()
    box.add(head + b"x" * MOST_BYTES)
    assert imap.fetch() == {Outcome.UNREADABLE: 1}
    assert DeliveryReport.objects.get().text == "larger than 25 MB"
    assert not [said for said in box.said if "BODY.PEEK[]" in said]


def test_mail_of_strangers_is_left_where_it_is(box: ImapServer) -> None:
    box.add(message("letters@ngo.example", "Hello").as_bytes(), old=True)
    assert imap.fetch() == {Outcome.IGNORED: 1}
    assert (imap.fetch(), len(box.mails)) == ({}, 1)


def test_taken_mail_is_deleted_with_time(settings: Settings, loopback: set[int]) -> None:
    with ImapServer() as box:
        loopback.add(box.port)
        box.add(b"x", old=True).flags.add("SINCERELYTAKEN")
        imap.fetch(box.url)
        assert box.mails == {}
        box.shutdown()


def test_trouble_with_the_mailbox_tells_no_secret(
    settings: Settings, caplog: pytest.LogCaptureFixture, loopback: set[int]
) -> None:
    loopback.add(9)
    settings.RETURNS_IMAP_URL = "imap://letters:secret-word@127.0.0.1:9/INBOX"
    imap.fetch_if_set()
    assert caplog.messages == ["The mailbox of returned mail: ConnectionRefusedError."]


def test_pipe_takes_a_message(letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = message(answer_address(letter.number) or "").as_bytes()
    assert pipe(raw, monkeypatch) == "answer"
    assert Answer.objects.count() == 1


@pytest.mark.parametrize("way", ["option", "variable"])
def test_pipe_believes_the_envelope_where_the_headers_hide_it(
    letter: Letter, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    raw, address = message("undisclosed@gov.example").as_bytes(), answer_address(letter.number)
    if way == "variable":
        monkeypatch.setenv("ORIGINAL_RECIPIENT", address or "")
    assert pipe(raw, monkeypatch, *(["--to", address or ""] if way == "option" else [])) == "answer"


def test_pipe_asks_the_mail_server_to_try_again(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(receive, "_outbound_of", away)
    with pytest.raises(SystemExit) as stopped:
        pipe(message(answer_address(letter.number) or "").as_bytes(), monkeypatch)
    assert stopped.value.code == 75


def test_pipe_reads_a_huge_message_to_its_end(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = message(answer_address(letter.number) or "").as_bytes() + b"x" * MOST_BYTES
    assert pipe(raw, monkeypatch) == "unreadable"


def test_command_reads_the_mailbox(box: ImapServer, sent: Outbound) -> None:
    box.add(bounce("01", return_path(sent.id) or ""))
    out = io.StringIO()
    call_command("receive_mail", "--imap", stdout=out)
    assert out.getvalue() == "1 report\n"


def test_command_without_a_mailbox_says_what_to_set(settings: Settings) -> None:
    settings.RETURNS_IMAP_URL = ""
    with pytest.raises(CommandError, match="Set RETURNS_IMAP_URL"):
        call_command("receive_mail", "--imap")


def test_pipe_without_the_sites_settings_asks_to_try_again(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.RETURN_ADDRESS = ""
    with pytest.raises(CommandError, match="RETURN_ADDRESS is not set") as refused:
        pipe(b"From: a@b.example\r\n\r\nHello", monkeypatch)
    assert refused.value.returncode == 75


def test_pipe_without_a_message_says_what_it_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="Give a message on standard input"):
        pipe(b"\n", monkeypatch)
