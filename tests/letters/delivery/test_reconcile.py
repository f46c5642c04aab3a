"""Who may know what became of a mail, and what becomes of those who cannot tell."""

from __future__ import annotations

import gzip
import imaplib
import json
import logging
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from letters.delivery import reconcile, relay_log
from letters.delivery.mail import Envelope, MailboxTransport
from letters.return_address import return_path
from tests.factories.letters import OutboundFactory

ONE, TWO, THREE = (f"<l.{n}.letter@ngo.example>" for n in ("one", "two", "three"))
CLEANUP = "Nov 22 13:42:01 mx postfix/cleanup[8]: {queue}: message-id={mail}"
ACTIVE = "Nov 22 13:42:01 mx postfix/qmgr[9]: {queue}: from=<b@ngo.example>, size=9, nrcpt=1 (queue active)"
STATUS = (
    "2026-11-22T13:42:02.1+00:00 mx postfix/smtp[7]: {queue}: to=<pm@gov.example>, "
    "relay=mx.gov.example[192.0.2.1]:25, delay=1.2, dsn=2.0.0, status={status} (said)"
)


def write_log(path: Path, *lines: str) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


# --- Postfix ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["sent", "deferred", "bounced", "expired"])
def test_what_the_relay_tried_has_left_our_hands(tmp_path: Path, status: str) -> None:
    log = tmp_path / "mail.log"
    write_log(log, CLEANUP.format(queue="4Xa", mail=ONE), STATUS.format(queue="4Xa", status=status))
    assert relay_log.taken_over(log, [ONE, TWO]) == {ONE}


def test_what_waits_in_the_relay_has_left_our_hands(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    write_log(log, CLEANUP.format(queue="4Xa", mail=ONE), ACTIVE.format(queue="4Xa"))
    assert relay_log.taken_over(log, [ONE]) == {ONE}


def test_a_message_that_broke_off_was_not_taken(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    write_log(
        log,
        CLEANUP.format(queue="4Xa", mail=ONE),
        "Nov 22 13:42:01 mx postfix/smtpd[8]: lost connection after DATA from localhost[127.0.0.1]",
    )
    assert relay_log.taken_over(log, [ONE]) == set()


def test_a_queue_id_that_is_used_again_stands_for_the_later_mail(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    write_log(
        log,
        CLEANUP.format(queue="4Xa", mail=ONE),
        CLEANUP.format(queue="4Xa", mail="<another@mail.example>"),
        STATUS.format(queue="4Xa", status="sent"),
    )
    assert relay_log.taken_over(log, [ONE]) == set()


def test_only_the_relays_own_lines_count(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    write_log(
        log,
        f"Nov 22 13:42:01 mx someone[1]: 4Xa: message-id={ONE}",
        f"Nov 22 13:42:01 mx postfix/smtp[7]: 4Xa: message-id={TWO} status=sent",
        STATUS.format(queue="4Xa", status="sent"),
    )
    assert relay_log.taken_over(log, [ONE, TWO]) == set()


def test_rotated_logs_are_read_in_their_order(tmp_path: Path) -> None:
    """The first half of a mail's story stands in the packed part, the second in the next."""
    log = tmp_path / "mail.log"
    with gzip.open(tmp_path / "mail.log.2.gz", "wt") as packed:
        packed.write(CLEANUP.format(queue="4Xa", mail=ONE) + "\n")
    write_log(tmp_path / "mail.log.1", STATUS.format(queue="4Xa", status="sent"))
    write_log(log, CLEANUP.format(queue="4Xb", mail=TWO), ACTIVE.format(queue="4Xb"))
    for age, name in enumerate(("mail.log", "mail.log.1", "mail.log.2.gz")):
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    (tmp_path / "mail.log.old-notes").write_text("")
    assert relay_log.taken_over(log, [ONE, TWO]) == {ONE, TWO}


def test_a_log_of_garbage_tells_nothing(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_bytes(b"\xff\xfe message-id= postfix/cleanup[]: : \n" * 3 + b"x" * 100_000)
    assert relay_log.taken_over(log, [ONE]) == set()


@pytest.mark.django_db
def test_the_relays_queue_shows_mails_by_their_return_paths(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RETURN_ADDRESS, settings.RECONCILE = "letters@ngo.example", "postqueue"
    waiting, absent = OutboundFactory(), OutboundFactory()
    shown = [{"queue_id": "4Xa", "sender": return_path(waiting.pk)}, {"sender": "root@ngo.example"}]
    printed = "".join(json.dumps(line) + "\n" for line in shown).encode()
    monkeypatch.setattr(
        "letters.delivery.evidence.subprocess.run",
        lambda command, **_: subprocess.CompletedProcess(command, 0, printed),
    )
    ids = [waiting.message_id, absent.message_id]
    assert reconcile.arrived(ids) == {waiting.message_id}


# --- the other sources --------------------------------------------------------------------------


def test_the_demonstrations_mailbox_knows_its_mails(settings: Settings) -> None:
    settings.RECONCILE = "mailbox"
    message = f"Message-ID: {ONE}\r\nSubject: x\r\n\r\nx\r\n".encode()
    envelope = Envelope("letters@ngo.example", "pm@gov.example")
    MailboxTransport(settings.MAILBOX_DIR).send(envelope, message, lambda: None)
    assert reconcile.arrived([ONE, TWO]) == {ONE}


def test_the_fault_tests_ledger(settings: Settings, tmp_path: Path) -> None:
    settings.FAULTS, settings.RECONCILE = True, f"sink:{tmp_path}/ledger.jsonl"
    lines = [{"event": "taken", "message_id": ONE}, {"event": "rcpt", "message_id": TWO}]
    text = "".join(json.dumps(line) + "\n" for line in lines) + '{"event": "tak'
    (tmp_path / "ledger.jsonl").write_text(text)
    assert reconcile.arrived([ONE, TWO]) == {ONE}


class Journal:
    """An IMAP server's answers, in their real shapes. It holds ONE, folded, and THREE."""

    heads = (f"Message-ID:\r\n {ONE}\r\n\r\n".encode(), f"message-id: {THREE}\r\n\r\n".encode())
    login_ok = True
    said: list[tuple[Any, ...]]

    def __init__(self, host: str, port: int, **_: Any) -> None:
        self.said = [(host, port)]
        Journal.last = self  # type: ignore[attr-defined]

    def login(self, user: str, password: str) -> tuple[str, list[bytes]]:
        self.said.append((user, password))
        if not self.login_ok:
            raise imaplib.IMAP4.error(f"{password} is wrong for {user}")
        return "OK", [b""]

    def select(self, folder: str, readonly: bool) -> tuple[str, list[bytes]]:
        self.said.append((folder, readonly))
        return "OK", [b"2"]

    def uid(self, command: str, *given: str) -> tuple[str, list[Any]]:
        if command == "FETCH":
            found = [(b"1 (UID 7 BODY[] {40}", head) for head in self.heads]
            return "OK", [found[0], b")", found[1], b")"]
        if given == ("ALL",):
            return "OK", [b"7 8"]
        return "OK", [
            b"7" if any(given[-1].strip('"').encode() in head for head in self.heads) else b""
        ]

    def logout(self) -> None:
        self.said.append(("logout",))


@pytest.fixture
def journal(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> type[Journal]:
    settings.RECONCILE = "imaps://archive:p%40ss@imap.ngo.example/Sent%20mail"
    monkeypatch.setattr("letters.delivery.evidence.imaplib.IMAP4_SSL", Journal)
    return Journal


def test_a_mailbox_of_copies_is_searched(journal: type[Journal]) -> None:
    assert reconcile.arrived([ONE, TWO, '<"x">']) == {ONE}
    assert journal.last.said == [  # type: ignore[attr-defined]
        ("imap.ngo.example", 993), ("archive", "p@ss"), ('"Sent mail"', True), ("logout",),
    ]  # fmt: skip


def test_a_mailbox_of_copies_is_read_at_once_for_many(journal: type[Journal]) -> None:
    many = [f"<{n}@ngo.example>" for n in range(200)]
    assert reconcile.arrived([*many, ONE, THREE]) == {ONE, THREE}


def test_a_source_that_fails_knows_nothing_and_gives_nothing_away(
    journal: type[Journal], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(journal, "login_ok", False)
    with caplog.at_level(logging.WARNING):
        assert reconcile.arrived([ONE]) is None
    assert caplog.messages == ["RECONCILE imaps could not tell: error."]


def test_one_source_that_fails_does_not_silence_the_other(
    settings: Settings, tmp_path: Path
) -> None:
    write_log(tmp_path / "log", CLEANUP.format(queue="4", mail=ONE), ACTIVE.format(queue="4"))
    settings.RECONCILE = f"postfix:/nowhere/mail.log postfix:{tmp_path}/log"
    assert reconcile.arrived([ONE, TWO]) == {ONE}


def test_nobody_to_ask_is_unknown(settings: Settings) -> None:
    settings.RECONCILE = ""
    assert reconcile.arrived([ONE]) is None


def test_nothing_to_ask_is_nothing(settings: Settings) -> None:
    settings.RECONCILE = ""
    assert reconcile.arrived([]) == set()


@pytest.mark.parametrize(
    ("setting", "production", "begins"),
    [
        ("mailbox", True, "RECONCILE=mailbox is for the demonstration"),
        ("postfix:mail.log", False, "RECONCILE=postfix: wants the log's full path"),
        ("postqueue", False, "RECONCILE=postqueue tells mails apart"),
        ("imaps://host/INBOX", False, "RECONCILE wants imaps://user"),
        ("imap://u:secret@host/INBOX", False, "RECONCILE takes a mailbox by imaps:// only"),
        ("sink:/tmp/x", False, "RECONCILE=sink: belongs to the fault tests"),
        ("maildir:/x", False, "RECONCILE knows mailbox, postfix"),
    ],
)
def test_a_setting_that_cannot_work_is_told(
    settings: Settings, setting: str, production: bool, begins: str
) -> None:
    settings.PRODUCTION, settings.RETURN_ADDRESS, settings.RECONCILE = production, "", setting
    [problem] = reconcile.problems()
    assert problem.startswith(begins)
    assert "secret" not in problem
    assert reconcile.arrived([ONE]) is None


def test_a_setting_that_cannot_work_stops_the_site(settings: Settings) -> None:
    settings.RECONCILE = "maildir:/x"
    [found] = [one for one in run_checks() if one.id == "letters.E001"]
    assert found.is_serious()
