"""The mail gateway: bytes to a mail server or to the mailbox folder. No states, no retries.

Without PRODUCTION=1 there is only the folder: no mail leaves the machine by accident.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NoReturn, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings

from letters.delivery import smtp
from letters.failpoints import failpoint

Phase = Literal["connect", "tls", "login", "sender", "recipient", "data"]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
ASK_AFTER = 5.0  # seconds of silence after which a connection is asked whether it still lives


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
    """A way out. `name` is the mail server's, host:port; empty where there is none."""

    name: str

    def open(self) -> None:
        """Make sure that there is a connection. Raises NotSent."""
        ...

    def send(self, envelope: Envelope, message: bytes, before_data: Callable[[], None]) -> str:
        """Hand the message over and return the server's answer.

        Calls `before_data` when the recipient is accepted and the message is about to go.
        Raises NotSent or OutcomeUnknown, and what `before_data` raises.
        """
        ...

    def close(self) -> None: ...


class MailboxTransport:
    """Writes each message as a file: the demonstration's and the tests' mail server."""

    name = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self) -> None:
        """Nothing to connect to."""

    def close(self) -> None:
        """Nothing to close."""

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
        self.url: SplitResult = urlsplit(url)
        self.encrypted = self.url.scheme.endswith(("ssl", "smtps"))
        self.host = self.url.hostname or "localhost"
        self.port = self.url.port or (465 if self.encrypted else 25)
        self.name = f"{self.host}:{self.port}"
        self._server: smtp.Conversation | smtp.EncryptedConversation | None = None
        self._used = 0.0

    def open(self) -> None:
        self._connected()

    def features(self) -> smtp.Features:
        """Connect, and say what the server is like. Raises NotSent."""
        return smtp.features(self._connected())

    def send(self, envelope: Envelope, message: bytes, before_data: Callable[[], None]) -> str:
        try:
            return self._send(envelope, message, before_data)
        except (NotSent, OutcomeUnknown):
            raise
        except BaseException:
            self.close()  # in the middle of a message: the next one could not begin
            raise

    def _send(self, envelope: Envelope, message: bytes, before_data: Callable[[], None]) -> str:
        server = self._connected()
        server.within(smtp.seconds().mail)
        failpoint("send.before_mail")
        self._address(server, envelope)
        failpoint("send.after_rcpt")
        body = _quoted(message)
        before_data()
        code, answer = self._hand_over(server, body)
        self._used = time.monotonic()
        if code != 250:
            self._refuse("data", code, _text(answer))
        return f"{code} {_text(answer)}"

    def _address(self, server: smtp._Conversation, envelope: Envelope) -> None:
        """Name sender and recipient: in one packet where the server can (RFC 2920)."""
        first = f"MAIL FROM:<{envelope.sender}>\r\n".encode("ascii")
        second = f"RCPT TO:<{envelope.recipient}>\r\n".encode("ascii")
        pipelined = isinstance(server, smtplib.SMTP) and server.has_extn("pipelining")
        code, answer = self._ask(server, first + second if pipelined else first, "sender")
        if code not in (250, 251):
            if pipelined:
                self._skip_answer(server)
            self._refuse("sender", code, _text(answer))
        code, answer = self._ask(server, b"" if pipelined else second, "recipient")
        if code not in (250, 251):
            self._refuse("recipient", code, _text(answer))

    def _ask(self, server: smtp._Conversation, said: bytes, phase: Phase) -> tuple[int, bytes]:
        try:
            if said:
                server.put(said)
            return server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._refuse(phase, 0, _said(error))

    def _skip_answer(self, server: smtp._Conversation) -> None:
        """Read what the server says of the recipient of a refused sender: it means nothing."""
        try:
            server.getreply()
        except (smtplib.SMTPException, OSError):
            self.close()

    def _hand_over(self, server: smtp._Conversation, body: bytes) -> tuple[int, bytes]:
        code, answer = self._ask(server, b"DATA\r\n", "data")
        if code != 354:  # DATA itself was refused: nothing went out
            self._refuse("data", code, _text(answer))
        try:
            server.put(body)
            failpoint("send.after_dot")
            return server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise OutcomeUnknown(_said(error)) from error

    def _connected(self) -> smtp.Conversation | smtp.EncryptedConversation:
        if self._server is not None and self._is_alive(self._server):
            return self._server
        self.close()
        failpoint("send.before_connect")
        self._server = self._connect()
        self._used = time.monotonic()
        failpoint("send.after_connect")
        return self._server

    def _is_alive(self, server: smtp.Conversation | smtp.EncryptedConversation) -> bool:
        if time.monotonic() - self._used < ASK_AFTER:
            return True
        server.within(smtp.seconds().session)
        try:
            server.put(b"RSET\r\n")
            return server.getreply()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def _connect(self) -> smtp.Conversation | smtp.EncryptedConversation:
        phase: Phase = "connect"
        server = None
        try:
            server = smtp.converse(self.host, self.port, encrypted=self.encrypted)
            if self.url.scheme.endswith("tls"):
                phase = "tls"
                _answered(server.starttls(context=ssl.create_default_context()))
                phase = "connect"
            server.ehlo_or_helo_if_needed()
            if self.url.username:
                phase = "login"
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
        except ssl.SSLError as error:
            _end(server)
            raise NotSent("tls", 0, _said(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            _end(server)
            code = getattr(error, "smtp_code", 0)
            raise NotSent(_phase(phase, code), code, _said(error)) from error
        return server

    def _refuse(self, phase: Phase, code: int, answer: str) -> NoReturn:
        if code in (0, 421):
            self.close()
        elif self._server is not None:
            self._reset(self._server)
        raise NotSent(phase, code, answer)

    def _reset(self, server: smtp._Conversation) -> None:
        """End the refused message, so that the next begins anew."""
        self._used = time.monotonic()
        try:
            server.put(b"RSET\r\n")
            if server.getreply()[0] != 250:
                self.close()
        except (smtplib.SMTPException, OSError):
            self.close()

    def close(self) -> None:
        _end(self._server)
        self._server = None


def _answered(answer: tuple[int, bytes]) -> None:
    if answer[0] != 220:
        raise smtplib.SMTPResponseException(*answer)


def _phase(phase: Phase, code: int) -> Phase:
    # A name and password refused "for now" (454) are the server's trouble, not our settings'.
    return "connect" if phase == "login" and not 500 <= code < 600 else phase


def _end(server: smtplib.SMTP | None) -> None:
    if server is not None:
        server.close()


def _quoted(message: bytes) -> bytes:
    """Return a message with CRLF line ends as DATA wants it (RFC 5321 §4.5.2)."""
    quoted = message.replace(b"\r\n.", b"\r\n..")
    if quoted.startswith(b"."):
        quoted = b"." + quoted
    return quoted + (b".\r\n" if quoted.endswith(b"\r\n") else b"\r\n.\r\n")


def _said(error: Exception) -> str:
    answer = getattr(error, "smtp_error", b"") or str(error) or type(error).__name__
    return _text(answer if isinstance(answer, bytes) else str(answer).encode("utf-8", "replace"))


def _text(answer: bytes) -> str:
    """Return a server's answer as one short line: servers have sent megabytes and garbage."""
    said = answer[:2000].decode("utf-8", "replace")
    return " ".join("".join(char if char.isprintable() else " " for char in said).split())[:480]


def transport() -> Transport:
    """Return the way out: this process's connection to the server, or the mailbox folder."""
    if settings.PRODUCTION:
        return _server(settings.EMAIL_URL)
    if settings.FAULTS and settings.FAULTS_SMTP:
        return _server(_on_this_machine(settings.FAULTS_SMTP))
    return MailboxTransport(settings.MAILBOX_DIR)


def _on_this_machine(url: str) -> str:
    if urlsplit(url).hostname not in LOOPBACK:
        raise ValueError("Fault tests may only use a mail server on this machine.")
    return url


@cache
def _server(url: str) -> SmtpTransport:
    return SmtpTransport(url)
