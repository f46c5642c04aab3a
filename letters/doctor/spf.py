"""SPF (RFC 7208): may this address send mail of a domain? Macros are not read."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from letters.doctor.names import Names

LOOKUPS = 10  # RFC 7208 §4.6.4
_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


class Broken(Exception):
    """The record is one that receivers may ignore: permerror. The text says why."""


@dataclass(frozen=True)
class Term:
    result: str
    name: str
    value: str


def record_of(names: Names, domain: str) -> str | None:
    """Return a domain's SPF record, or None. Raises Broken if it has several."""
    found = [text for text in names.txt(domain) if text.lower().split(" ")[0] == "v=spf1"]
    if len(found) > 1:
        raise Broken(f"{domain} has {len(found)} records: receivers use none")
    return found[0] if found else None


def terms_of(record: str) -> list[Term]:
    return [_term(word) for word in record.split()[1:]]


def _term(word: str) -> Term:
    sign, rest = (word[0], word[1:]) if word[:1] in _RESULTS else ("+", word)
    for parting in (":", "=", "/"):
        name, found, value = rest.partition(parting)
        if found and name.isidentifier():
            return Term(_RESULTS[sign], name.lower(), value if parting != "/" else f"/{value}")
    return Term(_RESULTS[sign], rest.lower(), "")


class Judge:
    """Decides for one address; counts how often the DNS is asked, as receivers do."""

    def __init__(self, names: Names, address: str) -> None:
        self.names, self.address = names, ipaddress.ip_address(address)
        self.lookups = 0

    def result(self, domain: str) -> str:
        """Return pass, fail, softfail, neutral or none. Raises Broken."""
        record = record_of(self.names, domain)
        if record is None:
            return "none"
        terms = terms_of(record)
        for term in terms:
            if self._matches(term, domain):
                return term.result
        redirect = [term.value for term in terms if term.name == "redirect"]
        if redirect:
            self._count()
            return self.result(redirect[0])
        return "neutral"

    def _matches(self, term: Term, domain: str) -> bool:
        match term.name:
            case "all":
                return True
            case "ip4" | "ip6":
                return self._in(term.value)
            case "a":
                self._count()
                return self._is_one_of([_host(term, domain)], term)
            case "mx":
                self._count()
                return self._is_one_of(self.names.mx(_host(term, domain)), term)
            case "include":
                self._count()
                found = self.result(term.value)
                if found == "none":
                    raise Broken(f"include:{term.value} has no record")
                return found == "pass"
            case "exists" | "ptr":
                self._count()
        return False

    def _in(self, network: str) -> bool:
        try:
            return self.address in ipaddress.ip_network(network, strict=False)
        except ValueError as error:
            raise Broken(f"“{network}” is no address") from error

    def _is_one_of(self, hosts: list[str], term: Term) -> bool:
        lengths = term.value.partition("/")[2].partition("//")
        length = lengths[0] if self.address.version == 4 else lengths[2]
        found = [
            one for host in hosts for one in self.names.addresses(host)
            if ipaddress.ip_address(one).version == self.address.version
        ]  # fmt: skip
        return any(self._in(f"{one}/{length}" if length else one) for one in found)

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > LOOKUPS:
            raise Broken(f"it asks the DNS more than {LOOKUPS} times")


def _host(term: Term, domain: str) -> str:
    return term.value.partition("/")[0] or domain
