"""The DNS gateway: what a name says. The only importer of dnspython; no judgement."""

from __future__ import annotations

from typing import Any, Protocol

import dns.exception
import dns.resolver
import dns.reversename

SECONDS = 5


class CannotAsk(Exception):
    """No name server gave an answer, not even that there is none."""


class Names(Protocol):
    """Each method returns an empty list for a name that is not there. Raises CannotAsk."""

    def txt(self, name: str) -> list[str]: ...

    def mx(self, name: str) -> list[str]: ...

    def addresses(self, name: str) -> list[str]: ...

    def names_of(self, address: str) -> list[str]: ...


class Dns:
    """The name servers that this computer asks."""

    def __init__(self) -> None:
        self._resolver = dns.resolver.Resolver()
        self._resolver.lifetime = SECONDS

    def txt(self, name: str) -> list[str]:
        # A long text comes in pieces, which belong together without a space (RFC 7208 §3.3).
        return [
            b"".join(record.strings).decode("utf-8", "replace") for record in self._ask(name, "TXT")
        ]

    def mx(self, name: str) -> list[str]:
        found = sorted(self._ask(name, "MX"), key=lambda record: record.preference)
        return [record.exchange.to_text(omit_final_dot=True) for record in found]

    def addresses(self, name: str) -> list[str]:
        return [record.address for kind in ("A", "AAAA") for record in self._ask(name, kind)]

    def names_of(self, address: str) -> list[str]:
        pointer = dns.reversename.from_address(address).to_text()
        return [record.target.to_text(omit_final_dot=True) for record in self._ask(pointer, "PTR")]

    def _ask(self, name: str, kind: str) -> list[Any]:
        try:
            return list(self._resolver.resolve(name, kind))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise CannotAsk(f"{name} {kind}: {type(error).__name__}") from error
