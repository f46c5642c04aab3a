"""The sender's domain: is it ours, does mail reach it, may our mail server send for it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from letters.doctor import spf
from letters.doctor.finding import Finding, bad, ok, warn
from letters.doctor.names import Names

# RFC 2606, RFC 6762, RFC 8375, and what people call their networks.
RESERVED = ("example", "test", "invalid", "localhost", "local", "internal", "lan", "home.arpa")
RESERVED_DOMAINS = ("example.com", "example.net", "example.org")


def check_domain(address: str) -> Finding:
    domain = address.rpartition("@")[2].lower()
    if "." not in domain or _is_reserved(domain):
        return bad(
            "Sender",
            f"{address or 'no address'} is nobody's.",
            "Set DEFAULT_FROM_EMAIL to an address of your own domain.",
        )
    return ok("Sender", f"{address}.")


def _is_reserved(domain: str) -> bool:
    ends = (*RESERVED, *RESERVED_DOMAINS)
    return any(domain == end or domain.endswith(f".{end}") for end in ends)


def check_mail_reaches(names: Names, domain: str) -> Finding:
    """Bounces and answers come back to this domain."""
    subject = f"MX of {domain}"
    servers = names.mx(domain)
    if servers == [""] or servers == ["."]:  # RFC 7505
        return bad(
            subject, "it says that it takes no mail.", "Replace the null MX by a server's name."
        )
    if not servers and not names.addresses(domain):
        return bad(
            subject,
            "there is none, and no address.",
            "Name a server that takes mail: bounces and answers come back there.",
        )
    if not servers:
        return warn(subject, "there is none; its A record stands in.", "Name a server by an MX.")
    if not any(names.addresses(server) for server in servers):
        return bad(subject, f"{servers[0]} has no address.", "Name a server that is there.")
    return ok(subject, f"{', '.join(servers)}.")


def check_spf(
    names: Names, domain: str, addresses: Sequence[str], *, sure: bool
) -> Iterator[Finding]:
    """Look at the record, and whether mail from `addresses` passes. `domain`: the return path's.

    `sure`: mail leaves from these addresses. Else they are where we hand it over, no more.
    """
    subject = f"SPF of {domain}"
    try:
        record = spf.record_of(names, domain)
        if record is None:
            example = f"v=spf1 ip4:{_first_v4(addresses)} -all"
            yield bad(subject, "there is no record.", f"Add a TXT record such as “{example}”.")
            return
        yield _ending(subject, record)
        for address in addresses:
            yield _passes(subject, spf.Judge(names, address).result(domain), address, sure)
    except spf.Broken as broken:
        yield bad(subject, f"{broken}.", "Mend the record: receivers may ignore it as it is.")


def _ending(subject: str, record: str) -> Finding:
    terms = spf.terms_of(record)
    ends = [term.result for term in terms if term.name == "all"]
    if not ends and any(term.name == "redirect" for term in terms):
        return ok(subject, f"“{record}”.")
    if ends == ["fail"] or ends == ["softfail"]:
        return ok(subject, f"“{record}”.")
    if ends == ["pass"]:
        return bad(subject, f"“{record}” lets everybody send.", "End it with -all.")
    return warn(subject, f"“{record}” does not say what to do with others.", "End it with -all.")


def _passes(subject: str, result: str, address: str, sure: bool) -> Finding:
    if result == "pass":
        return ok(subject, f"mail from {address} passes.")
    says = f"mail from {address} does not pass ({result})."
    if not sure:
        do = "If your provider sends from other addresses, name one: --ip ADDRESS."
        return warn(subject, says, do)
    return bad(subject, says, "Add the address, or your provider's include, to the record.")


def _first_v4(addresses: Sequence[str]) -> str:
    found = [one for one in addresses if ip_address(one).version == 4]
    return found[0] if found else "192.0.2.1"
