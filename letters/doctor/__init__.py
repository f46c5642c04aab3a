"""Is this site fit to send mail? The sender's names in the DNS, the mail server, who is told.

Nothing here sends or changes anything. Each finding says what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings

from letters.delivery.mail import SmtpTransport
from letters.doctor import dkim, dmarc, relay, sender, site
from letters.doctor.finding import Finding, Level, warn
from letters.doctor.names import CannotAsk, Names

__all__ = ["Finding", "Level", "examine"]


def examine(
    names: Names, now: datetime, *, selectors: Sequence[str] = (), addresses: Sequence[str] = ()
) -> Iterator[Finding]:
    """Do all checks. `selectors` are DKIM's; `addresses` those that mail leaves from, if known."""
    yield from site.check()
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    found = sender.check_domain(address)
    yield found
    if found.level is Level.OK:
        domain = address.rpartition("@")[2].lower()
        yield from _domain(names, domain, selectors, addresses)
    if settings.PRODUCTION and settings.EMAIL_URL:
        yield from relay.check(SmtpTransport(settings.EMAIL_URL), now)


def _domain(
    names: Names, domain: str, selectors: Sequence[str], addresses: Sequence[str]
) -> Iterator[Finding]:
    leaves_from = addresses or _leaves_from(names)
    returns = settings.RETURN_ADDRESS.rpartition("@")[2].lower() or domain
    for one in dict.fromkeys((domain, returns)):
        yield from _asked(f"MX of {one}", lambda: [sender.check_mail_reaches(names, one)])  # noqa: B023
    yield from _asked(
        f"SPF of {returns}",
        lambda: sender.check_spf(names, returns, leaves_from, sure=bool(addresses)),
    )
    for selector in selectors:
        yield from _asked("DKIM", lambda: [dkim.check(names, domain, selector)])  # noqa: B023
    if not selectors:
        do = "Name the selector your mail server signs with: --selector NAME."
        yield warn(f"DKIM of {domain}", "not looked at.", do)
    yield from _asked(f"DMARC of {domain}", lambda: dmarc.check(names, domain, returns))
    yield from _asked("Names", lambda: relay.check_names(names, leaves_from))
    if not leaves_from:
        do = "Name the address your mail leaves from: --ip ADDRESS."
        yield warn("SPF and PTR", "the mail server's address is not known.", do)


def _asked(subject: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    try:
        yield from check()
    except CannotAsk as error:
        yield warn(
            subject, f"the DNS gives no answer ({error}).", "Try again from the site's server."
        )


def _leaves_from(names: Names) -> list[str]:
    """Return the public addresses of the mail server: it may well send from them."""
    if not settings.EMAIL_URL:
        return []
    try:
        return relay.public_addresses(names, SmtpTransport(settings.EMAIL_URL).host)
    except CannotAsk:
        return []
