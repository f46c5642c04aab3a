"""The demonstration's mailbox: what was "sent" is a file each, read back here.

Delivery writes the files; this module only lists and reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

SHOWN = 200
_LINK = re.compile(r"https?://[^\s<>\"]+")
_NAME = re.compile(r"^[A-Za-z0-9.@-]{1,140}$")


@dataclass(frozen=True)
class Attachment:
    name: str
    kind: str
    content: bytes


def newest() -> list[tuple[str, EmailMessage]]:
    """Return the newest messages with the names of their files."""
    if not settings.MAILBOX_DIR.is_dir():
        return []
    files = sorted(settings.MAILBOX_DIR.glob("*.eml"), key=_age, reverse=True)
    return [(file.stem, _read(file)) for file in files[:SHOWN]]


def _age(file: Path) -> int:
    return file.stat().st_mtime_ns


def message(name: str) -> EmailMessage | None:
    """Return one message; None for a name that isn't one, whatever it tries to be."""
    file: Path = settings.MAILBOX_DIR / f"{name}.eml"
    return _read(file) if _NAME.match(name) and ".." not in name and file.is_file() else None


def _read(file: Path) -> EmailMessage:
    with file.open("rb") as opened:
        return BytesParser(policy=policy.default).parse(opened)


def attachments(found: EmailMessage) -> list[Attachment]:
    return [
        Attachment(part.get_filename() or "attachment", part.get_content_type(), _bytes(part))
        for part in found.iter_attachments()
    ]


def _bytes(part: object) -> bytes:
    content = part.get_payload(decode=True)  # type: ignore[attr-defined]
    return content if isinstance(content, bytes) else b""


def header(found: EmailMessage, name: str) -> str:
    """Return a header as people read it. The parser puts spaces between encoded words."""
    raw = next((value for key, value in found.raw_items() if key.lower() == name.lower()), "")
    try:
        return str(make_header(decode_header(re.sub(r"\r?\n", "", str(raw)))))
    except (LookupError, UnicodeError, HeaderParseError):
        return str(raw)


def text(found: EmailMessage) -> str:
    body = found.get_body(preferencelist=("plain", "html"))
    return str(body.get_content()) if body is not None else ""


def html(found: EmailMessage) -> str:
    body = found.get_body(preferencelist=("html",))
    return str(body.get_content()) if body is not None else ""


def lines(content: str) -> Iterator[list[tuple[str, str]]]:
    """Yield each line as (text, address) pieces; the address is empty where it is no link."""
    for line in content.splitlines():
        pieces, end = [], 0
        for match in _LINK.finditer(line):
            pieces += [(line[end : match.start()], ""), (match[0], match[0])]
            end = match.end()
        yield [*pieces, (line[end:], "")]


def summary(name: str, found: EmailMessage) -> dict[str, object]:
    """Return what a list shows of a message."""
    date = found["Date"]
    return {
        "id": name,
        "date": parsedate_to_datetime(date) if date else None,
        "to": header(found, "To"),
        "sender": header(found, "From"),
        "subject": header(found, "Subject"),
        "attachments": len(attachments(found)),
    }
