"""An organiser changed how or when offices get their letters: what waits follows.

The change only marks the offices (pace.ask_anew); the sweeper does the work, so that ten
thousand waiting letters keep nobody waiting in the admin.
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from campaign.models import Delivery, Office
from letters import clock, digests
from letters.delivery import pace
from letters.delivery.copies import copies_to_writers
from letters.delivery.prepare import queue_mail, why_it_waits
from letters.delivery.way import goes_by, way_of
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Digest, Letter, Outbound
from letters.moves import NotAllowed, move_letter, move_outbound

log = logging.getLogger(__name__)
BATCH = 500  # letters in one round


def catch_up() -> int:
    """Let what waits follow the rules of today. Returns how many mails got another time.

    Called by each sweep: two queries when nothing piled up and nothing was changed.
    """
    now = clock.now()
    moved = 0
    for office in pace.changed():
        if settle(office) < BATCH:
            moved += pace.replan(office, now)
    return moved + pace.space_piles(now)


def settle(office: Office) -> int:
    """Bring letters that wait for an office onto the way it has chosen. Returns how many.

    Fewer than BATCH: none is left but those that could not be settled, which are logged.
    """
    settled = 0
    passed: list[UUID] = []
    while letters := list(_astray(office).exclude(pk__in=passed)[: BATCH - settled]):
        for letter in letters:
            if _tried(letter):
                settled += 1
            else:
                passed.append(letter.pk)
    return settled


def _tried(letter: Letter) -> bool:
    """Settle a letter. One that cannot be settled must not keep the others from it."""
    try:
        with transaction.atomic():
            _settle(letter)
    except NotAllowed:
        return False  # it left, or was taken back, in this moment
    except (OperationalError, InterfaceError):
        raise  # the database is away: so it is for the other letters
    except Exception:
        log.exception("Letter %s could not be settled.", letter.number)
        return False
    return True


def _astray(office: Office) -> QuerySet[Letter]:
    own = Outbound.objects.filter(
        letter=OuterRef("pk"), purpose=Purpose.LETTER, state=OutboundState.QUEUED
    )
    letters = Letter.objects.filter(office=office, content__isnull=False)
    queued = letters.filter(state=LetterState.QUEUED)
    single, digest = goes_by(Delivery.SINGLE), goes_by(Delivery.DIGEST)
    by_paper = goes_by(Delivery.PAPER)
    waiting = Digest.objects.filter(pk=OuterRef("digest"), outbound__state__in=digests.WAITING)
    found = (
        queued.filter(single, ~Exists(own))
        | queued.filter(single, Exists(waiting))
        | queued.filter(digest, Exists(own))
        | queued.filter(by_paper)
        | letters.filter(~by_paper, state=LetterState.HELD, hold_reason=HoldReason.HANDOVER)
    )
    rows = found.select_related("campaign", "office", "submission").defer("content")
    return rows.order_by("confirmed_at", "pk")


def _settle(found: Letter) -> None:
    """Settle a letter as it stands now. Raises NotAllowed if it went on since it was `found`."""
    reason = _reason(found)
    for outbound in found.outbounds.filter(purpose=Purpose.LETTER, state=OutboundState.QUEUED):
        move_outbound(outbound, OutboundState.CANCELLED, actor="sweeper", reason=reason)
    seen = found.digest_id
    digests.take_out(found, actor="sweeper", reason=reason)
    letter = _locked(found)  # after its mails: the order in which workers lock them
    if (letter.state, letter.hold_reason) != (found.state, found.hold_reason):
        raise NotAllowed(f"no longer {found.state}")
    if letter.digest_id not in (None, seen):
        raise NotAllowed("gathered in this moment")
    Letter.objects.filter(pk=letter.pk).update(digest=None)
    letter.digest = None
    if letter.state == LetterState.HELD:
        _resume(letter)
    elif way_of(letter) == Delivery.PAPER:
        hold = HoldReason.HANDOVER
        move_letter(letter, LetterState.HELD, actor="sweeper", hold=hold, reason=_reason(letter))
        copies_to_writers([letter])
    else:
        queue_mail(letter)


def _locked(letter: Letter) -> Letter:
    rows = Letter.objects.select_related("campaign", "office", "submission").defer("content")
    return rows.select_for_update(of=("self",)).get(pk=letter.pk)


def _resume(letter: Letter) -> None:
    """A letter that waited for the hand-over is mailed after all."""
    if why_it_waits(letter) is None and letter.pdf:
        move_letter(letter, LetterState.QUEUED, actor="sweeper", reason=_reason(letter))
        queue_mail(letter)
        return
    if letter.pdf:
        path = letter.pdf
        transaction.on_commit(lambda: default_storage.delete(path))
    move_letter(
        letter, LetterState.APPROVED, actor="sweeper", reason=_reason(letter),
        pdf="", pdf_sha256="", pdf_bytes=0,
    )  # fmt: skip


def _reason(letter: Letter) -> str:
    return f"delivery: {way_of(letter)}"
