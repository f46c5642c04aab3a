"""What a person decides about letters and mails that stopped: again, sent after all, taken back.

A letter goes with its mail, and all letters of a digest with theirs. Each decision on a letter
is kept with who made it and why; each move says so too. Mails are moved before letters: the order
in which workers lock them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from letters import clock, outbox
from letters.actions.confirm import approve_now
from letters.actions.review import withdraw_by_organiser
from letters.delivery.claim import letters_of
from letters.delivery.copies import copies_to_writers
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Decision, Letter, Outbound
from letters.moves import NotAllowed, move_letter, move_outbound

STOPPED = (OutboundState.HELD, OutboundState.FAILED)
# An unknown that turns out to have arrived need not be sent once more.
MAY_HAVE_LEFT = (*STOPPED, OutboundState.UNKNOWN)
Outcome = Decision.Outcome


@transaction.atomic
def queue_again(
    outbound: Outbound, *, by: AbstractBaseUser, reason: str = "", ring: bool = True
) -> None:
    """Queue a held or failed mail. Raises moves.NotAllowed for any other.

    Without `ring` the sweeper finds it: a thousand mails need no thousand bells.
    """
    _only_from(outbound.state, *STOPPED)
    move_outbound(
        outbound, OutboundState.QUEUED, actor="organiser", by=by, reason=reason,
        next_attempt_at=clock.now(), claim_token="", lease_until=None, resent=False,
    )  # fmt: skip
    letters = letters_of([outbound])
    for letter in _not_yet(letters, LetterState.QUEUED):
        move_letter(letter, LetterState.QUEUED, actor="organiser", by=by, reason=reason)
    _decided(letters, Outcome.QUEUED, by, reason)
    if ring:
        outbox.ring(outbound)


@transaction.atomic
def mark_sent(outbound: Outbound, *, by: AbstractBaseUser, evidence: str) -> None:
    """Note that a stopped mail reached its recipient after all. `evidence` says how we know.

    The writers get their copies. Raises moves.NotAllowed if it isn't held, failed or unknown.
    """
    _only_from(outbound.state, *MAY_HAVE_LEFT)
    _mail_sent(outbound, by, evidence)
    _letters_sent(letters_of([outbound]), by, evidence)


@transaction.atomic
def mark_letter_sent(letter: Letter, *, by: AbstractBaseUser, evidence: str) -> None:
    """Note that a letter reached its office, by mail or in another way (handed over, posted).

    Raises moves.NotAllowed if it isn't held, failed, unknown or bounced, or if it waits as one of
    a digest: that is decided on the digest's mail.
    """
    _only_from(
        letter.state, LetterState.HELD, LetterState.FAILED, LetterState.UNKNOWN, LetterState.BOUNCED
    )
    _not_in_a_waiting_digest(letter)
    for outbound in letter.outbounds.filter(purpose=Purpose.LETTER, state__in=MAY_HAVE_LEFT):
        _mail_sent(outbound, by, evidence)
    _letters_sent([letter], by, evidence)


@transaction.atomic
def cancel_mail(outbound: Outbound, *, by: AbstractBaseUser, reason: str) -> None:
    """Take a stopped mail out for good, and take its letters back with it.

    Raises moves.NotAllowed if it isn't held or failed.
    """
    _only_from(outbound.state, *STOPPED)
    for letter in _not_yet(letters_of([outbound]), LetterState.WITHDRAWN):
        withdraw_by_organiser(letter, by=by, reason=reason)
    outbound.refresh_from_db()  # taking its letter back has cancelled it
    if outbound.state != OutboundState.CANCELLED:
        move_outbound(outbound, OutboundState.CANCELLED, actor="organiser", by=by, reason=reason)


@transaction.atomic
def release(letter: Letter, *, by: AbstractBaseUser, reason: str = "") -> None:
    """Set a held, failed or bounced letter anew and let it go. Its old PDF is deleted.

    Raises moves.NotAllowed if it is none of these, waits as one of a digest, or has no text left.
    """
    _only_from(letter.state, LetterState.HELD, LetterState.FAILED, LetterState.BOUNCED)
    _not_in_a_waiting_digest(letter)
    for outbound in letter.outbounds.filter(purpose=Purpose.LETTER, state__in=STOPPED):
        move_outbound(outbound, OutboundState.CANCELLED, actor="organiser", by=by, reason=reason)
    kept = Letter.objects.select_for_update().get(pk=letter.pk)
    if kept.content is None:
        raise NotAllowed(_("Its text was deleted when its time was over: it cannot be sent again."))
    approve_now(letter, actor="organiser", by=by)
    # It leaves anew: alone, whatever it was a part of, and at another time.
    anew = {"digest": None, "sent_at": None, "pdf": "", "pdf_sha256": "", "pdf_bytes": 0}
    Letter.objects.filter(pk=letter.pk).update(**anew)
    if kept.pdf:
        transaction.on_commit(partial(default_storage.delete, kept.pdf))
    _decided([letter], Outcome.QUEUED, by, reason)


def _not_yet(letters: list[Letter], state: LetterState) -> list[Letter]:
    """Leave out those that are there: a mail and its letters that disagree can be put right."""
    return [letter for letter in letters if letter.state != state]


def _mail_sent(outbound: Outbound, by: AbstractBaseUser, evidence: str) -> None:
    move_outbound(
        outbound, OutboundState.SENT, actor="organiser", by=by, reason=evidence,
        sent_at=clock.now(), claim_token="", lease_until=None,
    )  # fmt: skip


def _letters_sent(letters: list[Letter], by: AbstractBaseUser, evidence: str) -> None:
    now = clock.now()
    for letter in letters:
        when = letter.sent_at if letter.state == LetterState.BOUNCED else now
        move_letter(
            letter, LetterState.SENT, actor="organiser", by=by, reason=evidence,
            sent_at=when or now, problem="",
        )  # fmt: skip
    _decided(letters, Outcome.SENT, by, evidence)
    copies_to_writers(letters)


def _decided(
    letters: Iterable[Letter], outcome: Outcome, by: AbstractBaseUser, reason: str
) -> None:
    Decision.objects.bulk_create(
        Decision(letter=letter, outcome=outcome, by_id=by.pk, reason=reason, at=clock.now())
        for letter in letters
    )


def _not_in_a_waiting_digest(letter: Letter) -> None:
    """A digest leaves whole: its mail holds all of its letters, word for word."""
    if letter.digest is None or letter.state == LetterState.BOUNCED:
        return
    if letter.digest.outbound.state in (*MAY_HAVE_LEFT, OutboundState.QUEUED):
        raise NotAllowed(_("It is one of a digest: decide on the digest's mail."))


def _only_from(state: str, *allowed: str) -> None:
    """Refuse what the table allows to workers: a person may not move a mail in their hands."""
    if state not in allowed:
        raise NotAllowed(f"It is {state}.")
