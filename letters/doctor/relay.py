"""The mail server: does it take our mail, encrypted, and is it somebody whom others trust?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from ipaddress import ip_address

from letters.delivery.mail import NotSent, Phase, SmtpTransport
from letters.delivery.smtp import Features
from letters.doctor.finding import Finding, bad, ok, warn
from letters.doctor.names import Names

# A letter's PDF is small; a digest's bundle is not.
WANTED_BYTES = 12 * 1024 * 1024
DAYS_LEFT = 14
_DO: dict[Phase, str] = {
    "connect": "Check host and port of EMAIL_URL, and that a firewall lets you through.",
    "tls": "Check the server's certificate, and that EMAIL_URL names it as the certificate does.",
    "login": "Check name and password in EMAIL_URL.",
}


def check(way: SmtpTransport, now: datetime) -> Iterator[Finding]:
    """Connect, encrypt and log in; send nothing."""
    subject = f"Mail server {way.name}"
    try:
        found = way.features()
    except NotSent as error:
        said = f"{error.code or ''} {error.answer}".strip()
        yield bad(
            subject, f"{error.phase} failed: {said}.", _DO.get(error.phase, "Ask its operator.")
        )
        return
    finally:
        way.close()
    yield ok(subject, "it takes our name and password." if way.url.username else "it answers.")
    yield _encryption(subject, found)
    if found.certificate_until is not None:
        left = found.certificate_until - now.timestamp()
        yield _certificate(subject, int(left // 86_400))
    yield _size(subject, found.size)


def _encryption(subject: str, found: Features) -> Finding:
    if found.encrypted:
        return ok(subject, "the connection is encrypted, the certificate valid.")
    if is_private(found.address):
        return ok(subject, "the connection is not encrypted, and stays on this network.")
    do = "Use smtp+tls://." if found.offers_starttls else "Use a server that can encrypt."
    return bad(subject, "the connection is not encrypted.", do)


def _certificate(subject: str, days: int) -> Finding:
    if days < DAYS_LEFT:
        return warn(subject, f"its certificate ends in {days} days.", "See that it is renewed.")
    return ok(subject, f"its certificate is good for {days} days.")


def _size(subject: str, size: int | None) -> Finding:
    if size is not None and size < WANTED_BYTES:
        return bad(
            subject,
            f"it takes messages up to {size / 1024 / 1024:.0f} MB only.",
            f"Raise its limit to {WANTED_BYTES // 1024 // 1024} MB: digests are large.",
        )
    return ok(subject, "it takes large messages.")


def is_private(address: str) -> bool:
    return bool(address) and not ip_address(address).is_global


def public_addresses(names: Names, host: str) -> list[str]:
    """Return the addresses of a mail server that others can see; none for one on this network."""
    try:
        found = [str(ip_address(host))]
    except ValueError:
        found = names.addresses(host)
    return [address for address in found if not is_private(address)]


def check_names(names: Names, addresses: Sequence[str]) -> Iterator[Finding]:
    """Many servers take mail only from an address whose name leads back to it."""
    for address in addresses:
        subject = f"Name of {address}"
        found = names.names_of(address)
        if not found:
            do = "Ask who rents you the address for a PTR record."
            yield warn(subject, "there is none (PTR).", do)
        elif any(address in names.addresses(name) for name in found):
            yield ok(subject, f"{found[0]}, which leads back.")
        else:
            do = "Let the name have this address."
            yield warn(subject, f"{found[0]} does not lead back to it.", do)
