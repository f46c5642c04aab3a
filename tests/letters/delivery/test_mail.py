"""TLS and login: what the address of the mail server asks for."""

from __future__ import annotations

import smtplib
import ssl
from typing import Any

import pytest

from letters.delivery.mail import Envelope, NotSent, SmtpTransport

ENVELOPE = Envelope("letters@sincerely.example", "office@ee.example")


class FakeServer:
    """Stands in for smtplib's two classes and writes down what is done with it."""

    made: list[FakeServer]
    sock = None

    def __init__(self, host: str, port: int, **options: Any) -> None:
        self.host, self.port, self.options = host, port, options
        self.calls: list[tuple[Any, ...]] = []
        self.made.append(self)

    def starttls(self, *, context: ssl.SSLContext | None = None) -> None:
        self.calls.append(("starttls", context))

    def login(self, user: str, password: str) -> None:
        self.calls.append(("login", user, password))

    def ehlo_or_helo_if_needed(self) -> None:
        self.calls.append(("ehlo",))

    def mail(self, sender: str) -> tuple[int, bytes]:
        return 250, b"ok"

    def rcpt(self, recipient: str) -> tuple[int, bytes]:
        return 250, b"ok"

    def data(self, message: bytes) -> tuple[int, bytes]:
        self.calls.append(("data",))
        return 250, b"taken"

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
    for name, fake in (("SMTP", Plain), ("SMTP_SSL", Implicit)):
        monkeypatch.setattr(fake, "made", [])
        monkeypatch.setattr(smtplib, name, fake)


def send(url: str) -> str:
    return SmtpTransport(url).send(ENVELOPE, b"message", lambda: None)


def checks(context: ssl.SSLContext) -> tuple[ssl.VerifyMode, bool]:
    return context.verify_mode, context.check_hostname


def test_tls_is_started_with_a_context_that_checks_the_server() -> None:
    assert send("smtp+tls://mail.example:587") == "250 taken"
    [server] = Plain.made
    assert (server.host, server.port) == ("mail.example", 587)
    assert server.names == ["starttls", "ehlo", "data"]
    assert checks(server.calls[0][1]) == (ssl.CERT_REQUIRED, True)
    assert Implicit.made == []


@pytest.mark.parametrize("scheme", ["smtp+ssl", "smtps"])
def test_implicit_tls_has_a_context_that_checks_the_server(scheme: str) -> None:
    send(f"{scheme}://mail.example")
    [server] = Implicit.made
    assert (server.host, server.port) == ("mail.example", 465)
    assert checks(server.options["context"]) == (ssl.CERT_REQUIRED, True)
    assert (server.names, Plain.made) == (["ehlo", "data"], [])


def test_plain_address_starts_no_tls_and_no_login() -> None:
    send("smtp://mail.example")
    [server] = Plain.made
    assert (server.port, server.names) == (25, ["ehlo", "data"])


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
    assert (caught.value.phase, caught.value.code) == ("connect", 0)
    assert Plain.made[0].names == []


def test_refused_login_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"no")

    monkeypatch.setattr(Plain, "login", refused)
    with pytest.raises(NotSent) as caught:
        send("smtp://user:wrong@mail.example")
    assert (caught.value.phase, caught.value.code) == ("connect", 535)
    assert "data" not in Plain.made[0].names
