"""Which of our mails or letters a message is about, by the addresses that prove it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from letters.return_address import has_our_shape, letter_of, outbound_of
from letters.returns.incoming import MOST_OF_A_HEADER, Incoming

RECIPIENT_HEADERS = (
    "Delivered-To", "X-Original-To", "X-Delivered-To", "Envelope-To", "X-Envelope-To",
    "X-Forwarded-To", "Resent-To", "To", "Cc",
)  # fmt: skip
LIST_CHARS = 20_000
RECIPIENTS_CHARS = 200_000  # of all headers that may name a recipient, together
_BETWEEN = re.compile(r"[\s<>()\[\],;:\"]+")
_FOR = re.compile(r"\bfor\s+<?([^\s<>;]{1,100}@[^\s<>;]{1,255})")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,200}>")


@dataclass(frozen=True)
class Target:
    """What a message proves to be about. `claimed`: it means to be about one, proven or not."""

    outbound: UUID | None = None
    number: str | None = None
    claimed: bool = False

    @property
    def proven(self) -> bool:
        return self.outbound is not None or self.number is not None


def target_of(incoming: Incoming, further: Iterable[str] = ()) -> Target:
    """Return what the addresses of a message, or `further` ones that it quotes, lead to."""
    addresses = [*incoming.recipients, *_recipients(incoming), *further]
    outbound = next(filter(None, map(outbound_of, addresses)), None)
    number = next(filter(None, map(letter_of, addresses)), None)
    return Target(outbound, number, any(map(has_our_shape, addresses)))


def _recipients(incoming: Incoming) -> list[str]:
    found: list[str] = []
    room = RECIPIENTS_CHARS
    for name in RECIPIENT_HEADERS:
        for value in incoming.message.get_all(name, [])[:MOST_OF_A_HEADER]:
            text = str(value)[: min(LIST_CHARS, room)]
            room -= len(text)
            found += addresses_in(text)
    for value in incoming.message.get_all("Received", [])[:MOST_OF_A_HEADER]:
        found += _FOR.findall(str(value)[:2_000])
    return found


def addresses_in(value: str) -> list[str]:
    """Return what looks like an address in a text. The work grows with its length alone."""
    text = value[:LIST_CHARS]
    return [one for one in _BETWEEN.split(text) if _is_address(one)] if "@" in text else []


def _is_address(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    return 0 < len(local) <= 100 and 0 < len(domain) <= 255


def sender_of(incoming: Incoming) -> str:
    """Return the address of From, in small letters; empty if there is none."""
    found = addresses_in(incoming.header("From"))
    return found[-1].lower()[:254] if found else ""


def replied_to(incoming: Incoming) -> list[str]:
    """Return the Message-IDs that a message answers, the nearest first."""
    near = _MESSAGE_ID.findall(str(incoming.message.get("In-Reply-To", ""))[:2_000])
    far = _MESSAGE_ID.findall(str(incoming.message.get("References", ""))[:LIST_CHARS])
    return list(dict.fromkeys([*near[:5], *reversed(far[-20:])]))
