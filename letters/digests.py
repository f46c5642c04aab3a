"""What happens to a digest when one of its letters is taken out, or a person is to be forgotten.

Call inside a transaction.
"""

from __future__ import annotations

from functools import partial

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from letters.enums import OutboundState
from letters.models import Digest, Letter, OfficePace
from letters.moves import NotAllowed, move_outbound

WAITING = (OutboundState.QUEUED, OutboundState.HELD, OutboundState.FAILED)
ON_ITS_WAY = (OutboundState.SENDING, OutboundState.UNKNOWN)


def take_out(
    letter: Letter, *, actor: str, by: AbstractBaseUser | None = None, reason: str = ""
) -> None:
    """Take a letter out of the digest it waits in. Raises moves.NotAllowed when that is on its way."""
    if letter.digest_id is None:
        return
    digest = Digest.objects.select_related("outbound").get(pk=letter.digest_id)
    if digest.outbound.state in ON_ITS_WAY:
        raise NotAllowed("Its digest is on its way.")
    if digest.outbound.state in WAITING:
        take_apart(digest, actor=actor, by=by, reason=reason)
    letter.digest = None if digest.outbound.state == OutboundState.CANCELLED else digest


def take_apart(
    digest: Digest, *, actor: str, by: AbstractBaseUser | None = None, reason: str = ""
) -> None:
    """Undo a digest and its parts of that day that wait, too: they are made anew without delay.

    Their letters keep their states. Raises moves.NotAllowed if a worker has it in its hands.
    """
    parts = Digest.objects.select_related("outbound").filter(
        campaign=digest.campaign_id, office=digest.office_id, day=digest.day,
        outbound__state__in=WAITING,
    )  # fmt: skip
    for part in parts.exclude(pk=digest.pk).order_by("part"):
        _undo(part, actor, by, reason)
    _undo(digest, actor, by, reason)
    OfficePace.objects.filter(office=digest.office_id).update(last_digest_on=None)


def _undo(digest: Digest, actor: str, by: AbstractBaseUser | None, reason: str) -> None:
    move_outbound(digest.outbound, OutboundState.CANCELLED, actor=actor, by=by, reason=reason)
    forget(digest)
    digest.letters.update(digest=None)
    Digest.objects.filter(pk=digest.pk).update(count=0)


def forget(digest: Digest) -> None:
    """Delete what a digest says of its writers: its text and its PDF."""
    if digest.pdf:
        transaction.on_commit(partial(default_storage.delete, digest.pdf))
    Digest.objects.filter(pk=digest.pk).update(text="", pdf="", pdf_bytes=0)


def forget_of(letter: Letter) -> None:
    """Delete what the digest says that this letter left in. One in flight is needed a while yet."""
    over = (OutboundState.SENT, OutboundState.BOUNCED, OutboundState.CANCELLED)
    if letter.digest_id is None:
        return
    for digest in Digest.objects.filter(pk=letter.digest_id, outbound__state__in=over):
        forget(digest)


def remembered() -> QuerySet[Digest]:
    """Digests that still have their text."""
    return Digest.objects.exclude(text="", pdf="")
