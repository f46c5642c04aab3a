"""`erase --email` erases one mailbox, and asks again for what is no address."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from letters.enums import HoldReason, LetterState
from letters.models import Letter, Submission
from tests.factories.campaign import CampaignFactory
from tests.factories.letters import LetterFactory, SubmissionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def letters() -> None:
    for email in ("mari@post.example", "juhan@post.example"):
        LetterFactory(state=LetterState.QUEUED, submission__email=email)


def erase(email: str, *options: str) -> str:
    out = StringIO()
    call_command("erase", "--email", email, *options, stdout=out)
    return out.getvalue()


def test_person_is_erased_and_no_other() -> None:
    assert erase("MARI@post.example") == (
        "1 submission erased; 1 unsent letter taken back and no longer counted.\n"
    )
    assert set(Submission.objects.values_list("email", flat=True)) == {"", "juhan@post.example"}
    states = Letter.objects.values_list("submission__email", "state")
    assert dict(states) == {"": LetterState.WITHDRAWN, "juhan@post.example": LetterState.QUEUED}


def test_unknown_address_erases_nobody() -> None:
    assert erase("nobody@post.example") == "Nobody here has this address.\n"
    assert Submission.objects.filter(email="").count() == 0


def test_several_are_told_in_the_plural() -> None:
    for campaign in CampaignFactory.create_batch(2):
        submission = SubmissionFactory(email="mari@post.example", campaign=campaign)
        LetterFactory(
            state=LetterState.HELD, hold_reason=HoldReason.NO_ADDRESS, submission=submission
        )
    assert erase("mari@post.example") == (
        "3 submissions erased; 3 unsent letters taken back and no longer counted.\n"
    )


@pytest.mark.parametrize("state", [LetterState.SENT, LetterState.AWAITING])
def test_letters_that_count_as_before_are_not_told(state: LetterState) -> None:
    LetterFactory(state=state, submission__email="kim@post.example")
    assert erase("kim@post.example") == "1 submission erased.\n"


def test_dry_run_says_the_same_and_changes_nothing() -> None:
    assert erase("mari@post.example", "--dry-run") == (
        "Dry run, nothing is changed: "
        "1 submission erased; 1 unsent letter taken back and no longer counted.\n"
    )
    assert Submission.objects.filter(email="").count() == 0
    assert Letter.objects.filter(state=LetterState.QUEUED).count() == 2


@pytest.mark.parametrize("email", ["mari", "mari@", "@post.example", ""])
def test_what_is_no_address_is_refused_with_a_sentence(email: str) -> None:
    with pytest.raises(
        CommandError, match=r"^--email must be an address like name@example\.com\.$"
    ):
        erase(email)
    assert Submission.objects.filter(email="").count() == 0
