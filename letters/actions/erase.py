"""Erase a person: from "my letter", from the admin or by command."""

from __future__ import annotations

from letters import retention
from letters.enums import SubmissionState
from letters.identifiers import signer_of
from letters.models import Submission
from letters.moves import NotAllowed


def erase_signer(submission: Submission, *, actor: str = "supporter") -> int:
    """Erase all that the mailbox of a submission ever wrote here. Returns letters taken back."""
    return sum(_erase(row, actor) for row in _rows(submission.signer))


def erase_address(email: str, *, actor: str = "operator") -> int:
    """Erase every submission of a mailbox, in all campaigns. Returns how many."""
    rows = _rows(signer_of(email))
    for submission in rows:
        _erase(submission, actor)
    return len(rows)


def _rows(signer: str) -> list[Submission]:
    rows = Submission.objects.filter(signer=signer).exclude(state=SubmissionState.ERASED)
    return list(rows.order_by("created_at"))


def _erase(submission: Submission, actor: str) -> int:
    if submission.state == SubmissionState.ERASED:
        return 0
    try:
        return retention.erase(submission, actor=actor)
    except NotAllowed:  # two presses at once: the other one did it
        return 0
