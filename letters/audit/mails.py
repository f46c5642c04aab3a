"""I2 and I3: no letter goes twice, and none that may not go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from letters.audit.finding import Finding, none_of
from letters.audit.places import own_digest, own_mails
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Attempt, Letter, Move, Outbound

I2, I3 = "I2 bounded duplicates", "I3 only what may go"
S, O = LetterState, OutboundState  # noqa: E741
LEAVING = (O.QUEUED, O.SENDING, O.UNKNOWN, O.SENT)
LEFT = (S.SENDING, S.UNKNOWN, S.SENT, S.BOUNCED, S.ANSWERED)
# Letters that no worker may have in its hands.
STAY = (S.AWAITING, S.CONFIRMED, S.IN_REVIEW, S.RETURNED, S.EXPIRED, S.REJECTED, S.WITHDRAWN)
COPIES = 2  # of one mail, without a person who decides on a third
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def check() -> Iterator[Finding]:
    yield none_of(I2, "no letter has two mails that live", with_two_mails())
    yield none_of(I2, "no letter left by itself and in a digest", sent_twice())
    yield none_of(
        I2, f"no mail may have arrived more than {COPIES} times", tried_too_often(), "message_id"
    )
    yield none_of(I3, "what left was confirmed", Letter.objects.filter(_left(), confirmed_at=None))
    yield none_of(I3, "what left was approved", left_unapproved())
    yield none_of(I3, "what may not go has no mail that goes", going_without_leave())


def with_two_mails() -> QuerySet[Letter]:
    live = Q(outbounds__purpose=Purpose.LETTER) & ~Q(outbounds__state__in=(O.CANCELLED, O.BOUNCED))
    return Letter.objects.annotate(mails=Count("outbounds", filter=live)).filter(mails__gt=1)


def sent_twice() -> QuerySet[Letter]:
    return Letter.objects.filter(Exists(own_mails(place=O.SENT)), digest__outbound__state=O.SENT)


def tried_too_often() -> QuerySet[Outbound]:
    """Mails that several servers' answers or silences may have delivered, since a person looked."""
    said = Move.objects.filter(outbound=OuterRef("pk"), actor="organiser").values("outbound")
    decided = Coalesce(Subquery(said.annotate(at=Max("at")).values("at")), LONG_AGO)
    arrived = Q(tries__code__range=(200, 299)) | Q(
        tries__code=None, tries__stage=Attempt.Stage.DATA, tries__ended_at__isnull=False
    )
    tried = Outbound.objects.filter(attempts__gt=COPIES).annotate(decided=decided)
    since = arrived & Q(tries__started_at__gt=F("decided"))
    return tried.annotate(arrivals=Count("tries", filter=since)).filter(arrivals__gt=COPIES)


def _left() -> Q:
    return Q(state__in=LEFT)


def left_unapproved() -> QuerySet[Letter]:
    approved = Move.objects.filter(letter=OuterRef("pk"), outbound=None, to_state=S.APPROVED)
    return Letter.objects.filter(_left()).exclude(Exists(approved))


def going_without_leave() -> QuerySet[Letter]:
    in_digest = own_digest(outbound__state__in=LEAVING)
    return Letter.objects.filter(
        Exists(own_mails(place__in=LEAVING)) | Exists(in_digest), state__in=STAY
    )
