"""What is left of a person who asked to be erased: nothing that names or quotes them."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from letters import retention
from letters.actions.erase import TRIES, Erased, _erase_one, erase_address
from letters.enums import HoldReason, LetterState, OutboundState, Purpose, SubmissionState
from letters.models import Attempt, Decision, Letter, Move, Outbound, Submission
from letters.moves import NotAllowed
from tests.factories.letters import LetterFactory, OutboundFactory, SubmissionFactory

pytestmark = pytest.mark.django_db

QUOTE = "mari@post.example: mailbox of Mari Tamm is full"


@pytest.fixture
def letter() -> Letter:
    """A held letter, of which mail servers and reviewers said much."""
    return LetterFactory(
        state=LetterState.HELD,
        hold_reason=HoldReason.REFUSED,
        problem=QUOTE,
        submission__email="mari@post.example",
    )


@pytest.fixture
def mail(letter: Letter) -> Outbound:
    return OutboundFactory(letter=letter, state=OutboundState.HELD, last_answer=QUOTE)


def test_answers_of_mail_servers_are_forgotten(mail: Outbound) -> None:
    Attempt.objects.create(outbound=mail, number=1, started_at=timezone.now(), answer=QUOTE)
    erase_address("mari@post.example")
    assert Attempt.objects.get().answer == ""
    assert Outbound.objects.get().last_answer == ""


def test_answers_to_mails_of_no_letter_are_forgotten(letter: Letter) -> None:
    asking = OutboundFactory(
        purpose=Purpose.CONFIRM, letter=None, submission=letter.submission, language="en"
    )
    Attempt.objects.create(outbound=asking, number=1, started_at=timezone.now(), answer=QUOTE)
    erase_address("mari@post.example")
    assert Attempt.objects.get().answer == ""


def test_reasons_of_moves_are_forgotten(letter: Letter) -> None:
    for about in (letter, None):
        Move.objects.create(
            submission=letter.submission, letter=about, to_state="held", actor="x", reason=QUOTE
        )
    erase_address("mari@post.example")
    assert set(Move.objects.values_list("reason", flat=True)) == {""}


def test_problem_of_the_letter_is_forgotten(letter: Letter) -> None:
    erase_address("mari@post.example")
    assert Letter.objects.get().problem == ""


def test_reason_of_a_refusal_is_forgotten(letter: Letter, organiser: User) -> None:
    Decision.objects.create(letter=letter, outcome="returned", by=organiser, reason=QUOTE)
    Decision.objects.create(letter=letter, outcome="approved", by=organiser)
    erase_address("mari@post.example")
    reasons = Decision.objects.values_list("outcome", "reason")
    assert dict(reasons) == {"returned": "erased", "approved": ""}


def test_other_peoples_answers_stay(letter: Letter) -> None:
    other = LetterFactory(state=LetterState.FAILED, problem="mailbox full")
    erase_address("mari@post.example")
    other.refresh_from_db()
    assert other.problem == "mailbox full"


def moved_by_another(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Others confirm a form just before it is erased, so many times."""
    left = [None] * times
    real = retention.erase

    def erase(submission: Submission, *, actor: str) -> int:
        if left:
            left.pop()
            raise NotAllowed("no longer awaiting_confirmation")
        return real(submission, actor=actor)

    monkeypatch.setattr(retention, "erase", erase)


def test_form_confirmed_in_this_moment_is_erased_all_the_same() -> None:
    stale = SubmissionFactory(state=SubmissionState.AWAITING)
    Submission.objects.update(state=SubmissionState.CONFIRMED, confirmed_at=timezone.now())
    assert _erase_one(stale, "operator") == Erased(1, 0)
    form = Submission.objects.get()
    assert (form.state, form.email) == (SubmissionState.ERASED, "")


def test_form_that_others_move_each_time_is_told(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved_by_another(monkeypatch, TRIES)
    assert erase_address("mari@post.example") == Erased(0, 0, left=1)


def test_command_fails_if_something_is_left(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved_by_another(monkeypatch, TRIES)
    with pytest.raises(CommandError, match=r"^1 submission was changed by others"):
        call_command("erase", "--email", "mari@post.example", stdout=StringIO())


def test_mails_are_locked_before_letters(mail: Outbound) -> None:
    with CaptureQueriesContext(connection) as queries:
        erase_address("mari@post.example")
    tables = [
        query["sql"].split()[1].strip('"') for query in queries if query["sql"].startswith("UPDATE")
    ]
    assert tables.index("letters_outbound") < tables.index("letters_letter")


def test_every_form_of_the_mailbox_is_erased_once() -> None:
    for spelling in ("mari@post.example", "MARI+news@post.example"):
        SubmissionFactory(email=spelling)
    assert erase_address("mari@post.example") == Erased(2, 0)
    assert erase_address("mari@post.example") == Erased(0, 0)
    assert set(Submission.objects.values_list("state", "email")) == {(SubmissionState.ERASED, "")}
