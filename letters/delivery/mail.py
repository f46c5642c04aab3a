"""The mail gateway: bytes to a mail server or to the mailbox folder. No states, no retries.

Without PRODUCTION=1 there is only the folder: no mail leaves the machine by accident.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NoReturn, Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings

CONNECT_SECONDS = 30
COMMAND_SECONDS = 300  # RFC 5321 §4.5.3.2
END_OF_DATA_SECONDS = 600

Phase = Literal["connect", "sender", "recipient", "data"]


@dataclass(frozen=True)
class Envelope:
    sender: str
    recipient: str


class NotSent(Exception):
    """The server did not take the message. `phase` says what it refused, `code` how (RFC 5321).

    Code 0: no answer came. In the phases before `data` it is certain that nothing arrived.
    """

    def __init__(self, phase: Phase, code: int, answer: str) -> None:
        super().__init__(f"{phase} {code} {answer}")
        self.phase, self.code, self.answer = phase, code, answer


class OutcomeUnknown(Exception):
    """The connection broke after the message was on its way (RFC 1047)."""


class Transport(Protocol):
    def send(self, envelope: Envelope, message: bytes, before_data: Callable[[], None]) -> str:
        """Hand the message over and return the server's answer.

        Calls `before_data` when the recipient is accepted and the message is about to go.
        Raises NotSent or OutcomeUnknown.
        """
        ...


class MailboxTransport:
    """Writes each message as a file: the demonstration's and the tests' mail server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, envelope: Envelope, message: bytes, before_data: Callable[[], None]) -> str:
        before_data()
        self.folder.mkdir(parents=True, exist_ok=True)
        name = _file_name(message)
        part = self.folder / f".{name}.part"
        part.write_bytes(b"X-Envelope-To: " + envelope.recipient.encode() + b"\r\n" + message)
        part.rename(self.folder / f"{name}.eml")  # never half a file in the mailbox
        return "250 kept in the mailbox"


def _file_name(message: bytes) -> str:
    # The Message-ID names the file, so that a second copy is the same file. A long one is folded.
    head = message.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    found = re.search(rb"^message-id: *(\S+)", head, re.IGNORECASE | re.MULTILINE)
    kept = found[1].decode("ascii", "ignore") if found else ""
    name = "".join(char for char in kept if char.isalnum() or char in "-.@")[:140]
    return name or hashlib.sha256(message).hexdigest()


class SmtpTransport:
    """One open connection to the configured server, used for message after message."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)
        self._server: smtplib.SMTP | None = None

    def send(self, envelope: Envelope, message: bytes, before_data: Callable[[], None]) -> str:
        server = self._connected()
        self._command("sender", *self._ask(lambda: server.mail(envelope.sender), "sender"))
        self._command("recipient", *self._ask(lambda: server.rcpt(envelope.recipient), "recipient"))
        before_data()
        code, answer = self._hand_over(server, message)
        self._command("data", code, answer)
        return f"{code} {_text(answer)}"

    def _hand_over(self, server: smtplib.SMTP, message: bytes) -> tuple[int, bytes]:
        if server.sock is not None:
            server.sock.settimeout(END_OF_DATA_SECONDS)
        try:
            answer = server.data(message)
        except smtplib.SMTPDataError as error:  # DATA itself was refused: nothing went out
            self._command("data", error.smtp_code, _bytes(error.smtp_error))
            raise
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise OutcomeUnknown(str(error) or type(error).__name__) from error
        if server.sock is not None:
            server.sock.settimeout(COMMAND_SECONDS)
        return answer

    def _connected(self) -> smtplib.SMTP:
        if self._server is not None and self._is_alive(self._server):
            return self._server
        try:
            self._server = self._connect()
        except smtplib.SMTPResponseException as error:
            self._refuse("connect", error.smtp_code, _text(_bytes(error.smtp_error)))
        except (smtplib.SMTPException, OSError) as error:
            self._refuse("connect", 0, str(error) or type(error).__name__)
        return self._server

    @staticmethod
    def _is_alive(server: smtplib.SMTP) -> bool:
        try:
            return server.rset()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def _connect(self) -> smtplib.SMTP:
        host, secure = self.url.hostname or "localhost", self.url.scheme.endswith(("ssl", "smtps"))
        # Certificates are checked in both ways of TLS: smtplib's own default checks nobody.
        checked = ssl.create_default_context()
        server: smtplib.SMTP
        if secure:
            port = self.url.port or 465
            server = smtplib.SMTP_SSL(host, port, timeout=CONNECT_SECONDS, context=checked)
        else:
            server = smtplib.SMTP(host, self.url.port or 25, timeout=CONNECT_SECONDS)
        if server.sock is not None:
            server.sock.settimeout(COMMAND_SECONDS)
        if self.url.scheme.endswith("tls"):
            server.starttls(context=checked)
        server.ehlo_or_helo_if_needed()
        if self.url.username:
            server.login(unquote(self.url.username), unquote(self.url.password or ""))
        return server

    def _ask(self, command: Callable[[], tuple[int, bytes]], phase: Phase) -> tuple[int, bytes]:
        try:
            return command()
        except (smtplib.SMTPException, OSError) as error:
            self._refuse(phase, 0, str(error) or type(error).__name__)

    def _command(self, phase: Phase, code: int, answer: bytes) -> None:
        if code not in (250, 251):
            self._refuse(phase, code, _text(answer))

    def _refuse(self, phase: Phase, code: int, answer: str) -> NoReturn:
        if code in (0, 421) or phase == "connect":
            self.close()
        raise NotSent(phase, code, answer)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = None


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode("utf-8", "replace")


def _text(answer: bytes) -> str:
    """Return a server's answer as one short line: servers have sent megabytes and garbage."""
    return " ".join(answer[:2000].decode("utf-8", "replace").split())[:480]


def transport() -> Transport:
    """Return the way out: this process's connection to the server, or the mailbox folder."""
    if settings.PRODUCTION:
        return _server(settings.EMAIL_URL)
    return MailboxTransport(settings.MAILBOX_DIR)


@cache
def _server(url: str) -> SmtpTransport:
    return SmtpTransport(url)
