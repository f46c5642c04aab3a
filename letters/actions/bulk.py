"""One decision on many letters or mails that stopped. Above a hundred a second person agrees.

Letters are counted, not mails, and all that one person did of a kind in a day: a digest is one
mail with a thousand letters, and a hundred ten times over is a thousand, too. Rejecting is a
reviewer's daily work: there each decision counts by itself. Who proposed it can't agree to it. What is agreed is carried out in batches, each in a transaction
of its own; what changed meanwhile is left as it is, and counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from letters import clock
from letters.actions import dispatch, review
from letters.enums import Purpose
from letters.models import BulkDecision, Letter, Outbound
from letters.moves import NotAllowed

ALONE = 100
AT_MOST = 20_000
BATCH = 50
# A request carries out so much, then says how far it came.
SECONDS = 8.0
Kind = BulkDecision.Kind
State = BulkDecision.State
Act = Callable[[Any, AbstractBaseUser, str], None]

# Kinds of which a day's decisions count together.
BY_DAY = frozenset({Kind.QUEUE, Kind.SENT, Kind.WITHDRAW})
# What is done to one row. `about` is the first part of a key: a letter's or a mail's.
ACTS: dict[tuple[str, str], Act] = {
    ("letter", Kind.QUEUE): lambda row, by, why: dispatch.release(row, by=by, reason=why),
    ("letter", Kind.SENT): lambda row, by, why: dispatch.mark_letter_sent(row, by=by, evidence=why),
    ("letter", Kind.WITHDRAW): lambda row, by, why: review.withdraw_by_organiser(
        row, by=by, reason=why
    ),
    ("letter", Kind.REJECT): lambda row, by, why: review.reject(row, by=by, reason=why),
    ("mail", Kind.QUEUE): lambda row, by, why: dispatch.queue_again(
        row, by=by, reason=why, ring=False
    ),
    ("mail", Kind.SENT): lambda row, by, why: dispatch.mark_sent(row, by=by, evidence=why),
    ("mail", Kind.WITHDRAW): lambda row, by, why: dispatch.cancel_mail(row, by=by, reason=why),
}


def letters_in(about: str, ids: Sequence[UUID]) -> int:
    """Return how many letters are decided on with these letters or mails; a mail of none is one."""
    if about == "letter":
        return len(ids)
    digests = Letter.objects.filter(digest__outbound__in=ids).count()
    return digests + Outbound.objects.filter(pk__in=ids).exclude(purpose=Purpose.DIGEST).count()


def needs_two(kind: BulkDecision.Kind, letters: int, by: AbstractBaseUser) -> bool:
    """Whether a second person has to agree to so many letters, after what `by` decided today."""
    return letters + (_decided_alone(kind, by) if kind in BY_DAY else 0) > ALONE


def _decided_alone(kind: BulkDecision.Kind, by: AbstractBaseUser) -> int:
    own = BulkDecision.objects.filter(kind=kind, proposed_by=by.pk, decided_by=by.pk)
    today = own.filter(proposed_at__gt=clock.now() - timedelta(days=1), state=State.DONE)
    return today.aggregate(letters=Sum("count"))["letters"] or 0


def note_alone(
    kind: BulkDecision.Kind, letters: int, *, evidence: str, by: AbstractBaseUser
) -> None:
    """Keep that one person decided on so many letters, and did it."""
    now = clock.now()
    BulkDecision.objects.create(
        kind=kind, count=letters, done=letters, evidence=evidence, state=State.DONE,
        proposed_by_id=by.pk, proposed_at=now, decided_by_id=by.pk, decided_at=now,
    )  # fmt: skip


def propose(
    kind: BulkDecision.Kind, about: str, ids: Iterable[UUID], *, evidence: str, by: AbstractBaseUser
) -> BulkDecision:
    """Keep a decision on these letters (`about` "letter") or mails ("mail") for a second person."""
    keys = [f"{about}:{one}" for one in ids][:AT_MOST]
    return BulkDecision.objects.create(
        kind=kind, keys=keys, count=len(keys), evidence=evidence, proposed_by_id=by.pk,
        proposed_at=clock.now(),
    )  # fmt: skip


def about(decision: BulkDecision) -> str:
    """Return "letter" or "mail": what is left of the decision is about these."""
    return decision.keys[0].partition(":")[0] if decision.keys else ""


def agree(decision: BulkDecision, *, by: AbstractBaseUser) -> None:
    """Let it be carried out. Raises NotAllowed for the proposer and if it is decided already."""
    if decision.proposed_by_id == by.pk:
        raise NotAllowed(_("You proposed it: another organiser has to agree."))
    _decide(decision, State.AGREED, by)


def refuse(decision: BulkDecision, *, by: AbstractBaseUser) -> None:
    """Drop it. The proposer may, too. Raises NotAllowed if it is decided already."""
    _decide(decision, State.REFUSED, by)


def _decide(decision: BulkDecision, state: BulkDecision.State, by: AbstractBaseUser) -> None:
    waiting = BulkDecision.objects.filter(pk=decision.pk, state=State.PROPOSED)
    if waiting.update(state=state, decided_by=by.pk, decided_at=clock.now()) != 1:
        raise NotAllowed(_("Somebody has decided on it already."))
    decision.refresh_from_db()


def carry_on(decision: BulkDecision, *, seconds: float) -> BulkDecision:
    """Carry out what is agreed, for a while. Returns it as it stands then.

    May be called again at any time, by several people at once.
    """
    end = time.monotonic() + seconds
    decision = _batch(decision.pk)
    while decision.state == State.AGREED and time.monotonic() < end:
        decision = _batch(decision.pk)
    return decision


@transaction.atomic
def _batch(pk: int) -> BulkDecision:
    decision = BulkDecision.objects.select_for_update().get(pk=pk)
    if decision.state != State.AGREED:
        return decision
    now, decision.keys = decision.keys[:BATCH], decision.keys[BATCH:]
    decision.done += sum(_one(decision, key) for key in now)
    if not decision.keys:
        decision.state = State.DONE
    decision.save(update_fields=["keys", "done", "state"])
    return decision


def _one(decision: BulkDecision, key: str) -> bool:
    """Do it to one row. Returns whether it was done: another may have decided meanwhile."""
    kind, _colon, pk = key.partition(":")
    rows: Any = Letter.objects if kind == "letter" else Outbound.objects
    act = ACTS[kind, decision.kind]
    try:
        with transaction.atomic():
            act(rows.get(pk=pk), _decider(decision), decision.evidence)
    except (NotAllowed, ObjectDoesNotExist):
        return False
    return True


def _decider(decision: BulkDecision) -> AbstractBaseUser:
    assert decision.decided_by is not None
    return decision.decided_by


def skipped(decision: BulkDecision) -> int:
    """Return how many were left as they are because they had changed meanwhile."""
    if decision.state in (State.PROPOSED, State.REFUSED):
        return 0
    return decision.count - len(decision.keys) - decision.done
