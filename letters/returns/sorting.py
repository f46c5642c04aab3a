"""What is this message? A report, an answer, a forgery, or nothing to us. Reads no row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from letters.models import DeliveryReport
from letters.returns.addresses import Target, replied_to, target_of
from letters.returns.automatic import is_automatic, is_loop
from letters.returns.body import text_in
from letters.returns.failure import Said, report_in
from letters.returns.incoming import Incoming

Kind = DeliveryReport.Kind
# What moves mails and letters, or stops an address.
MOVING = (Kind.BOUNCED, Kind.DELIVERED, Kind.COMPLAINT)


class Sort(Enum):
    REPORT = "report"
    ANSWER = "answer"
    STRANGER = "stranger"  # names nothing of ours: not kept


@dataclass(frozen=True)
class Sorted:
    """`target` is proven by its address; `said` is what a report says."""

    sort: Sort
    target: Target
    said: Said | None = None

    @property
    def outbound(self) -> UUID | None:
        return self.target.outbound


def sort(incoming: Incoming, own_sender: str) -> Sorted:
    """Decide what a message is. An answer without our address in it is the caller's to prove."""
    target = target_of(incoming)
    if incoming.problem:
        return _report(target, Said(Kind.UNREADABLE, text=incoming.problem))
    if is_loop(incoming, own_sender):
        return _report(target, Said(Kind.UNREADABLE, text="a mail loop"))
    said = report_in(incoming)
    if said is not None:
        return _report(target if target.proven else target_of(incoming, said.proofs), said)
    if is_automatic(incoming, answers_us=bool(replied_to(incoming))):
        return _report(target, Said(Kind.AUTO_REPLY, text=_gist(incoming)))
    if target.proven or replied_to(incoming):
        return Sorted(Sort.ANSWER, target)
    return _report(target, Said(Kind.UNREADABLE))


def _report(target: Target, said: Said) -> Sorted:
    # Offices, and all to whom they pass a letter on, know the address for answers to it. Servers
    # write to the return path: who reports to the other one proves nothing about delivery.
    believed = target.outbound is not None or said.kind not in MOVING
    if target.proven and believed:
        return Sorted(Sort.REPORT, target, said)
    if not target.claimed:
        return Sorted(Sort.STRANGER, target)
    # What it says is not kept: whoever made it up chose the words.
    return Sorted(Sort.REPORT, target, Said(Kind.FORGED, text=f"{Kind(said.kind).value}, unproven"))


def _gist(incoming: Incoming) -> str:
    text = " ".join(text_in(incoming).split())
    return f"{incoming.header('Subject')}: {text}"[:500]
