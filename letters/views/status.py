"""A letter's state in the words of its writer. Truthful: what we know, and what comes next."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaign.models import Delivery
from letters.delivery.way import way_of
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Letter
from letters.routes import route_of

S = LetterState
BEFORE_SENDING = {S.CONFIRMED, S.APPROVED, S.RENDERED, S.QUEUED}
ON_ITS_WAY = {S.CONFIRMED, S.IN_REVIEW, S.APPROVED, S.RENDERED, S.QUEUED, S.SENDING}

_LOOKED_AT = gettext_lazy("Something went wrong on our side. A person is looking at it.")
WORDS = {
    S.SENDING: gettext_lazy("It is being sent at this moment."),
    S.UNKNOWN: _LOOKED_AT,
    S.HELD: _LOOKED_AT,
    S.FAILED: _LOOKED_AT,
    S.IN_REVIEW: gettext_lazy(
        "A volunteer reads own words before they are sent, usually within a day."
    ),
    S.RETURNED: gettext_lazy("We sent it back to you. Our e-mail says why."),
    S.SENT: gettext_lazy("Sent to the office by e-mail, with the PDF."),
    S.BOUNCED: gettext_lazy("The office's mail server sent it back. A person is looking at it."),
    S.ANSWERED: gettext_lazy("The office answered."),
    S.REJECTED: gettext_lazy("It was not sent on. Our e-mail says why."),
    S.WITHDRAWN: gettext_lazy("You took it back. It was not sent."),
    S.EXPIRED: gettext_lazy("It was not sent: you had already written to this office."),
}
HELD_WORDS = {
    HoldReason.NO_ADDRESS: gettext_lazy(
        "It is counted, and waits with us until we have an address of this office."
    ),
    HoldReason.OFFICE_PAUSED: gettext_lazy("It waits: sending to this office is paused."),
    HoldReason.HANDOVER: gettext_lazy(
        "It is counted, and waits to be handed over to the office on paper, with all the others. "
        "Nothing is sent by e-mail."
    ),
}
_DIGEST = gettext_lazy(
    "It goes to the office with all the others in one e-mail, on the office's next working day."
)
# A letter that leaves within this time is on its way; a later one is told its day.
SOON = timedelta(hours=24)


def waits_for_address(letter: Letter) -> bool:
    """Whether it will wait: said at once, not only when a worker has found out."""
    if letter.state == S.HELD:
        return letter.hold_reason == HoldReason.NO_ADDRESS
    return letter.state in (S.CONFIRMED, S.APPROVED, S.RENDERED) and route_of(letter.office) is None


def waits_for_handover(letter: Letter) -> bool:
    if letter.state == S.HELD:
        return letter.hold_reason == HoldReason.HANDOVER
    by_paper = letter.office is not None and way_of(letter) == Delivery.PAPER
    return by_paper and letter.state in (S.CONFIRMED, S.APPROVED, S.RENDERED)


def is_on_its_way(letter: Letter) -> bool:
    waits = waits_for_handover(letter) or waits_for_address(letter)
    return letter.state in ON_ITS_WAY and not waits


def words(letter: Letter) -> str:
    if waits_for_handover(letter):
        return str(HELD_WORDS[HoldReason.HANDOVER])
    if waits_for_address(letter):
        return str(HELD_WORDS[HoldReason.NO_ADDRESS])
    if letter.state == S.HELD and letter.hold_reason in HELD_WORDS:
        return str(HELD_WORDS[HoldReason(letter.hold_reason)])
    if letter.state in BEFORE_SENDING:
        return _before_sending(letter)
    return str(WORDS.get(LetterState(letter.state), ""))


def _before_sending(letter: Letter) -> str:
    if way_of(letter) == Delivery.DIGEST:
        return str(_DIGEST)
    planned, now = _planned(letter), timezone.now()
    if planned is None or planned <= now + SOON:
        return _due_in((planned or letter.send_after or now) - now)
    day = date_format(_local(letter, planned).date(), "DATE_FORMAT")
    return _(
        "It waits for its turn: we send an office only so many letters an hour. "
        "We expect to send it on %(day)s."
    ) % {"day": day}


def _due_in(left: timedelta) -> str:
    """Say when a letter's turn comes: of the campaign's time to take it back, what is left."""
    minutes = ceil(left.total_seconds() / 60)
    if minutes <= 0:
        return _("It is due to leave now.")
    if minutes < 120:
        said = ngettext(
            "It is due to leave within %d minute.",
            "It is due to leave in about %d minutes.",
            minutes,
        )
        return said % minutes
    hours = round(minutes / 60)
    said = ngettext(
        "It is due to leave in about %d hour.", "It is due to leave in about %d hours.", hours
    )
    return said % hours


def _planned(letter: Letter) -> datetime | None:
    """Return when its mail is to leave, as far as that is known."""
    if letter.state != S.QUEUED:
        return None
    mails = letter.outbounds.filter(purpose=Purpose.LETTER, state=OutboundState.QUEUED)
    return mails.values_list("next_attempt_at", flat=True).first()


def _local(letter: Letter, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(letter.campaign.time_zone))


def until(letter: Letter) -> str:
    """Return until when a letter can be taken back at least; empty where that isn't known."""
    times = [time for time in (letter.send_after, _planned(letter)) if time]
    if letter.state not in BEFORE_SENDING or not times or max(times) <= timezone.now():
        return ""
    local = _local(letter, max(times))
    return f"{date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"


def kind(letter: Letter) -> str:
    """Return how the state is shown: done, waiting, problem or ended."""
    if letter.state in (S.SENT, S.ANSWERED):
        return "done"
    if letter.state in (S.WITHDRAWN, S.REJECTED, S.EXPIRED):
        return "ended"
    if letter.state == S.HELD and letter.hold_reason in HELD_WORDS:
        return "waiting"
    return "problem" if letter.state in (S.HELD, S.FAILED, S.BOUNCED, S.UNKNOWN) else "waiting"


def steps(letter: Letter) -> list[tuple[str, datetime | None]]:
    """Return what happened so far with its time, and what is still to come without."""
    done = [(_("Signed"), letter.created_at), (_("Confirmed"), letter.confirmed_at)]
    if kind(letter) == "ended":
        return done
    last = _("Handed over") if waits_for_handover(letter) else _("Sent")
    answers = [one for one in letter.answers.all() if one.is_taken]
    answered = [(_("Answered"), one.received_at) for one in answers[:1]]
    return [*done, (last, letter.sent_at), *answered]
