"""The attachments of an answer: names and kinds made harmless, so many and so large at most."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message

from letters.rendering.passed_on import UNNAMED, ending_of
from letters.returns.incoming import Incoming
from letters.returns.words import children, param, payload_bytes

MOST_FILES = 20
MOST_FILE_BYTES = 20 * 2**20  # together
DECORATION_BYTES = 30 * 1024
NAME_CHARS = 120
_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,78}\Z")
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200e\u200f]+')


@dataclass(frozen=True)
class File:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Files:
    """What is kept, and how many were too many or too large."""

    kept: tuple[File, ...]
    left_out: int


def files_in(incoming: Incoming, room: int = MOST_FILE_BYTES) -> Files:
    """Return the attachments of a message, of `room` bytes at most.

    Its own text and small pictures in it are none.
    """
    kept: list[File] = []
    left_out, size = 0, 0
    for part in incoming.parts():
        file = _file(part, len(kept) + 1)
        if file is None:
            continue
        if len(kept) == MOST_FILES or size + len(file.content) > room:
            left_out += 1
            continue
        size += len(file.content)
        kept.append(file)
    return Files(tuple(kept), left_out)


def is_file(part: Message) -> bool:
    """Whether a part is attached, rather than the words of the message."""
    disposition = str(part.get_content_disposition() or "")
    if disposition == "attachment" or _name(part):
        return True
    return part.get_content_type() not in ("text/plain", "text/html", "text/enriched")


def _name(part: Message) -> str:
    return param(part, "filename", "Content-Disposition") or param(part, "name")


def _file(part: Message, number: int) -> File | None:
    if not is_file(part):
        return None
    attached_mail = part.get_content_maintype() == "message"
    content = _whole(part) if attached_mail else payload_bytes(part)
    inline = part.get("Content-ID") is not None and part.get_content_maintype() == "image"
    if not content or (inline and len(content) < DECORATION_BYTES):
        return None
    kind = media_type(part.get_content_type())
    ending = ".eml" if attached_mail else ending_of(kind)
    name = safe_name(_name(part)) or f"attachment-{number}{ending}"
    return File(name, kind, content)


def _whole(part: Message) -> bytes:
    """Return an attached mail. Its parts are read by nobody here."""
    try:
        return next(iter(children(part)), part).as_bytes()
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return b""


def media_type(found: str) -> str:
    return found.lower() if _MEDIA_TYPE.match(found.lower()) else UNNAMED


def safe_name(name: str) -> str:
    """Return a file name that is a name everywhere: no folder, nothing hidden, its ending kept."""
    plain = _NOT_IN_NAMES.sub("-", name).strip(" .-")
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        return plain[:NAME_CHARS]
    return f"{stem[: NAME_CHARS - len(ending) - 1]}.{ending}"
