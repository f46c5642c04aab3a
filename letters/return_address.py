"""Addresses that prove what a returned mail is about: bounces to b.…, answers to r.….

`RETURN_ADDRESS=letters@ngo.example` gives letters+b.…@ngo.example, `@returns.ngo.example` gives
b.…@returns.ngo.example. Each carries an HMAC, so that nobody can make one up. All is in small
letters and digits, because mail servers change the case of what stands before the @.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import uuid

from django.conf import settings

from letters.identifiers import NUMBER_ALPHABET, keyed

MAC_BYTES = 10  # 80 bits: each try to guess one is a mail to our server
LOCAL_PART_OCTETS = 64  # RFC 5321 §4.5.3.1.1
_TOKEN = re.compile(r"(?:^|\+)b\.([a-z2-7]{42})\Z")
_NUMBER = re.compile(r"(?:^|\+)r\.([a-z0-9]{7})\.([a-z2-7]{16})\Z")
_OURS = re.compile(r"(?:^|\+)(?:b\.[a-z2-7]{20,}|r\.[a-z0-9]{7}\.[a-z2-7]+)\Z")
_IN_TEXT = re.compile(r"\b(?:b\.[a-z2-7]{42}|r\.[a-z0-9]{7}\.[a-z2-7]{16})\b", re.IGNORECASE)
_BOUNCE, _ANSWER = "return-path", "answer-address"


def return_path(outbound_id: uuid.UUID) -> str | None:
    """Return the envelope sender of a mail, or None when RETURN_ADDRESS is empty or too long."""
    return _address(f"b.{_base32(outbound_id.bytes + _mac(_BOUNCE, str(outbound_id)))}")


def answer_address(letter_number: str) -> str | None:
    """Return where an office's answer to a letter goes, or None as above."""
    signs = letter_number.replace("-", "").lower()
    return _address(f"r.{signs}.{_base32(_mac(_ANSWER, signs))}")


def outbound_of(address: str) -> uuid.UUID | None:
    """Return which mail an address was the return path of; None for a forged or other one."""
    found = _TOKEN.search(_local_part(address))
    if found is None:
        return None
    try:
        token = base64.b32decode(found[1].upper() + "=" * 6)
    except binascii.Error:
        return None
    key = uuid.UUID(bytes=token[:16])
    return key if hmac.compare_digest(token[16:], _mac(_BOUNCE, str(key))) else None


def letter_of(address: str) -> str | None:
    """Return the number of the letter an answer's address belongs to; None for any other."""
    found = _NUMBER.search(_local_part(address))
    if found is None or not set(found[1].upper()) <= set(NUMBER_ALPHABET):
        return None
    right = _base32(_mac(_ANSWER, found[1]))
    if not hmac.compare_digest(found[2], right):
        return None
    number = found[1].upper()
    return f"{number[:4]}-{number[4:]}"


def provider_headers(outbound_id: uuid.UUID) -> dict[str, str]:
    """Return headers by which a provider's events name a mail whose Message-ID it replaces.

    The others give our Message-ID back, or the return path.
    """
    token = f"b.{_base32(outbound_id.bytes + _mac(_BOUNCE, str(outbound_id)))}@mail"
    if settings.MAIL_PROVIDER == "sparkpost":
        return {"X-MSYS-API": json.dumps({"metadata": {"outbound": token}})}
    name = {"postmark": "X-PM-Metadata-outbound", "mailjet": "X-MJ-CustomID"}
    header = name.get(settings.MAIL_PROVIDER)
    return {header: token} if header else {}


def has_our_shape(address: str) -> bool:
    """Whether an address means to be one of ours, be it genuine or not."""
    return _OURS.search(_local_part(address)) is not None


def without_ours(text: str) -> str:
    """Return text without addresses of ours.

    An answer quotes whom it went to, and who knows that address can answer for the office.
    """
    return _IN_TEXT.sub("…", text)


def _address(local: str) -> str | None:
    box, at, domain = settings.RETURN_ADDRESS.rpartition("@")
    if not at or not domain:
        return None
    local = f"{box}+{local}" if box else local
    return f"{local}@{domain}" if len(local.encode()) <= LOCAL_PART_OCTETS else None


def _local_part(address: str) -> str:
    return address.strip().strip("<>").rpartition("@")[0].lower()[:256]


def _mac(purpose: str, value: str) -> bytes:
    return keyed(purpose, value)[:MAC_BYTES]


def _base32(value: bytes) -> str:
    return base64.b32encode(value).decode().rstrip("=").lower()
