"""Message-IDs: made here, and known again here when a report or an answer names one of our mails.

They follow from what the mail is about, so that a database restored from a backup gives the same
ones again (F31). Letters and all mails about a submission are `l`, digests `d`, notices `n`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings

_KEY = (
    r"(?:l\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[a-z_]+"
    r"|d\.[0-9a-f]{32}\.digest|n\.[0-9a-f]{32}\.notice)(?:-\d+)?"
)
_ANY = re.compile(rf"({_KEY}@[^<>\s]{{1,100}})")


def domain() -> str:
    """Return the domain of the site's sender, which Message-IDs and From share (DMARC)."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]


def of_mail(key: UUID, purpose: str, nth: int = 1) -> str:
    """Return the id of the nth mail of a purpose about a letter (or of the mail `key`)."""
    return f"<l.{key}.{purpose}{_again(nth)}@{domain()}>"


def start_of_digest(letters: Iterable[UUID]) -> str:
    """Return how the ids of all digests of these letters begin."""
    return f"<d.{_short(''.join(sorted(map(str, letters))))}.digest"


def of_digest(letters: Iterable[UUID], nth: int = 1) -> str:
    """Return the id of the nth digest of the same letters."""
    return f"{start_of_digest(letters)}{_again(nth)}@{domain()}>"


def of_notice(said: str) -> str:
    return f"<n.{_short(said)}.notice@{domain()}>"


def ids_in(text: str) -> set[str]:
    """Return the ids of our shape that a text names, with or without their brackets."""
    return {f"<{found}>" for found in _ANY.findall(text)}


def is_ours(value: str, of: str) -> bool:
    """Whether a header's value is an id that this site gave under the domain `of`."""
    return re.fullmatch(rf"<{_KEY}@{re.escape(of.lower())}>", value.lower()) is not None


def _again(nth: int) -> str:
    return f"-{nth}" if nth > 1 else ""


def _short(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:32]
