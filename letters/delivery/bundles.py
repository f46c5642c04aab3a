"""The PDF of a digest: all its letters in one file. Made by a worker, part by part."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F

from letters import clock, digests
from letters.bulk_moves import move_letters
from letters.delivery import policy
from letters.delivery.claim import letters_of
from letters.enums import HoldReason, LetterState, OutboundState
from letters.models import Digest, Letter, Outbound
from letters.moves import NotAllowed, move_letter, move_outbound
from letters.rendering.bundle import BrokenSheet, bundle

log = logging.getLogger(__name__)
BUILT_WITHIN = timedelta(minutes=10)  # then another worker is asked
BATCH = 20


def to_build() -> list[UUID]:
    """Return digests' mails whose PDF is to be made now: ring a `render` for each.

    Each is named once in a while only, however many sweepers ask.
    """
    now = clock.now()
    rows = Outbound.objects.filter(
        state=OutboundState.QUEUED, digest__pdf="", next_attempt_at__lt=now + BUILT_WITHIN / 2
    )
    keys = list(rows.order_by("created_at").values_list("pk", flat=True)[:BATCH])
    return [key for key in keys if rows.filter(pk=key).update(next_attempt_at=now + BUILT_WITHIN)]


def build(key: UUID) -> list[UUID]:
    """Make the PDF of a digest. Returns its mail once it is due. Safe to call at any time.

    One that cannot be made, or whose workers do not come back from it, is held for a person.
    """
    digest = (
        Digest.objects.select_related("outbound", "campaign")
        .filter(outbound=key, outbound__state=OutboundState.QUEUED, pdf="")
        .first()
    )
    if digest is None:
        return []
    try:
        if not _begun(digest):
            return []
        pdf = bundle(_sheets(digest), title=digest.subject, language=digest.outbound.language)
        return _keep(digest, pdf)
    except BrokenSheet as broken:
        _without(digest, broken.name)
    except Exception:  # whatever it is, this digest must not stop the next one
        log.exception("The PDF of digest %s could not be made.", digest.pk)
    return []


def _begun(digest: Digest) -> bool:
    """Count the try before it is made: one that kills its worker counts, too."""
    if digest.build_failures >= policy.DEATHS:
        _hold(digest, f"{digest.build_failures} tries to make its PDF did not end.")
        return False
    mine = Digest.objects.filter(
        pk=digest.pk, pdf="", build_failures=digest.build_failures,
        outbound__state=OutboundState.QUEUED,
    )  # fmt: skip
    return mine.update(build_failures=digest.build_failures + 1) == 1


def _hold(digest: Digest, reason: str) -> None:
    """Hold a digest and its letters. Once a person lets it go on, its tries count anew."""
    try:
        with transaction.atomic():
            move_outbound(
                digest.outbound, OutboundState.HELD, actor="worker", reason=reason,
                last_answer=reason,
            )  # fmt: skip
            move_letters(
                letters_of([digest.outbound]), LetterState.HELD, actor="worker",
                hold=HoldReason.RENDER_FAILED, problem=reason,
            )  # fmt: skip
            Digest.objects.filter(pk=digest.pk).update(build_failures=0)
    except NotAllowed:
        log.info("Digest %s was moved by another meanwhile.", digest.pk)


def _sheets(digest: Digest) -> Iterator[tuple[str, bytes]]:
    letters = digest.letters.order_by("-with_words", "confirmed_at", "pk")
    for number, path, sha256 in letters.values_list("number", "pdf", "pdf_sha256").iterator():
        yield number, _read(number, path, sha256)


def _read(number: str, path: str, sha256: str) -> bytes:
    """Return a letter's PDF as it was made. Raises BrokenSheet for any other (I5)."""
    try:
        with default_storage.open(path) as file:
            pdf: bytes = file.read()
    except (FileNotFoundError, ValueError) as error:
        raise BrokenSheet(number) from error
    if hashlib.sha256(pdf).hexdigest() != sha256:
        raise BrokenSheet(number)
    return pdf


def _without(digest: Digest, number: str) -> None:
    """Hold the letter whose PDF is broken; the others get a digest without it."""
    log.error("The PDF of letter %s cannot be put into a digest.", number)
    reason = "its PDF is not the one that was made"
    try:
        with transaction.atomic():
            digests.take_apart(digest, actor="worker", reason=f"letter {number}: {reason}")
            letter = Letter.objects.get(number=number)
            move_letter(
                letter, LetterState.HELD, actor="worker", hold=HoldReason.RENDER_FAILED,
                reason=reason, problem=reason,
            )  # fmt: skip
    except NotAllowed:
        log.info("Digest %s was moved by another meanwhile.", digest.pk)


def _keep(digest: Digest, pdf: bytes) -> list[UUID]:
    fingerprint = hashlib.sha256(pdf).hexdigest()
    slug = digest.campaign.slug
    path = f"{slug}/digests/{digest.day}-{digest.office_id}-{digest.part}-{fingerprint[:12]}.pdf"
    try:
        name = default_storage.save(path, ContentFile(pdf))
    except OSError:  # a full disk is the computer's trouble: the digest waits for room
        log.exception("The PDF of digest %s could not be kept.", digest.pk)
        tried = Digest.objects.filter(pk=digest.pk, build_failures__gt=0)
        tried.update(build_failures=F("build_failures") - 1)
        return []
    try:
        kept = _name(digest, pdf=name, pdf_sha256=fingerprint, pdf_bytes=len(pdf))
    finally:
        # Taken apart, or made by another, while this one was at it: it must not stay behind.
        if not Digest.objects.filter(pk=digest.pk, pdf=name).exists():
            default_storage.delete(name)
    return [digest.outbound_id] if kept else []


@transaction.atomic
def _name(digest: Digest, **file: Any) -> bool:
    """Give a digest its PDF, and make its mail due. Returns whether it still waits for one."""
    mail = Outbound.objects.filter(pk=digest.outbound_id, state=OutboundState.QUEUED)
    if not mail.update(next_attempt_at=clock.now()):
        return False
    return Digest.objects.filter(pk=digest.pk, pdf="").update(build_failures=0, **file) == 1
