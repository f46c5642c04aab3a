"""Letters that waited for an address go on their way once their office has one.

Only the address block and the salutation change; never the supporter's words (DESIGN.md §8.3).
"""

from __future__ import annotations

import logging
from dataclasses import replace

from django.core.files.storage import default_storage
from django.db import transaction

from campaign import queries as reference
from campaign.models import Office
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Letter
from letters.moves import NotAllowed, move_letter, move_outbound
from letters.rendering.compose import Addressee
from letters.rendering.mails import document_of
from letters.routes import route_of

log = logging.getLogger(__name__)
BATCH = 100


def release_waiting() -> int:
    """Approve waiting letters whose office can now be written to. Returns how many."""
    rows = Letter.objects.filter(
        state=LetterState.HELD,
        hold_reason__in=(HoldReason.NO_ADDRESS, HoldReason.OFFICE_PAUSED),
        content__isnull=False,
    ).select_related("campaign", "government", "office")
    offices: dict[tuple[int, int], Office | None] = {}
    released = 0
    for letter in rows.order_by("confirmed_at").iterator(chunk_size=BATCH):
        key = (letter.campaign_id, letter.government_id)
        if key not in offices:
            offices[key] = _reachable(letter)
        office = offices[key]
        if office is not None and not office.paused:
            released += _tried(letter, office)
    return released


def _tried(letter: Letter, office: Office) -> int:
    try:
        return _release(letter, office)
    except (KeyError, TypeError, ValueError):  # one letter that cannot be read stops no other
        log.exception("Letter %s could not be addressed anew.", letter.number)
        return 0


def _reachable(letter: Letter) -> Office | None:
    office = letter.office or reference.office_for(letter.government, letter.campaign.office_kinds)
    return office if office is not None and route_of(office) is not None else None


def _release(letter: Letter, office: Office) -> int:
    old = letter.pdf
    content = _readdressed(letter, office) if letter.office_id is None else letter.content
    try:
        with transaction.atomic():
            for outbound in letter.outbounds.filter(
                purpose=Purpose.LETTER, state=OutboundState.HELD
            ):
                move_outbound(outbound, OutboundState.CANCELLED, actor="sweeper")
            move_letter(
                letter, LetterState.APPROVED, actor="sweeper", office=office, content=content,
                pdf="", pdf_sha256="", pdf_bytes=0, reason=f"{office.title} can be written to",
            )  # fmt: skip
    except NotAllowed:
        return 0
    if old:
        default_storage.delete(old)
    return 1


def _readdressed(letter: Letter, office: Office) -> dict[str, object]:
    document = document_of(letter)
    day = letter.campaign.today()
    form = reference.form_of_address(office, document.language, day)
    holder = reference.holder_on(office, day)
    addressee = Addressee(letter.government, office, form, holder.name if holder else "")
    salutation = form.salutation if form and form.salutation else document.salutation
    changed = replace(
        document, addressee=addressee.lines(), salutation=salutation, paper=office.paper
    )
    return changed.to_json()
