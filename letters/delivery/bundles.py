"""The PDF of a digest: all its letters in one file. Made by a worker, part by part."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from letters import clock, digests
from letters.enums import HoldReason, LetterState, OutboundState
from letters.models import Digest, Letter, Outbound
from letters.moves import NotAllowed, move_letter
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
    """Make the PDF of a digest. Returns its mail once it is due. Safe to call at any time."""
    digest = (
        Digest.objects.select_related("outbound", "campaign")
        .filter(outbound=key, outbound__state=OutboundState.QUEUED, pdf="")
        .first()
    )
    if digest is None:
        return []
    try:
        pdf = bundle(_sheets(digest), title=digest.subject, language=digest.outbound.language)
    except BrokenSheet as broken:
        _without(digest, broken.name)
        return []
    return _keep(digest, pdf)


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
    name = default_storage.save(path, ContentFile(pdf))
    rows = Digest.objects.filter(pk=digest.pk, pdf="", outbound__state=OutboundState.QUEUED)
    with transaction.atomic():
        kept = rows.update(pdf=name, pdf_sha256=fingerprint, pdf_bytes=len(pdf))
        if kept:
            mail = Outbound.objects.filter(pk=digest.outbound_id, state=OutboundState.QUEUED)
            mail.update(next_attempt_at=clock.now())
    if not kept:
        default_storage.delete(name)  # taken apart, or made by another, while this one was at it
        return []
    return [digest.outbound_id]
