"""Set a letter as PDF, and put it into the queue or on the list of those that wait."""

from __future__ import annotations

import hashlib
import logging
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F

from campaign.models import Delivery
from letters import clock, digests
from letters.delivery import bundles, pace, rows
from letters.delivery.copies import copies_to_writers
from letters.delivery.way import way_of
from letters.enums import HoldReason, LetterState, Purpose
from letters.failpoints import failpoint
from letters.models import Letter, Outbound
from letters.moves import NotAllowed, move_letter
from letters.rendering.mails import document_of
from letters.rendering.pdf import PdfFailed
from letters.rendering.run import letter_pdf
from letters.routes import route_of

log = logging.getLogger(__name__)
TRIES = 2  # that end with an error
DEATHS = 5  # that do not end: the letter, perhaps, kills its workers (F07)


def prepare(key: UUID) -> list[UUID]:
    """Make the PDF of an approved letter, or of a digest. Returns the mails that are due by it.

    Safe to call at any time: a letter in another state is left alone.
    """
    letter = (
        Letter.objects.select_related("submission", "office", "campaign").filter(pk=key).first()
    )
    if letter is None:
        return bundles.build(key)
    if letter.state != LetterState.APPROVED:
        return []
    try:
        if not _begun(letter):
            return []
        failpoint("render.before")
        return _keep(letter, letter_pdf(document_of(letter)))
    except NotAllowed:  # taken back, or set by another worker, while this one was at it
        return []
    except OSError:  # a full disk is the computer's trouble: the letter waits for the next round
        log.exception("Letter %s could not be kept.", letter.number)
        _not_charged(letter)
        return []
    except Exception as error:  # whatever it is, this letter must not stop the next one
        _failed(letter, error)
        return []


def _begun(letter: Letter) -> bool:
    """Count the try before it is made: one that kills its worker counts, too."""
    if letter.render_failures >= DEATHS:
        _hold(letter, f"{letter.render_failures} tries to set it did not end.")
        return False
    tries = letter.render_failures + 1
    mine = Letter.objects.filter(
        pk=letter.pk, state=LetterState.APPROVED, render_failures=letter.render_failures
    )
    letter.render_failures = tries
    return mine.update(render_failures=tries) == 1


def _not_charged(letter: Letter) -> None:
    """Take the try back. Who moved the letter meanwhile has begun to count anew."""
    mine = Letter.objects.filter(pk=letter.pk, state=LetterState.APPROVED, render_failures__gt=0)
    mine.update(render_failures=F("render_failures") - 1)


def _keep(letter: Letter, pdf: bytes) -> list[UUID]:
    fingerprint = hashlib.sha256(pdf).hexdigest()
    failpoint("render.before_file")
    name = default_storage.save(_path(letter, fingerprint), ContentFile(pdf))
    try:
        failpoint("render.after_file")
        with transaction.atomic():
            move_letter(
                letter, LetterState.RENDERED, actor="worker",
                pdf=name, pdf_sha256=fingerprint, pdf_bytes=len(pdf), problem="",
                render_failures=0,
            )  # fmt: skip
            return _queue(letter)
    except Exception:
        if not Letter.objects.filter(pk=letter.pk, pdf=name).exists():
            default_storage.delete(name)  # nothing points to it: it must not stay behind
        raise


def _path(letter: Letter, fingerprint: str) -> str:
    return f"{letter.campaign.slug}/{letter.number}-{fingerprint[:12]}.pdf"


def _queue(letter: Letter) -> list[UUID]:
    digests.take_out(letter, actor="worker")  # it was held with its digest, and goes on alone
    hold = why_it_waits(letter)
    if hold is not None:
        move_letter(letter, LetterState.HELD, actor="worker", hold=hold, digest=None)
        return copies_to_writers([letter])
    row = queue_mail(letter)
    move_letter(letter, LetterState.QUEUED, actor="worker", digest=None)
    return [row.id] if row and row.next_attempt_at <= row.created_at else []


def queue_mail(letter: Letter) -> Outbound | None:
    """Write the letter's own mail, at the time its office has for it; None if it joins a digest."""
    if letter.office is None or way_of(letter) == Delivery.DIGEST:
        return None
    at = pace.slot(letter.office, letter.campaign, letter.send_after or clock.now())
    return rows.write(Purpose.LETTER, letter.submission, letter=letter, at=at)


def why_it_waits(letter: Letter) -> HoldReason | None:
    """Return why a letter cannot leave now, or None."""
    if letter.office is not None and way_of(letter) == Delivery.PAPER:
        return HoldReason.HANDOVER
    if letter.office is None or route_of(letter.office) is None:
        return HoldReason.NO_ADDRESS
    return HoldReason.OFFICE_PAUSED if letter.office.paused else None


def _failed(letter: Letter, error: Exception) -> None:
    log.exception("Letter %s could not be set.", letter.number)
    tries = letter.render_failures
    letter.refresh_from_db()  # what was set in memory was rolled back
    if letter.state != LetterState.APPROVED:
        return
    if tries < TRIES and not (isinstance(error, PdfFailed) and error.permanent):
        Letter.objects.filter(pk=letter.pk).update(problem=str(error)[:300])
        return
    _hold(letter, str(error) or type(error).__name__)


def _hold(letter: Letter, problem: str) -> None:
    try:
        with transaction.atomic():
            move_letter(
                letter, LetterState.HELD, actor="worker", hold=HoldReason.RENDER_FAILED,
                reason=problem, problem=problem[:300], render_failures=0,
            )  # fmt: skip
    except NotAllowed:
        log.info("Letter %s was moved by another meanwhile.", letter.number)
