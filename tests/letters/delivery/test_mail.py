"""TLS and login: what the address of the mail server asks for."""

from __future__ import annotations

import smtplib
import ssl
from typing import Any

import pytest

from letters.delivery import smtp
from letters.delivery.mail import Envelope, NotSent, SmtpTransport

ENVELOPE = Envelope("letters@sincerely.example", "office@ee.example")


class FakeServer(smtp.Conversation):
    """A conversation without a socket: it writes down what is done, and agrees to everything."""

    made: list[FakeServer] = []

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.calls: list[tuple[Any, ...]] = []
        self.said = b""
        self.esmtp_features = {}
        self.made.append(self)

    def connect(self, host: str = "", port: int = 0, source_address: object = None) -> Any:
        self.at = (host, port)
        return 220, b"hello"

    def starttls(self, *, context: ssl.SSLContext | None = None) -> Any:  # type: ignore[override]
        self.calls.append(("starttls", context))
        return 220, b"go on"

    def login(self, user: str, password: str, **_: Any) -> Any:
        self.calls.append(("login", user, password))

    def ehlo_or_helo_if_needed(self) -> None:
        self.calls.append(("ehlo",))

    def put(self, data: bytes) -> None:
        self.said = data
        if data.endswith(b".\r\n") and not data.startswith((b"MAIL", b"RCPT", b"RSET")):
            self.calls.append(("data", data))

    def getreply(self) -> tuple[int, bytes]:
        return (354, b"go on") if self.said == b"DATA\r\n" else (250, b"taken")

    def close(self) -> None:
        self.calls.append(("close",))

    @property
    def names(self) -> list[str]:
        return [call[0] for call in self.calls]


class Plain(FakeServer):
    made: list[FakeServer] = []


class Implicit(FakeServer):
    made: list[FakeServer] = []


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, fake in (("Conversation", Plain), ("EncryptedConversation", Implicit)):
        monkeypatch.setattr(fake, "made", [])
        monkeypatch.setattr(smtp, name, fake)


def send(url: str, message: bytes = b"message\r\n") -> str:
    return SmtpTransport(url).send(ENVELOPE, message, lambda: None)


def checks(context: ssl.SSLContext) -> tuple[ssl.VerifyMode, bool]:
    return context.verify_mode, context.check_hostname


def test_tls_is_started_with_a_context_that_checks_the_server() -> None:
    assert send("smtp+tls://mail.example:587") == "250 taken"
    [server] = Plain.made
    assert server.at == ("mail.example", 587)
    assert server.names == ["starttls", "ehlo", "data"]
    assert checks(server.calls[0][1]) == (ssl.CERT_REQUIRED, True)
    assert Implicit.made == []


@pytest.mark.parametrize("scheme", ["smtp+ssl", "smtps"])
def test_implicit_tls_has_a_context_that_checks_the_server(scheme: str) -> None:
    send(f"{scheme}://mail.example")
    [server] = Implicit.made
    assert server.at == ("mail.example", 465)
    assert checks(server.options["context"]) == (ssl.CERT_REQUIRED, True)
    assert (server.names, Plain.made) == (["ehlo", "data"], [])


def test_plain_address_starts_no_tls_and_no_login() -> None:
    send("smtp://mail.example")
    [server] = Plain.made
    assert (server.at, server.names) == (("mail.example", 25), ["ehlo", "data"])


@pytest.mark.parametrize(
    ("scheme", "names"),
    [
        ("smtp+tls", ["starttls", "ehlo", "login", "data"]),
        ("smtp+ssl", ["ehlo", "login", "data"]),
        ("smtp", ["ehlo", "login", "data"]),
    ],
)
def test_user_of_the_address_logs_in_once_the_line_is_safe(scheme: str, names: list[str]) -> None:
    send(f"{scheme}://user%40site.example:p%2Fss@mail.example")
    [server] = Plain.made + Implicit.made
    assert server.names == names
    assert ("login", "user@site.example", "p/ss") in server.calls


def test_server_without_tls_gets_neither_password_nor_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server.")

    monkeypatch.setattr(Plain, "starttls", refused)
    with pytest.raises(NotSent) as caught:
        send("smtp+tls://user:secret@mail.example")
    assert (caught.value.phase, caught.value.code) == ("tls", 0)
    assert Plain.made[0].names == ["close"]


def test_refused_login_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"no")

    monkeypatch.setattr(Plain, "login", refused)
    with pytest.raises(NotSent) as caught:
        send("smtp://user:wrong@mail.example")
    assert (caught.value.phase, caught.value.code) == ("login", 535)
    assert "data" not in Plain.made[0].names


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        (b"one\r\n", b"one\r\n.\r\n"),
        (b"one", b"one\r\n.\r\n"),
        (b".one\r\n..two\r\n", b"..one\r\n...two\r\n.\r\n"),
    ],
)
def test_lines_that_begin_with_a_dot_are_quoted(message: bytes, sent: bytes) -> None:
    send("smtp://mail.example", message)
    assert Plain.made[0].calls[-1] == ("data", sent)
