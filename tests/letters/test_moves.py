"""Compare-and-set: who read a row before another moved it moves nothing."""

from __future__ import annotations

import pytest

from letters.enums import HoldReason, LetterState, OutboundState, SubmissionState
from letters.models import Letter, Move, Outbound, Submission
from letters.moves import NotAllowed, move_letter, move_outbound, move_submission
from tests.factories.letters import LetterFactory, OutboundFactory, SubmissionFactory

pytestmark = pytest.mark.django_db


def test_letter_that_another_moved_stays_where_it_is() -> None:
    letter = LetterFactory(state=LetterState.HELD, hold_reason=HoldReason.REFUSED)
    Letter.objects.update(state=LetterState.APPROVED, hold_reason="")
    with pytest.raises(NotAllowed, match=r"^no longer held$"):
        move_letter(letter, LetterState.WITHDRAWN, actor="organiser")
    assert (Letter.objects.get().state, Move.objects.count()) == (LetterState.APPROVED, 0)


def test_mail_that_another_moved_stays_where_it_is() -> None:
    mail = OutboundFactory(state=OutboundState.QUEUED)
    Outbound.objects.update(state=OutboundState.HELD)
    with pytest.raises(NotAllowed, match=r"^no longer queued$"):
        move_outbound(mail, OutboundState.CANCELLED, actor="supporter")
    assert (Outbound.objects.get().state, Move.objects.count()) == (OutboundState.HELD, 0)


def test_form_that_another_moved_stays_where_it_is() -> None:
    form = SubmissionFactory(state=SubmissionState.AWAITING)
    Submission.objects.update(state=SubmissionState.REPEATED)
    with pytest.raises(NotAllowed, match=r"^no longer awaiting_confirmation$"):
        move_submission(form, SubmissionState.EXPIRED, actor="retention")
    assert (Submission.objects.get().state, Move.objects.count()) == ("repeated", 0)
