"""Erase a person: from "my letter", from the admin or by command."""

from __future__ import annotations

from dataclasses import dataclass

from campaign.models import Campaign
from letters import retention
from letters.enums import CAN_BE_TAKEN_BACK, COUNTED, SubmissionState
from letters.identifiers import signer_of
from letters.models import Letter, Submission
from letters.moves import NotAllowed


@dataclass(frozen=True)
class Erased:
    """How many forms are erased, and how many letters that were counted no longer are."""

    submissions: int
    taken_back: int


def erase_signer(submission: Submission, *, actor: str = "supporter") -> Erased:
    """Erase all that was ever written here with the address of a submission.

    With this very address: on some servers mari+x@ is not mari@'s.
    """
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
    submissions = taken_back = 0
    for submission in _rows(signer, email):
        try:
            taken_back += retention.erase(submission, actor=actor)
        except NotAllowed:  # two presses at once: the other one did it
            continue
        submissions += 1
    return Erased(submissions, taken_back)
