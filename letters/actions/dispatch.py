"""Send again what was held or failed: a person decided."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from letters import outbox
from letters.actions.confirm import approve_now
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Letter, Outbound
from letters.moves import NotAllowed, move_letter, move_outbound


@transaction.atomic
def queue_again(outbound: Outbound, *, by: AbstractBaseUser) -> None:
    """Queue a held or failed mail. Raises moves.NotAllowed for any other."""
    _only_from(outbound.state, OutboundState.HELD, OutboundState.FAILED)
    letter = outbound.letter
    if outbound.purpose == Purpose.LETTER and letter is not None:
        move_letter(letter, LetterState.QUEUED, actor="organiser", by=by)
    move_outbound(
        outbound, OutboundState.QUEUED, actor="organiser", by=by, next_attempt_at=timezone.now(),
        claim_token="", lease_until=None, resent=False,
    )  # fmt: skip
    outbox.ring(outbound)


@transaction.atomic
def release(letter: Letter, *, by: AbstractBaseUser) -> None:
    """Set a held letter anew and let it go. Raises moves.NotAllowed if it isn't held or failed."""
    _only_from(letter.state, LetterState.HELD, LetterState.FAILED)
    for outbound in letter.outbounds.filter(
        purpose=Purpose.LETTER, state__in=(OutboundState.HELD, OutboundState.FAILED)
    ):
        move_outbound(outbound, OutboundState.CANCELLED, actor="organiser", by=by)
    approve_now(letter, actor="organiser", by=by)


def _only_from(state: str, *allowed: str) -> None:
    """Refuse what the table allows to workers: a person may not move a mail in their hands."""
    if state not in allowed:
        raise NotAllowed(f"It is {state}.")
