"""Letters that waited for an address go on their way once their office has one.

Only the address block and the salutation change; never the supporter's words (DESIGN.md §8.3).
"""

from __future__ import annotations

import logging
from dataclasses import replace

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from campaign import queries as reference
from campaign.models import Campaign, Government, Office
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Letter
from letters.moves import NotAllowed, move_letter, move_outbound
from letters.rendering.compose import Addressee
from letters.rendering.mails import document_of
from letters.routes import route_of

log = logging.getLogger(__name__)
BATCH = 500  # of one office in one round


def release_waiting() -> int:
    """Approve waiting letters whose office can now be written to. Returns how many.

    The offices are looked at first, and letters are read only where one can be reached.
    """
    released = 0
    for campaign, government, office in _groups():
        reachable = _reachable(campaign, government, office)
        if reachable is not None and not reachable.paused:
            letters = _waiting().filter(campaign=campaign, government=government, office=office)
            for letter in letters.select_related("campaign", "government")[:BATCH]:
                released += _tried(letter, reachable)
    return released


def _waiting() -> QuerySet[Letter]:
    return Letter.objects.filter(
        state=LetterState.HELD,
        hold_reason__in=(HoldReason.NO_ADDRESS, HoldReason.OFFICE_PAUSED),
        content__isnull=False,
    ).order_by("confirmed_at")


def _groups() -> list[tuple[Campaign, Government, Office | None]]:
    """Return for whom letters wait: a campaign, a government and its office, if it has one."""
    keys = _waiting().order_by().values_list("campaign", "government", "office").distinct()
    campaigns = Campaign.objects.in_bulk({key[0] for key in keys})
    governments = Government.objects.in_bulk({key[1] for key in keys})
    offices = Office.objects.prefetch_related("routes").in_bulk({key[2] for key in keys if key[2]})
    return [(campaigns[one], governments[two], offices.get(three)) for one, two, three in keys]


def _reachable(campaign: Campaign, government: Government, office: Office | None) -> Office | None:
    if office is None or office.closed:
        office = reference.office_for(government, campaign.office_kinds)
    return office if route_of(office) is not None else None


def _tried(letter: Letter, office: Office) -> int:
    try:
        return _release(letter, office)
    except (KeyError, TypeError, ValueError):  # one letter that cannot be read stops no other
        log.exception("Letter %s could not be addressed anew.", letter.number)
        return 0


def _release(letter: Letter, office: Office) -> int:
    old = letter.pdf
    content = _readdressed(letter, office) if letter.office_id != office.pk else letter.content
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
