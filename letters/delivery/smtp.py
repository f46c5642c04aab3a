"""An SMTP conversation that nothing a server says can hold up or crash (RFC 5321).

smtplib waits for each byte anew and keeps whatever it is sent; a server that drips or floods
would hold a worker for ever. Here every answer has one deadline and one size.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings

LONGEST_ANSWER = 64 * 1024
CHUNK = 8192


@dataclass(frozen=True)
class Seconds:
    """How long a server may take, in seconds (RFC 5321 §4.5.3.2). Faults shorten them.

    `mail` bounds one message as a whole, so that no worker is held longer than its lease.
    """

    connect: float = 30
    session: float = 120  # banner, EHLO, TLS and login together
    command: float = 300
    end_of_data: float = 600
    mail: float = 660


def seconds() -> Seconds:
    return Seconds(**settings.MAIL_SECONDS)


class NoAnswer(smtplib.SMTPServerDisconnected):
    """The server said nothing in time, nothing that is SMTP, or far too much."""


class _Conversation:
    """Mixed into smtplib's classes: reads answers from the socket itself."""

    sock: Any
    _buffer: bytes = b""
    _deadline: float = 0.0

    def within(self, seconds: float) -> None:
        """Give everything until the next call this long."""
        self._deadline = time.monotonic() + seconds

    def getreply(self) -> tuple[int, bytes]:
        """Return the next answer. Raises NoAnswer, and the connection is of no more use."""
        taken, lines = 0, []
        while True:
            line = self._line()
            taken += len(line)
            if taken > LONGEST_ANSWER:
                raise NoAnswer("The answer was too long.")
            code, rest = line[:3], line[3:4]
            if not code.isdigit() or not 200 <= int(code) < 600 or rest not in (b"", b" ", b"-"):
                raise NoAnswer("The answer was not SMTP.")
            lines.append(line[4:].strip())
            if rest != b"-":
                return int(code), b"\n".join(lines)

    def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            if len(self._buffer) > LONGEST_ANSWER:
                raise NoAnswer("The answer was too long.")
            self._buffer += self._received()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def _received(self) -> bytes:
        left = self._deadline - time.monotonic()
        if left <= 0 or self.sock is None:
            raise NoAnswer("The server said nothing in time.")
        self.sock.settimeout(left)
        try:
            chunk: bytes = self.sock.recv(CHUNK)
        except TimeoutError as error:
            raise NoAnswer("The server said nothing in time.") from error
        if not chunk:
            raise NoAnswer("The connection was closed.")
        return chunk

    def put(self, data: bytes) -> None:
        """Send bytes within the deadline. Raises OSError."""
        left = self._deadline - time.monotonic()
        if left <= 0 or self.sock is None:
            raise NoAnswer("The server took nothing in time.")
        self.sock.settimeout(left)
        self.sock.sendall(data)


class Conversation(_Conversation, smtplib.SMTP):
    """Plain, or encrypted later by STARTTLS."""

    def starttls(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        answer = super().starttls(*args, **options)
        self._buffer = b""  # what came before the encryption is nobody's word
        return answer


class EncryptedConversation(_Conversation, smtplib.SMTP_SSL):
    """Encrypted from the first byte (RFC 8314)."""


def converse(host: str, port: int, *, encrypted: bool) -> Conversation | EncryptedConversation:
    """Return an open conversation after the banner. Raises OSError, smtplib.SMTPException."""
    limits = seconds()
    server: Conversation | EncryptedConversation
    if encrypted:
        # smtplib's own default checks no certificate.
        checked = ssl.create_default_context()
        server = EncryptedConversation(timeout=limits.connect, context=checked)
    else:
        server = Conversation(timeout=limits.connect)
    server.within(limits.session)
    server._host = host  # type: ignore[union-attr]  # the name that TLS checks; set by __init__ otherwise
    code, answer = server.connect(host, port)
    if code != 220:
        server.close()
        raise smtplib.SMTPConnectError(code, answer)
    if server.sock is not None:
        # One small write follows the other: waiting to fill packets would cost 40 ms each.
        server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return server


@dataclass(frozen=True)
class Features:
    """What a server is like. `size` is the longest message it takes, in bytes; None: no limit.

    `certificate_until` is a POSIX time, None where nothing is encrypted.
    """

    address: str
    encrypted: bool
    offers_starttls: bool
    certificate_until: float | None
    size: int | None


def features(server: Conversation | EncryptedConversation) -> Features:
    """Read them off an open conversation."""
    encrypted = isinstance(server.sock, ssl.SSLSocket)
    certificate = (server.sock.getpeercert() if encrypted else None) or {}
    until = certificate.get("notAfter")
    limit = str(server.esmtp_features.get("size", ""))
    return Features(
        address=str(server.sock.getpeername()[0]) if server.sock is not None else "",
        encrypted=encrypted,
        offers_starttls=server.has_extn("starttls"),
        certificate_until=ssl.cert_time_to_seconds(str(until)) if until else None,
        size=int(limit) if limit.isdigit() and int(limit) else None,
    )
