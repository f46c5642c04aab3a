"""After a restore from a backup: find out what left since the backup was made, and note it (F31).

The Message-IDs of letters, copies and digests follow from their rows, so that a database which
forgot a mail knows what it was called. Those who may know (reconcile.py) are asked for all that
waits; what arrived is moved to `sent` by the actor "reconcile". Nothing else changes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from letters import clock, message_ids
from letters.delivery import digest, reconcile, rows
from letters.delivery.claim import letters_of
from letters.delivery.copies import copies_to_writers
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Letter, Outbound
from letters.moves import NotAllowed, move_letter, move_outbound

log = logging.getLogger(__name__)
ACTOR = "reconcile"
WHY = "found after a restore"
CHUNK = 500
WAITING_MAIL = (
    OutboundState.QUEUED, OutboundState.SENDING, OutboundState.UNKNOWN, OutboundState.HELD,
    OutboundState.FAILED,
)  # fmt: skip
# On their way when the backup was made. A letter moves to `sent` by way of the state named.
WAITING_LETTERS: dict[str, LetterState | None] = {
    LetterState.CONFIRMED: LetterState.APPROVED,
    LetterState.IN_REVIEW: LetterState.APPROVED,
    LetterState.APPROVED: None,
    LetterState.RENDERED: LetterState.QUEUED,
    LetterState.QUEUED: None,
    LetterState.HELD: None,
    LetterState.FAILED: None,
}

IN_FLIGHT = (LetterState.SENDING, LetterState.UNKNOWN)


@dataclass
class Recovered:
    """What was found: how many mails were asked for, how many had left, and which letters.

    `unconfirmed` left, too, but the restored database knows neither their confirmation nor their
    text: they stay as they are, and a person has to know.
    """

    asked: int = 0
    mails: int = 0
    letters: list[str] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)


def recover() -> Recovered | None:
    """Note as sent what had left. Returns None if nobody could tell; nothing is changed then.

    Safe to repeat. Call it while nothing is being delivered.
    """
    digest.gather()  # the same letters give the same digest again
    names = list(_names())
    arrived = reconcile.arrived(names)
    if arrived is None:
        return None
    found = Recovered(asked=len(names))
    _mails(arrived, found)
    _letters(arrived, found)
    _mails(arrived, found)  # the copies that go with these letters
    found.unconfirmed = [letter.number for letter in _unconfirmed() if _name(letter) in arrived]
    return found


def _names() -> Iterator[str]:
    yield from Outbound.objects.filter(state__in=WAITING_MAIL).values_list("message_id", flat=True)
    for letter in _without_mail().iterator(CHUNK):
        yield _name(letter)
    going = Letter.objects.filter(state__in=[*WAITING_LETTERS, *IN_FLIGHT]).order_by()
    for key in going.values_list("pk", flat=True).iterator():
        yield message_ids.of_mail(key, Purpose.COPY)
    for letter in _unconfirmed().iterator(CHUNK):
        yield _name(letter)


def _without_mail() -> QuerySet[Letter]:
    """Letters on their way that have no mail of their own now. `rows` counts those they had."""
    live = Q(outbounds__purpose=Purpose.LETTER) & Q(outbounds__state__in=WAITING_MAIL)
    going = Letter.objects.filter(state__in=list(WAITING_LETTERS), digest=None)
    return _numbered(going.exclude(pk__in=Letter.objects.filter(live).values("pk")))


def _unconfirmed() -> QuerySet[Letter]:
    return _numbered(Letter.objects.filter(state=LetterState.AWAITING))


def _numbered(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    own = Q(outbounds__purpose=Purpose.LETTER)
    counted = letters.annotate(rows=Count("outbounds", filter=own))
    return counted.select_related("submission").defer("content").order_by("pk")


def _name(letter: Letter) -> str:
    """Return what the letter's next mail is called: that which it got after the backup."""
    had: int = letter.rows  # type: ignore[attr-defined]  # annotated above
    return message_ids.of_mail(letter.pk, Purpose.LETTER, had + 1)


# --- what arrived ------------------------------------------------------------------------------


def _mails(arrived: set[str], found: Recovered) -> None:
    waiting = Outbound.objects.filter(state__in=WAITING_MAIL)
    keys = [
        key for key, name in waiting.values_list("pk", "message_id").iterator() if name in arrived
    ]
    for key in keys:
        try:
            found.letters += _mail_left(key)
            found.mails += 1
        except NotAllowed:
            log.warning("Mail %s had left, but it and its letter disagree: look at it.", key)


@transaction.atomic
def _mail_left(key: UUID) -> list[str]:
    mail = Outbound.objects.select_related("letter", "submission").get(pk=key)
    letters = letters_of([mail])
    _sent(mail)
    for letter in letters:
        move_letter(letter, LetterState.SENT, actor=ACTOR, reason=WHY, sent_at=clock.now())
    copies_to_writers(letters)
    return [letter.number for letter in letters]


def _letters(arrived: set[str], found: Recovered) -> None:
    keys = [letter.pk for letter in _without_mail().iterator(CHUNK) if _name(letter) in arrived]
    for key in keys:
        try:
            found.letters.append(_letter_left(key))
            found.mails += 1
        except NotAllowed:
            log.warning("Letter %s had left, but cannot be noted as sent: look at it.", key)


@transaction.atomic
def _letter_left(key: UUID) -> str:
    """Write the mail that the backup does not know, as sent, and move its letter there."""
    letter = Letter.objects.select_related("submission").defer("content").get(pk=key)
    by_way_of = WAITING_LETTERS[letter.state]
    if by_way_of is not None:
        move_letter(letter, by_way_of, actor=ACTOR, reason=WHY)
    _sent(rows.write(Purpose.LETTER, letter.submission, letter=letter))
    move_letter(letter, LetterState.SENT, actor=ACTOR, reason=WHY, sent_at=clock.now())
    copies_to_writers([letter])
    return letter.number


def _sent(mail: Outbound) -> None:
    move_outbound(
        mail, OutboundState.SENT, actor=ACTOR, reason=WHY, sent_at=clock.now(), claim_token="",
        lease_until=None,
    )  # fmt: skip
