"""Identifiers: time-ordered row ids, letter numbers, tokens, and who counts as one signer."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
import time
import uuid

import idna
from django.conf import settings

# No 0, O, 1, I, L, U: a number is read over the telephone and typed from paper.
NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
TOKEN_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz"  # noqa: S105
TOKEN_LENGTH = 24  # 24 letters of 55 are 138 bits; A19 asks for 128
GMAIL = {"gmail.com", "googlemail.com"}


def uuid7() -> uuid.UUID:
    """Return a time-ordered UUID (RFC 9562 §5.7). Python has its own from 3.14 on."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def new_number() -> str:
    """Return a letter number such as K7Q4-M2. Its uniqueness is the database's to keep."""
    letters = [secrets.choice(NUMBER_ALPHABET) for _ in range(7)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def keyed(purpose: str, value: str) -> bytes:
    """Return HMAC-SHA256 of `value` under a key of its own for `purpose`."""
    key = hashlib.sha256(f"{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, value.encode(), hashlib.sha256).digest()


def token_for(purpose: str, row: object) -> str:
    """Return the token of a row: the same each time, so that a mail can be made again alike."""
    number = int.from_bytes(keyed(f"token:{purpose}", str(row)))
    letters = []
    for _ in range(TOKEN_LENGTH):
        number, rest = divmod(number, len(TOKEN_ALPHABET))
        letters.append(TOKEN_ALPHABET[rest])
    return "".join(letters)


def own_token(purpose: str, submission_id: object, signer: str) -> str:
    """Return the token by which our own pages lead to a submission.

    It is bound to the mailbox: a form that moves to another address gets another token.
    """
    return token_for(purpose, f"{submission_id}:{signer}")


def digest(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def canonical_email(address: str) -> str:
    """Fold the spellings of one mailbox: letter case, +tags, and the dots Gmail ignores (A06)."""
    local, _, domain = address.strip().lower().rpartition("@")
    with contextlib.suppress(UnicodeError):  # the same folding as the form's (IDNA 2008)
        domain = idna.encode(domain, uts46=True).decode()
    local = local.split("+", 1)[0] or local
    if domain in GMAIL:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def signer_of(address: str) -> str:
    """Return the name under which an address is counted: an HMAC, which outlives its erasure."""
    return keyed("signer", canonical_email(address)).hex()
