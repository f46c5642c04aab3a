"""DMARC (RFC 7489): what receivers do with mail that claims to be ours, and is ours aligned?"""

from __future__ import annotations

from collections.abc import Iterator

from letters.doctor.dkim import tags_of
from letters.doctor.finding import Finding, bad, ok, warn
from letters.doctor.names import Names

POLICIES = ("none", "quarantine", "reject")


def check(names: Names, domain: str, returns: str) -> Iterator[Finding]:
    """Look at the record for `domain`, and whether bounces' domain `returns` is aligned with it."""
    subject = f"DMARC of {domain}"
    place, records = _records(names, domain)
    if not records:
        yield bad(subject, "there is no record.", f"Add TXT _dmarc.{domain} “v=DMARC1; p=none”.")
        return
    if len(records) > 1:
        yield bad(
            subject, f"there are {len(records)} records.", "Keep one: receivers use none now."
        )
        return
    yield _policy(subject, records[0], inherited=place != domain)
    yield _aligned(subject, records[0], domain, returns, place)


def _records(names: Names, domain: str) -> tuple[str, list[dict[str, str]]]:
    """Return where the record stands: at the domain, or at one above it, and what it says."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        place = ".".join(labels[start:])
        found = [tags_of(text) for text in names.txt(f"_dmarc.{place}")]
        found = [tags for tags in found if tags.get("v") == "DMARC1"]
        if found:
            return place, found
    return domain, []


def _policy(subject: str, record: dict[str, str], *, inherited: bool) -> Finding:
    policy = record.get("sp", record.get("p", "")) if inherited else record.get("p", "")
    if policy not in POLICIES:
        return bad(subject, f"its policy is “{policy}”.", "Set p=none, p=quarantine or p=reject.")
    if policy == "none":
        return ok(
            subject, "p=none: receivers only report. Go on to p=quarantine once all mail passes."
        )
    return ok(subject, f"p={policy}.")


def _aligned(
    subject: str, record: dict[str, str], domain: str, returns: str, place: str
) -> Finding:
    strict = record.get("aspf", "r") == "s"
    same = domain == returns if strict else _below(returns, place) or _below(domain, returns)
    if same:
        return ok(subject, f"bounces come to {returns}, which is aligned.")
    return warn(
        subject,
        f"bounces come to {returns}, which is not aligned with {domain}: only DKIM can pass.",
        "Let RETURN_ADDRESS be of the sender's domain, or make sure that DKIM signs for it.",
    )


def _below(domain: str, other: str) -> bool:
    return domain == other or domain.endswith(f".{other}")
