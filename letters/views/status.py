"""A letter's state in the words of its writer. Truthful: what we know, and what comes next."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letters.enums import HoldReason, LetterState
from letters.models import Letter
from letters.routes import route_of

S = LetterState
ON_ITS_WAY = {S.CONFIRMED, S.IN_REVIEW, S.APPROVED, S.RENDERED, S.QUEUED, S.SENDING}

_SOON = gettext_lazy("We send it within 24 hours.")
_LOOKED_AT = gettext_lazy("Something went wrong on our side. A person is looking at it.")
WORDS = {
    S.CONFIRMED: _SOON,
    S.APPROVED: _SOON,
    S.RENDERED: _SOON,
    S.QUEUED: _SOON,
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
}


def waits_for_address(letter: Letter) -> bool:
    """Whether it will wait: said at once, not only when a worker has found out."""
    if letter.state == S.HELD:
        return letter.hold_reason == HoldReason.NO_ADDRESS
    return letter.state in (S.CONFIRMED, S.APPROVED, S.RENDERED) and route_of(letter.office) is None


def is_on_its_way(letter: Letter) -> bool:
    return letter.state in ON_ITS_WAY and not waits_for_address(letter)


def words(letter: Letter) -> str:
    if waits_for_address(letter):
        return str(HELD_WORDS[HoldReason.NO_ADDRESS])
    if letter.state == S.HELD and letter.hold_reason in HELD_WORDS:
        return str(HELD_WORDS[HoldReason(letter.hold_reason)])
    return str(WORDS.get(LetterState(letter.state), ""))


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
    return [*done, (_("Sent"), letter.sent_at)]
