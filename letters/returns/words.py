"""Words out of hostile mail: headers and bodies as plain text, whatever charset they claim.

Nothing here raises, and the work grows with the length alone: charsets come from a closed list
(some of Python's codecs are quadratic), headers are cut before they are decoded.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from email.errors import HeaderParseError
from email.header import Header, decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import Any

HEADER_CHARS = 2_000
TEXT_CHARS = 100_000
BODY_BYTES = 2 * 2**20
_CHARSETS = re.compile(
    r"(?:utf|ascii|latin|iso|cp|koi|gb|big5|euc|shift_jis|mac|tis|hz|johab|ptcp|kz)[\w-]*\Z"
)
# Direction overrides and isolates, line and paragraph separators, the byte order mark.
_HIDDEN = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF], "")
_BREAKS = re.compile(r"\r\n?|\x85|\u2028|\u2029|\x0b|\x0c")
_MANY_BLANKS = re.compile(r"\n{4,}")


def header_text(value: object) -> str:
    """Return a header as one line of text."""
    if isinstance(value, Header):  # raw bytes beyond ASCII
        value = str(value)
    raw = str(value or "")[:HEADER_CHARS]
    try:
        decoded = "".join(_decoded(piece, charset) for piece, charset in decode_header(raw))
    except (HeaderParseError, ValueError):
        decoded = raw
    return one_line(decoded)


def _decoded(piece: Any, charset: str | None) -> str:
    return piece if isinstance(piece, str) else decode(piece, charset or "ascii")


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def decode(raw: bytes, charset: str) -> str:
    """Return bytes as text: by their own charset if it is one for text, else by what fits."""
    for name in (_known(charset), "utf-8"):
        try:
            return raw.decode(name)
        except (UnicodeError, LookupError):
            continue
    return raw.decode("latin-1")


def _known(charset: str) -> str:
    try:
        name = codecs.lookup(charset.strip()[:40]).name
    except (LookupError, ValueError):
        return "utf-8"
    return name if _CHARSETS.match(name) else "utf-8"


def clean(text: str) -> str:
    """Return text without characters that hide, reorder or end other text. Lines end in \\n."""
    plain = _BREAKS.sub("\n", text).translate(_HIDDEN)
    kept = "".join(char for char in plain if char in "\n\t" or unicodedata.category(char) != "Cc")
    # Half of a surrogate pair is no character: no database takes it.
    return kept.encode("utf-8", "replace").decode()


def body_text(part: Message) -> str:
    """Return the text of one part, cut at TEXT_CHARS."""
    raw = payload_bytes(part)[:BODY_BYTES]
    charset = param(part, "charset") or "utf-8"
    return clean(decode(raw, charset)[: 2 * TEXT_CHARS])[:TEXT_CHARS]


def param(part: Message, name: str, header: str = "Content-Type") -> str:
    """Return a parameter of a header; empty if there is none that can be read."""
    try:
        found = part.get_param(name, "", header)
        return header_text(collapse_rfc2231_value(found))
    except (ValueError, TypeError, LookupError, AttributeError):
        return ""


def children(part: Message) -> list[Message]:
    """Return the messages inside a part. Python decodes any other content by its own claim."""
    found = part.get_payload() if part.is_multipart() else []
    return [one for one in found if isinstance(one, Message)] if isinstance(found, list) else []


def payload_bytes(part: Message) -> bytes:
    """Return a part's content, decoded from its transfer encoding as far as it can be."""
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def tidy(text: str) -> str:
    """Return a text without blank ends and without long runs of empty lines."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _MANY_BLANKS.sub("\n\n\n", lines).strip()
