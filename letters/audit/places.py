"""I1: a confirmed letter is in one place, and what is on its way has what carries it on."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from campaign.models import Delivery
from letters.audit.finding import Finding, none_of
from letters.delivery.way import goes_by
from letters.enums import LetterState, OutboundState, Purpose, SubmissionState
from letters.models import Digest, Letter, Move, Outbound, Submission

I1 = "I1 no loss"
S = LetterState
BEFORE = (S.AWAITING, S.EXPIRED, S.WITHDRAWN)
# A worker's transaction goes through these without a stop.
PASSED_THROUGH = (S.CONFIRMED, S.RENDERED)
MACHINES = ("worker", "sweeper", "reconcile")


def check() -> Iterator[Finding]:
    yield _sum()
    confirmed = Submission.objects.filter(state=SubmissionState.CONFIRMED)
    yield none_of(I1, "every confirmed form has its letters", confirmed.filter(letters=None), "id")
    yield none_of(
        I1,
        "what was confirmed waits for no confirmation",
        Letter.objects.filter(state=S.AWAITING).filter(_moved_to(S.CONFIRMED)),
    )
    yield none_of(
        I1,
        "no letter stopped where none may rest",
        Letter.objects.filter(state__in=PASSED_THROUGH),
    )
    yield none_of(
        I1,
        "what is to be set as PDF has its text",
        Letter.objects.filter(state=S.APPROVED, content__isnull=True),
    )
    yield none_of(
        I1, "what is on its way has a mail or waits for a digest", on_its_way_without_mail()
    )
    yield none_of(I1, "what was sent has its proof", sent_without_proof())


def _sum() -> Finding:
    """Count the confirmed letters, and those in each place: the sums have to be equal."""
    letters = Letter.objects.filter(confirmed_at__isnull=False).order_by()
    places = dict(letters.values_list("state").annotate(count=Count("pk")))
    known = {state: places.pop(state) for state in S if state in places}
    confirmed = sum(known.values()) + sum(places.values())
    listed = ", ".join(f"{count} {state.value}" for state, count in known.items())
    said = f"{confirmed} confirmed letters = {listed or 'none'}"
    return Finding(I1, said, sum(places.values()), tuple(map(str, places)))


def on_its_way_without_mail() -> QuerySet[Letter]:
    """Letters queued, being sent or unknown that no worker would find."""
    same = Exists(own_mails(place=OuterRef("state")))
    in_digest = Exists(own_digest(outbound__state=OuterRef("state")))
    gathered = Q(state=S.QUEUED, digest=None) & goes_by(Delivery.DIGEST)
    going = Letter.objects.filter(state__in=(S.QUEUED, S.SENDING, S.UNKNOWN))
    live = (OutboundState.QUEUED, OutboundState.SENDING, OutboundState.UNKNOWN, OutboundState.SENT)
    alone = ~Q(Exists(own_mails(place__in=live)))
    return going.exclude(Q(same) | Q(in_digest) | (gathered & alone))


def sent_without_proof() -> QuerySet[Letter]:
    """Letters called sent without a mail that was, and without a person who said so."""
    sent = OutboundState.SENT
    by_mail = Exists(own_mails(place=sent))
    in_digest = Exists(own_digest(outbound__state=sent))
    by_hand = Move.objects.filter(letter=OuterRef("pk"), outbound=None, to_state=S.SENT)
    by_person = Exists(by_hand.exclude(actor__in=MACHINES))
    return Letter.objects.filter(state=S.SENT).exclude(Q(by_mail) | Q(in_digest) | Q(by_person))


def own_mails(**where: object) -> QuerySet[Outbound]:
    """Return the mails that carry the outer letter alone; `where` narrows by `place`, their state.

    SQLite guesses without statistics, and would search all mails of a state for each letter:
    a place, unlike a state, has no index.
    """
    mails = Outbound.objects.filter(letter=OuterRef("pk"), purpose=Purpose.LETTER)
    return mails.alias(place=Coalesce("state", Value(""))).filter(**where)


def own_digest(**which: object) -> QuerySet[Digest]:
    """Return the digest that the outer letter is in. By its key: databases then look at one row."""
    return Digest.objects.filter(pk=OuterRef("digest"), **which)


def _moved_to(state: str) -> Exists:
    return Exists(Move.objects.filter(letter=OuterRef("pk"), outbound=None, to_state=state))
