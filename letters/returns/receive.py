"""Take one returned message: read it, sort it, write down what follows. Safe to repeat."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import timedelta
from email.utils import parseaddr
from enum import Enum

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from campaign.models import OfficeRoute
from letters import clock
from letters.enums import Purpose, SubmissionState
from letters.identifiers import signer_of
from letters.models import Answer, AnswerFile, DeliveryReport, Letter, Outbound
from letters.moves import NotAllowed
from letters.return_address import without_ours
from letters.returns import answers, reports
from letters.returns.addresses import Target, replied_to, sender_of
from letters.returns.body import text_in
from letters.returns.failure import Said
from letters.returns.files import MOST_FILE_BYTES, files_in
from letters.returns.incoming import Incoming, read
from letters.returns.reports import Report, TooEarly
from letters.returns.sorting import MOVING, Sort, sort

log = logging.getLogger(__name__)
Kind = DeliveryReport.Kind
ANSWERS_OF_A_LETTER = 50
UNPROVEN_OF_A_LETTER = 5
FILE_BYTES_OF_A_LETTER = 25 * 2**20
# What anybody can send us: little of it, and little of all letters together.
UNPROVEN_BYTES_OF_A_LETTER = 5 * 2**20
UNPROVEN_BYTES_A_DAY = 100 * 2**20
# Who floods us fills no table: so many rows of a kind for a mail, of rows about no mail, and of
# rows from which nothing follows.
OF_A_KIND_FOR_A_MAIL = 10
ABOUT_NO_MAIL_A_DAY = 1_000
IDLE_A_DAY = 10_000
TRY_AGAIN = (TooEarly, OperationalError, InterfaceError)


class Outcome(Enum):
    REPORT = "report"
    ANSWER = "answer"
    UNPROVEN = "unproven answer"
    FORGED = "forged"
    KNOWN = "known"
    IGNORED = "ignored"
    UNREADABLE = "unreadable"


def take(
    raw: bytes,
    recipients: Sequence[str] = (),
    *,
    problem: str = "",
    source: str = DeliveryReport.Source.MAIL,
) -> Outcome:
    """Take a message, whatever it is. Raises only TRY_AGAIN: it can't be taken at this moment.

    `recipients` is what its envelope said; `problem` says that `raw` is but its head, and why.
    """
    try:
        return _receive(read(raw, recipients, problem=problem), source)
    except TRY_AGAIN:
        raise
    except Exception as error:  # a message that breaks us must not come again and again
        log.error("A returned message could not be taken (%s).", type(error).__name__)
        key = hashlib.sha256(raw).hexdigest()
        said = Said(Kind.UNREADABLE, text=f"it broke the reader: {type(error).__name__}")
        if not _flooded(said, None):
            reports.record(Report(said, source, key))
        return Outcome.UNREADABLE


def _receive(incoming: Incoming, source: str) -> Outcome:
    found = sort(incoming, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    if found.sort is Sort.STRANGER:
        return Outcome.IGNORED
    if found.said is None:
        return _answer(incoming, found.target, source)
    return _report(found.said, incoming, _outbound_of(found.target), source)


def _report(said: Said, incoming: Incoming, outbound: Outbound | None, source: str) -> Outcome:
    if _flooded(said, outbound):
        return Outcome.IGNORED
    row = reports.record(Report(said, source, incoming.key, outbound))
    if row is None:
        return Outcome.KNOWN
    unusual = {Kind.FORGED: Outcome.FORGED, Kind.UNREADABLE: Outcome.UNREADABLE}
    return unusual.get(Kind(said.kind), Outcome.REPORT)


def _flooded(said: Said, outbound: Outbound | None) -> bool:
    """Whether enough of it is written down: by everybody today, or about this mail ever."""
    today = DeliveryReport.objects.filter(at__gt=clock.now() - timedelta(days=1))
    if outbound is None:
        return today.filter(outbound=None).count() >= ABOUT_NO_MAIL_A_DAY
    if outbound.reports.filter(kind=said.kind).count() >= OF_A_KIND_FOR_A_MAIL:
        return True
    return said.kind not in MOVING and today.exclude(kind__in=MOVING).count() >= IDLE_A_DAY


def _outbound_of(target: Target) -> Outbound | None:
    rows = Outbound.objects.select_related("submission", "letter", "office")
    if target.outbound is not None:
        return rows.filter(pk=target.outbound).first()
    if target.number is not None:
        letters = rows.filter(purpose=Purpose.LETTER, letter__number=target.number)
        return letters.order_by("-created_at").first()
    return None


def _answer(incoming: Incoming, target: Target, source: str) -> Outcome:
    outbound = _outbound_of(target)
    if not target.proven:
        outbound = _answered_by_id(incoming)
        if outbound is None:
            return Outcome.IGNORED
    letter = _letter_of(target, outbound)
    refusal = _why_no_answer(incoming, letter, outbound, proven=target.proven)
    if letter is None or refusal is not None:
        return _report(refusal or Said(Kind.UNREADABLE), incoming, outbound, source)
    return _keep(incoming, letter, proven=target.proven)


def _answered_by_id(incoming: Incoming) -> Outbound | None:
    rows = Outbound.objects.filter(message_id__in=replied_to(incoming), purpose=Purpose.LETTER)
    return rows.select_related("letter").order_by("-created_at").first()


def _letter_of(target: Target, outbound: Outbound | None) -> Letter | None:
    rows = Letter.objects.select_related("submission", "campaign", "office")
    if target.number is not None:
        return rows.filter(number=target.number).first()
    if outbound is not None and outbound.purpose == Purpose.LETTER:
        return rows.filter(outbounds=outbound).first()
    return None


def _why_no_answer(
    incoming: Incoming, letter: Letter | None, outbound: Outbound | None, *, proven: bool
) -> Said | None:
    """Return what is written down instead of an answer, or None if it is one."""
    if letter is None:
        digest = outbound is not None and outbound.purpose == Purpose.DIGEST
        return Said(Kind.UNREADABLE, text="an answer to a digest" if digest else "")
    sender = sender_of(incoming)
    if sender and signer_of(sender) == letter.signer:
        return Said(Kind.FORGED, text="an answer from the writer")
    if not proven:
        return _why_not_even_unproven(sender, letter, outbound)
    if _answers(letter, proven=True).count() >= ANSWERS_OF_A_LETTER:
        return Said(Kind.UNREADABLE, text="one answer too many")
    return None


def _why_not_even_unproven(sender: str, letter: Letter, outbound: Outbound | None) -> Said | None:
    if not _is_of_office(sender, letter, outbound):
        return Said(Kind.FORGED, text="an answer from elsewhere")
    if letter.submission.state == SubmissionState.ERASED:
        return Said(Kind.FORGED, text="an unproven answer to nobody")
    if _answers(letter, proven=False).count() >= UNPROVEN_OF_A_LETTER:
        return Said(Kind.FORGED, text="one unproven answer too many")
    return None


def _answers(letter: Letter, *, proven: bool) -> QuerySet[Answer]:
    taken = Q(standing=Answer.Standing.TAKEN)
    return letter.answers.filter(taken if proven else ~taken)


def _is_of_office(sender: str, letter: Letter, outbound: Outbound | None) -> bool:
    """Whether a sender claims to be of the domain that we wrote to. It proves nothing yet:

    anybody can write a From, and the writer can work the Message-ID out from the copy's.
    """
    domain = sender.rpartition("@")[2]
    routes = OfficeRoute.objects.filter(office=letter.office_id).values_list("email", flat=True)
    written = {address.rpartition("@")[2].lower() for address in routes}
    if outbound is not None:
        written.add(outbound.recipient.rpartition("@")[2].lower())
    return bool(domain) and domain in written


def _room(letter: Letter, *, proven: bool) -> int:
    """Return how many bytes of files may still be kept for a letter."""
    files = AnswerFile.objects.filter(answer__letter=letter)
    room = min(MOST_FILE_BYTES, FILE_BYTES_OF_A_LETTER - _bytes(files))
    if proven:
        return room
    unproven = AnswerFile.objects.filter(answer__standing=Answer.Standing.UNPROVEN)
    lately = unproven.filter(answer__received_at__gt=clock.now() - timedelta(days=1))
    own = UNPROVEN_BYTES_OF_A_LETTER - _bytes(unproven.filter(answer__letter=letter))
    return min(room, own, UNPROVEN_BYTES_A_DAY - _bytes(lately))


def _bytes(files: QuerySet[AnswerFile]) -> int:
    return int(files.aggregate(bytes=Sum("size"))["bytes"] or 0)


def _keep(incoming: Incoming, letter: Letter, *, proven: bool) -> Outcome:
    # One message may answer two letters: it is known for each of them.
    key = hashlib.sha256(f"{letter.pk}:{incoming.key}".encode()).hexdigest()
    if Answer.objects.filter(key=key).exists():
        return Outcome.KNOWN
    found = files_in(incoming, _room(letter, proven=proven))
    text = without_ours(text_in(incoming))
    told = answers.Told(
        channel=Answer.Channel.MAIL, received_at=clock.now(), sender=sender_of(incoming),
        subject=without_ours(incoming.header("Subject")),
        text=_with_note(text, found.left_out, letter),
        files=found.kept, key=key, proven=proven,
    )  # fmt: skip
    try:
        answers.record(letter, told)
    except NotAllowed as error:  # another moved the letter in this moment
        raise TooEarly(str(error)) from error
    except IntegrityError:
        if Answer.objects.filter(key=key).exists():
            return Outcome.KNOWN  # two processes had it at once
        raise
    return Outcome.ANSWER if proven else Outcome.UNPROVEN


def _with_note(text: str, left_out: int, letter: Letter) -> str:
    if not left_out:
        return text
    with override(letter.submission.page_language):
        note = ngettext(
            "%(count)d attachment was one too many or too large and was not kept.",
            "%(count)d attachments were too many or too large and were not kept.",
            left_out,
        )
        return f"{text}\n\n[{_('Note')}: {note % {'count': left_out}}]".strip()
