"""Take a letter back: by its writer, until a worker hands it to a mail server."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from letters import digests
from letters.enums import LetterState, OutboundState
from letters.models import Letter
from letters.moves import move_letter, move_outbound


@transaction.atomic
def take_back(
    letter: Letter,
    *,
    actor: str = "supporter",
    by: AbstractBaseUser | None = None,
    reason: str = "",
) -> None:
    """Withdraw a letter that isn't sent. Raises moves.NotAllowed when it is too late.

    Its mail is cancelled first: the worker that claims in this moment wins or loses as a whole.
    A digest that it waits in is taken apart, and made anew without it.
    """
    waiting = (OutboundState.QUEUED, OutboundState.HELD, OutboundState.FAILED)
    for outbound in letter.outbounds.filter(state__in=waiting):
        move_outbound(outbound, OutboundState.CANCELLED, actor=actor, by=by, reason=reason)
    letter.refresh_from_db(fields=["digest"])  # it may have been gathered since the page was made
    digests.take_out(letter, actor=actor, by=by, reason="a letter was taken back")
    move_letter(letter, LetterState.WITHDRAWN, actor=actor, by=by, reason=reason)
