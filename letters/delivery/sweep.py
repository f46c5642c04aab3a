"""The sweeper: find what a lost bell or a dead worker left behind. Idempotent, any number may run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet

from letters import clock, rollup
from letters.delivery import (
    alarms,
    breaker,
    bundles,
    claim,
    digest,
    heartbeat,
    journal,
    policy,
    readdress,
    reconcile,
    settle,
)
from letters.delivery.claim import letters_of
from letters.delivery.journal import Left
from letters.delivery.mail import NotSent
from letters.delivery.outcome import Kind, Outcome, note
from letters.delivery.policy import judge
from letters.enums import HoldReason, LetterState, OutboundState
from letters.failpoints import failpoint
from letters.models import Attempt, Heartbeat, Letter, Outbound
from letters.moves import NotAllowed, move_letter, move_outbound

log = logging.getLogger(__name__)
BATCH = 200
ASK_AGAIN_SECONDS = 60
# A letter just approved has its own bell; the sweeper only looks after those it missed.
BELL_GRACE = timedelta(seconds=20)
GONE = "the worker did not come back"


@dataclass(frozen=True)
class Found:
    """What wants a bell: letters to be set, and mails, of which each bell takes a batch."""

    letters: list[UUID] = field(default_factory=list)
    outbounds: list[UUID] = field(default_factory=list)


def sweep(grace: timedelta = BELL_GRACE) -> Found:
    """Settle what the dead left, decide on unknown outcomes, let go what may, list what is due."""
    failpoint("sweep.before")
    heartbeat.beat(Heartbeat.Kind.SWEEPER)
    for step in (
        _settle_journals,
        _settle_abandoned,
        _resolve_unknown,
        readdress.release_waiting,
        settle.catch_up,
        digest.gather,
        rollup.fold,
        alarms.look,  # what it writes is due, like any other mail
    ):
        _guarded(step)
    found = Found(letters=[*_approved(grace), *bundles.to_build()], outbounds=_due())
    failpoint("sweep.after")
    return found


def _guarded(step: Callable[..., object], *about: object) -> None:
    """Take a step that must keep no other from being taken: the next sweep tries it again."""
    try:
        step(*about)
    except (OperationalError, InterfaceError):
        raise  # the database is away: so it is for the other steps
    except Exception:
        log.exception("The sweeper could not take a step: %s", step.__name__)


def _settle_journals() -> None:
    for left in journal.left_behind():
        _guarded(_settle_journal, left)


def _settle_abandoned() -> None:
    here = journal.keys()
    for outbound in _abandoned()[:BATCH]:
        if outbound.claim_token[: journal.KEY_LENGTH] not in here:
            _guarded(_settle, outbound, None)


def _approved(grace: timedelta) -> list[UUID]:
    approved = Letter.objects.filter(state=LetterState.APPROVED).order_by("created_at")
    rung = approved.filter(moves__to_state=LetterState.APPROVED, moves__at__lte=clock.now() - grace)
    return list(dict.fromkeys(rung.values_list("id", flat=True)[:BATCH]))


def _due() -> list[UUID]:
    """Return a mail for each bell that is worth ringing: a batch apart, no more than connections."""
    step, bells = settings.MAIL_BATCH, settings.MAIL_CONNECTIONS
    keys = claim.due_rows().values_list("pk", flat=True)[: step * bells]
    return list(keys)[::step]


def _abandoned() -> QuerySet[Outbound]:
    """Mails whose worker's time is over. What this computer's journals know, they settle: silence
    of the database must not overrule a yes that is written there."""
    rows = Outbound.objects.abandoned(clock.now()).select_related("letter", "office")
    return rows.order_by("lease_until")


def _settle_journal(left: Left) -> None:
    """Settle the mails of one process: all of them if it is dead, those overdue if it is slow."""
    rows = Outbound.objects.filter(
        state=OutboundState.SENDING, claim_token__startswith=left.key
    ).select_related("letter", "office")
    if left.alive:
        rows = rows.filter(lease_until__lte=clock.now())
    for outbound in rows:
        _guarded(_settle, outbound, left)
    if not left.alive and not rows.all().exists():
        breaker.free_connections_of(left.key)
        journal.forget(left)


def _settle(outbound: Outbound, left: Left | None) -> None:
    try:
        outcome = _outcome(outbound, left)
        if outcome.kind is Kind.DIED and _deaths(outbound) >= policy.DEATHS:
            _hold_deadly(outbound)
            return
        note([outcome], outbound.claim_token, actor="sweeper")
    except NotAllowed:
        log.info("Mail %s was moved by another meanwhile.", outbound.id)


def _outcome(outbound: Outbound, left: Left | None) -> Outcome:
    """Tell from the journal what became of a mail; without one, from how far its batch was."""
    staged = _attempt(outbound).filter(stage=Attempt.Stage.DATA).exists()
    if left is None:
        return Outcome(outbound, Kind.UNKNOWN if staged else Kind.RELEASED, GONE)
    code = left.codes.get(outbound.pk)
    if code == 250:
        return Outcome(outbound, Kind.SENT, "noted in the worker's journal")
    if code is not None:
        return Outcome(outbound, Kind.REFUSED, GONE, refusal=judge(NotSent("data", code, GONE)))
    if outbound.pk in left.begun or (staged and not left.complete):
        return Outcome(outbound, Kind.UNKNOWN, GONE)
    blamed = outbound.pk == left.last
    return Outcome(outbound, Kind.DIED if blamed else Kind.RELEASED, GONE if blamed else "")


def _attempt(outbound: Outbound) -> QuerySet[Attempt]:
    return Attempt.objects.filter(outbound=outbound, claim_token=outbound.claim_token)


def _deaths(outbound: Outbound) -> int:
    """Return how many workers began with this mail and never said what became of it."""
    return outbound.tries.filter(ended_at=None).exclude(stage=Attempt.Stage.DONE).count()


@transaction.atomic
def _hold_deadly(outbound: Outbound) -> None:
    """A mail that workers die of is a person's to look at, not the next worker's."""
    reason = f"{_deaths(outbound)} workers did not come back from it"
    letters = letters_of([outbound])
    move_outbound(
        outbound, OutboundState.HELD, actor="sweeper", claim=outbound.claim_token, reason=reason,
        last_answer=reason, claim_token="", lease_until=None,
    )  # fmt: skip
    _follow(letters, LetterState.HELD, HoldReason.DEADLY, reason)


def _resolve_unknown() -> None:
    _resolve(_unknown())


def _unknown() -> list[Outbound]:
    rows = Outbound.objects.filter(state=OutboundState.UNKNOWN).order_by("next_attempt_at")
    return list(rows.select_related("letter", "office")[:BATCH])


def _resolve(outbounds: Sequence[Outbound]) -> None:
    """Find out what became of unknowns; what cannot be found out is sent once more, then held."""
    now = clock.now()
    if not outbounds or not _worth_asking(outbounds, now):
        return
    arrived = reconcile.arrived([outbound.message_id for outbound in outbounds]) or set()
    for outbound in outbounds:
        if outbound.message_id in arrived:
            _guarded(_one, _sent, outbound)
        elif outbound.next_attempt_at <= now:
            _guarded(_one, _hold if outbound.resent else _again, outbound)


def _worth_asking(outbounds: Sequence[Outbound], now: datetime) -> bool:
    """Whether to ask who may know, who may have to read a day's log for it: at once for new ones
    and before one is decided on, else once a minute."""
    due = any(outbound.next_attempt_at <= now for outbound in outbounds)
    asked = {str(outbound.pk) for outbound in outbounds}
    kept: set[str] = caches["process"].get("reconcile-asked") or set()
    if not due and asked <= kept:
        return False
    caches["process"].set("reconcile-asked", asked, ASK_AGAIN_SECONDS)
    return True


def _one(step: Callable[[Outbound], None], outbound: Outbound) -> None:
    try:
        with transaction.atomic():
            step(outbound)
    except NotAllowed:
        log.info("Mail %s was moved by another meanwhile.", outbound.id)


def _sent(outbound: Outbound) -> None:
    found = Outcome(outbound, Kind.SENT, "found by reconciliation")
    note([found], outbound.claim_token, actor="sweeper")


def _again(outbound: Outbound) -> None:
    """Send an unknown once more, byte for byte the same."""
    letters = letters_of([outbound])
    move_outbound(
        outbound, OutboundState.QUEUED, actor="sweeper", resent=True, next_attempt_at=clock.now(),
        claim_token="", lease_until=None,
    )  # fmt: skip
    _follow(letters, LetterState.QUEUED)


def _hold(outbound: Outbound) -> None:
    """The second time a person decides."""
    letters = letters_of([outbound])
    move_outbound(outbound, OutboundState.HELD, actor="sweeper", reason="twice unknown")
    _follow(letters, LetterState.HELD, HoldReason.UNKNOWN)


def _follow(
    letters: Sequence[Letter], state: LetterState, hold: HoldReason | str = "", reason: str = ""
) -> None:
    for letter in letters:
        move_letter(letter, state, actor="sweeper", hold=hold, reason=reason)
