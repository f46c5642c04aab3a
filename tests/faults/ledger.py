"""What the sink wrote down: one JSON object a line, on the disk before the sender heard 250."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
LETTER_ID = re.compile(rb"^x-letter-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
DATE = re.compile(rb"^date:\s*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
PDF = re.compile(
    rb"^Content-Type: application/pdf.*?\r\n\r\n(.*?)\r\n--",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Arrival:
    """A message that the sink is answerable for."""

    message_id: str
    letter: str
    sender: str
    recipient: str
    sha256: str
    pdfs: tuple[str, ...]
    at: float
    connection: int


def describe(message: bytes, *, plain: bool = False) -> dict[str, Any]:
    """Return what the ledger keeps of a message. `plain` leaves out what takes time."""
    head = message.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    found = {"message_id": _first(MESSAGE_ID, head), "letter": _first(LETTER_ID, head)}
    if plain:
        return {**found, "sha256": "", "pdfs": []}
    return {
        **found,
        "date": _first(DATE, head),
        "sha256": hashlib.sha256(message).hexdigest(),
        "pdfs": [hashlib.sha256(b64decode(body)).hexdigest() for body in PDF.findall(message)],
    }


def _first(pattern: re.Pattern[bytes], head: bytes) -> str:
    found = pattern.search(head)
    return found[1].decode("ascii", "replace") if found else ""


def events(path: Path, start: int = 0) -> list[dict[str, Any]]:
    """Return all lines from byte `start` on. A last line without its end is not read."""
    return list(_events(path, start))


def _events(path: Path, start: int) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if line.endswith(b"\n"):
                yield json.loads(line)


def arrivals(path: Path, start: int = 0) -> list[Arrival]:
    """Return what arrived, in that order."""
    return [
        Arrival(
            line["message_id"], line["letter"], line["sender"], line["recipient"], line["sha256"],
            tuple(line["pdfs"]), line["at"], line["connection"],
        )
        for line in _events(path, start) if line["event"] == "taken"
    ]  # fmt: skip
