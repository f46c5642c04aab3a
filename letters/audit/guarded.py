"""What holds the invariants while nobody audits: leases that end, and the database's own guards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from letters import clock, guards
from letters.audit.finding import FIRST, Finding, none_of
from letters.enums import OutboundState
from letters.models import Attempt, Connection, Outbound

# Far beyond every lease that is given, and every round of the sweeper that is missed.
FAR = timedelta(hours=1)


def check() -> Iterator[Finding]:
    now = clock.now()
    sending = Outbound.objects.filter(state=OutboundState.SENDING)
    odd = Q(lease_until__gt=now + FAR) | Q(lease_until__lt=now - FAR)
    yield none_of(
        "Leases", "no lease is longer or older than an hour", sending.filter(odd), "message_id"
    )
    begun = Attempt.objects.filter(
        outbound=OuterRef("pk"), claim_token=OuterRef("claim_token"), code=None
    )
    yield none_of(
        "Leases",
        "every mail being sent has its attempt",
        sending.exclude(Exists(begun)),
        "message_id",
    )
    held = Connection.objects.exclude(holder="").filter(until__gt=now + FAR)
    yield none_of("Leases", "no connection is kept for more than an hour", held, "holder")
    missing = guards.wrong(connection)
    yield Finding(
        "Guards", "the database refuses what the tables do not allow", len(missing), missing[:FIRST]
    )
