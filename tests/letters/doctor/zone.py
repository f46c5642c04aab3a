"""A DNS of a test's own."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from letters.doctor.names import CannotAsk


@dataclass
class Zone:
    """What is said of each name. A name in `silent` gets no answer at all."""

    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    servers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hosts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    pointers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    silent: Sequence[str] = ()

    def txt(self, name: str) -> list[str]:
        return self._of(self.texts, name)

    def mx(self, name: str) -> list[str]:
        return self._of(self.servers, name)

    def addresses(self, name: str) -> list[str]:
        return self._of(self.hosts, name)

    def names_of(self, address: str) -> list[str]:
        return self._of(self.pointers, address)

    def _of(self, found: Mapping[str, Sequence[str]], name: str) -> list[str]:
        if name in self.silent:
            raise CannotAsk(f"{name}: Timeout")
        return list(found.get(name, ()))


def key(octets: int = 294) -> str:
    return base64.b64encode(bytes(octets)).decode()


IP = "8.8.4.4"  # the documentation's networks are not "global" to Python
WELL = Zone(
    texts={
        "ngo.org": ["google-site-verification=x", f"v=spf1 ip4:{IP} -all"],
        "s1._domainkey.ngo.org": [f"v=DKIM1; k=rsa; p={key()}"],
        "_dmarc.ngo.org": ["v=DMARC1; p=quarantine; rua=mailto:dmarc@ngo.org"],
    },
    servers={"ngo.org": ["mx.ngo.org"]},
    hosts={"mx.ngo.org": [IP]},
    pointers={IP: ["mx.ngo.org"]},
)
