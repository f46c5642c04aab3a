"""DKIM (RFC 6376): is the key there by which receivers check our mail server's signature?"""

from __future__ import annotations

import base64
import binascii

from letters.doctor.finding import Finding, bad, ok, warn
from letters.doctor.names import Names

# The length of an RSA key in its wrapping: 1024 bits take 162 octets, 2048 take 294.
WEAK, MODEST = 160, 290


def check(names: Names, domain: str, selector: str) -> Finding:
    subject = f"DKIM {selector}._domainkey.{domain}"
    found = names.txt(f"{selector}._domainkey.{domain}")
    records = [tags_of(text) for text in found if "p=" in text.replace(" ", "")]
    if not records:
        return bad(subject, "there is no key.", "Publish the key that your mail server signs with.")
    if len(records) > 1:
        return bad(subject, "there are several keys.", "Keep one: receivers take any of them.")
    return _key(subject, records[0])


def tags_of(text: str) -> dict[str, str]:
    """Return the tags of a DKIM or DMARC record; white space counts for nothing."""
    parts = (part.partition("=") for part in text.split(";"))
    return {
        name.strip().lower(): "".join(value.split()) for name, _is, value in parts if name.strip()
    }


def _key(subject: str, record: dict[str, str]) -> Finding:
    try:
        key = base64.b64decode(record["p"], validate=True)
    except binascii.Error:
        return bad(subject, "the key cannot be read.", "Publish it anew, in one TXT record.")
    if not key:
        return bad(subject, "the key is revoked.", "Publish the key your mail server signs with.")
    if record.get("k", "rsa") == "rsa" and len(key) < WEAK:
        return bad(subject, "the key is shorter than 1024 bits.", "Make one of 2048 bits.")
    if record.get("k", "rsa") == "rsa" and len(key) < MODEST:
        return warn(subject, "the key is shorter than 2048 bits.", "Make one of 2048 bits.")
    if "y" in record.get("t", "").split(":"):
        return warn(subject, "it says that it is a test (t=y).", "Take t=y out.")
    return ok(subject, "the key is there.")
