"""Erase a person: from "my letter", from the admin or by command."""

from __future__ import annotations

from django.db import transaction

from letters import retention
from letters.enums import SubmissionState
from letters.identifiers import signer_of
from letters.models import Submission
from letters.moves import NotAllowed


@transaction.atomic
def erase_submission(submission: Submission, *, actor: str = "supporter") -> int:
    """Erase a submission. Returns how many letters were taken back by it.

    One that only repeated earlier letters stands for these: they are erased with it.
    """
    rows = [submission]
    if submission.state == SubmissionState.REPEATED:
        rows += Submission.objects.filter(
            campaign=submission.campaign, signer=submission.signer, state=SubmissionState.CONFIRMED
        )
    return sum(_erase(row, actor) for row in rows)


def erase_address(email: str, *, actor: str = "operator") -> int:
    """Erase every submission of a mailbox, in all campaigns. Returns how many."""
    rows = list(
        Submission.objects.filter(signer=signer_of(email)).exclude(state=SubmissionState.ERASED)
    )
    for submission in rows:
        _erase(submission, actor)
    return len(rows)


def _erase(submission: Submission, actor: str) -> int:
    if submission.state == SubmissionState.ERASED:
        return 0
    try:
        return retention.erase(submission, actor=actor)
    except NotAllowed:  # two presses at once: the other one did it
        return 0
