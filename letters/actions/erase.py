"""Erase a person: from "my letter", from the admin or by command."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from campaign.models import Campaign
from letters import retention
from letters.enums import CAN_BE_TAKEN_BACK, COUNTED, SubmissionState
from letters.identifiers import signer_of
from letters.models import Letter, Submission
from letters.moves import NotAllowed

log = logging.getLogger(__name__)
TRIES = 5


@dataclass(frozen=True)
class Erased:
    """How many forms are erased, and how many letters that were counted no longer are.

    `left`: forms that others moved whenever they were to be erased. Whoever asked must be told.
    """

    submissions: int
    taken_back: int
    left: int = 0


def erase_signer(submission: Submission, *, actor: str = "supporter") -> Erased:
    """Erase all that was ever written here with the address of a submission.

    With this very address: on some servers mari+x@ is not mari@'s.
    """
    if not submission.email:  # erased already, by another press
        return Erased(0, 0)
    return _erase(submission.signer, actor, submission.email)


def erase_address(email: str, *, actor: str = "operator") -> Erased:
    """Erase every submission of a mailbox, in all campaigns."""
    return _erase(signer_of(email), actor)


def to_erase(email: str) -> Erased:
    """Return what `erase_address` would do now, and change nothing."""
    rows = _rows(signer_of(email))
    letters = Letter.objects.filter(submission__in=rows, state__in=CAN_BE_TAKEN_BACK & COUNTED)
    return Erased(len(rows), letters.count())


def _rows(signer: str, email: str = "") -> list[Submission]:
    rows = Submission.objects.filter(signer=signer).exclude(state=SubmissionState.ERASED)
    rows = rows.filter(campaign__in=Campaign.objects.values("pk"))  # the index begins with it
    if email:
        rows = rows.filter(email__iexact=email)
    return list(rows.order_by("created_at"))


def _erase(signer: str, actor: str, email: str = "") -> Erased:
    done = [_erase_one(submission, actor) for submission in _rows(signer, email)]
    return Erased(
        sum(one.submissions for one in done),
        sum(one.taken_back for one in done),
        sum(one.left for one in done),
    )


def _erase_one(submission: Submission, actor: str) -> Erased:
    """Erase a form, again if it was confirmed or expired in this moment."""
    for _try in range(TRIES):
        try:
            return Erased(1, retention.erase(submission, actor=actor))
        except NotAllowed:
            submission.refresh_from_db()
            if submission.state == SubmissionState.ERASED:
                return Erased(0, 0)  # two presses at once: the other one did it
    log.error("Submission %s could not be erased: others move it.", submission.pk)
    return Erased(0, 0, left=1)
