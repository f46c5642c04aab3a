"""Bytes → a message that can be asked safely. Whatever arrives, nothing here raises.

A message that is too large, too deep or too broken keeps its headers and says so in `problem`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser
from itertools import islice

from letters.returns.words import children, header_text

MOST_BYTES = 25 * 2**20
HEAD_BYTES = 128 * 1024
MOST_LINES = 600_000  # the parser needs a microsecond for each, and one more for each level
MOST_BOUNDARIES = 30
MOST_CONTINUATIONS = 1_000  # of parameters (RFC 2231): the parser goes through all for each
MOST_PARTS = 200
MOST_OF_A_HEADER = 100
_CONTINUATION = re.compile(rb"\*[0-9]{1,6}\*?=")
TOO_LARGE = "larger than 25 MB"


@dataclass(frozen=True)
class Incoming:
    """A message as it arrived. `recipients` is what its envelope said, where that is known."""

    raw: bytes
    message: Message
    recipients: tuple[str, ...] = ()
    problem: str = ""

    def header(self, name: str) -> str:
        return header_text(self.message.get(name))

    def headers(self, name: str) -> list[str]:
        return [header_text(one) for one in self.message.get_all(name, [])[:MOST_OF_A_HEADER]]

    @property
    def key(self) -> str:
        """The message's fingerprint. What servers on its way added is left out."""
        _, _, body = self.raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        own = "\n".join(self.header(name) for name in ("Message-ID", "Date", "From", "Subject"))
        return hashlib.sha256(own.encode() + b"\0" + body).hexdigest()

    def parts(self) -> list[Message]:
        """Return the parts without children, in order. Attached mails stay whole."""
        return [part for part in walk(self.message) if not part.is_multipart() or is_mail(part)]


def read(raw: bytes, recipients: Sequence[str] = (), *, problem: str = "") -> Incoming:
    """Read a message. `problem`: `raw` is but its head, and why."""
    problem = problem or _why_not(raw)
    if not problem:
        try:
            message = _parse(raw)
            sum(1 for _ in walk(message))
            return Incoming(raw, message, tuple(recipients))
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError, AssertionError):
            problem = "broken beyond reading"
    return Incoming(raw, _head(raw), tuple(recipients), problem)


def _why_not(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        return TOO_LARGE
    if raw.count(b"\n") > MOST_LINES:
        return "too many lines"
    if raw.lower().count(b"boundary") > MOST_BOUNDARIES:
        return "too many parts inside each other"
    if (
        sum(1 for _ in islice(_CONTINUATION.finditer(raw), MOST_CONTINUATIONS + 1))
        > MOST_CONTINUATIONS
    ):
        return "too many parameters"
    return ""


def _parse(raw: bytes) -> Message:
    return BytesParser(policy=policy.compat32).parsebytes(raw)


def _head(raw: bytes) -> Message:
    head = raw[:HEAD_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    try:
        return BytesParser(policy=policy.compat32).parsebytes(head + b"\n\n", headersonly=True)
    except (ValueError, TypeError, LookupError, RecursionError):
        return Message()


def walk(message: Message) -> Iterator[Message]:
    """Go through a message's parts, at most MOST_PARTS, not into attached mails."""
    waiting, seen = [message], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop()
        seen += 1
        yield part
        if part is message or not is_mail(part):
            waiting += reversed(children(part))


def is_mail(part: Message) -> bool:
    """Whether a part is a message of its own, or fields about one (message/…)."""
    return part.get_content_maintype() == "message"
