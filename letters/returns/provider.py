"""What a mail provider reports by webhook. django-anymail checks signatures and speaks for all.

The only module that knows anymail's events. Its signals are its interface; they are received
here and nowhere else. An event about a mail that is not ours is none of our business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent, EventType, inbound, tracking
from django.dispatch import receiver

from letters.message_ids import ids_in
from letters.models import DeliveryReport, Outbound
from letters.return_address import outbound_of
from letters.returns import receive, reports
from letters.returns.addresses import addresses_in
from letters.returns.failure import STATUS, Said
from letters.returns.reports import Report
from letters.returns.words import one_line

Kind = DeliveryReport.Kind
KINDS = {
    EventType.BOUNCED: Kind.BOUNCED,
    EventType.REJECTED: Kind.BOUNCED,
    EventType.FAILED: Kind.BOUNCED,
    EventType.DEFERRED: Kind.DELAYED,
    EventType.DELIVERED: Kind.DELIVERED,
    EventType.COMPLAINED: Kind.COMPLAINT,
    EventType.AUTORESPONDED: Kind.AUTO_REPLY,
}
# Why a provider gave up, in the terms of RFC 3463: what is not known condemns no address.
REASONS = {"invalid": "5.1.3", "bounced": "5.1.0", "timed_out": "4.4.7", "spam": "5.7.1"}
UNKNOWN_REASON = "5.3.0"
MOST_STRINGS = 300


@receiver(tracking)
def take_event(sender: object, event: AnymailTrackingEvent, esp_name: str, **_: Any) -> None:
    """Write down what became of one of our mails. Raises receive.TRY_AGAIN."""
    kind = KINDS.get(event.event_type)
    outbound = _outbound_of(event) if kind else None
    if kind is None or outbound is None:
        return
    said = Said(kind, _status(event, kind), _words(event), (event.recipient or "").lower())
    reports.record(Report(said, DeliveryReport.Source.PROVIDER, _key(event, esp_name), outbound))


@receiver(inbound)
def take_message(sender: object, event: AnymailInboundEvent, **_: Any) -> None:
    """Take a message that the provider received for us. Raises receive.TRY_AGAIN."""
    message = event.message
    if message is None:
        return
    envelope = [message.envelope_recipient] if message.envelope_recipient else []
    receive.take(message.as_bytes(), envelope, source=DeliveryReport.Source.PROVIDER)


def _status(event: AnymailTrackingEvent, kind: str) -> str:
    found = STATUS.search(f"{event.mta_response or ''} {event.description or ''}"[:2_000])
    if found:
        return found[1]
    return REASONS.get(event.reject_reason or "", UNKNOWN_REASON) if kind == Kind.BOUNCED else ""


def _words(event: AnymailTrackingEvent) -> str:
    return one_line(str(event.mta_response or event.description or "")[:2_000])[:500]


def _key(event: AnymailTrackingEvent, esp_name: str) -> str:
    """Return what tells an event from all others, the same each time it is sent."""
    own = event.event_id or f"{event.message_id}:{event.timestamp}:{event.recipient}"
    return hashlib.sha256(f"{esp_name}:{event.event_type}:{own}".encode()).hexdigest()


def _outbound_of(event: AnymailTrackingEvent) -> Outbound | None:
    """Find our mail by whatever the provider says of it: our id, Message-ID or return path."""
    keys: set[UUID] = set()
    ids: set[str] = set()
    for text in [*_strings([event.metadata, event.message_id]), *_strings(event.esp_event)]:
        ids |= ids_in(text[:2_000])
        keys.update(filter(None, map(outbound_of, addresses_in(text[:2_000]))))
    rows = Outbound.objects.select_related("submission", "letter", "office")
    return (rows.filter(pk__in=keys) | rows.filter(message_id__in=ids)).first()


def _strings(found: object) -> Iterator[str]:
    """Yield the texts in a provider's event, so many at most."""
    waiting, given = [found], 0
    while waiting and given < MOST_STRINGS:
        one = waiting.pop()
        if isinstance(one, str):
            given += 1
            yield one
        elif isinstance(one, dict):
            waiting += list(one.values())[:MOST_STRINGS]
        elif isinstance(one, list | tuple):
            waiting += list(one)[:MOST_STRINGS]
