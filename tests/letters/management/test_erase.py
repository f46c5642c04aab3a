"""`erase --email` erases one mailbox, and asks again for what is no address."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from letters.enums import LetterState
from letters.models import Letter, Submission
from tests.factories.letters import LetterFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def letters() -> None:
    for email in ("mari@post.example", "juhan@post.example"):
        LetterFactory(state=LetterState.QUEUED, submission__email=email)


def erase(email: str) -> str:
    out = StringIO()
    call_command("erase", "--email", email, stdout=out)
    return out.getvalue()


def test_person_is_erased_and_no_other() -> None:
    assert erase("MARI@post.example") == "1 submissions erased. The counts stay as they were.\n"
    assert set(Submission.objects.values_list("email", flat=True)) == {"", "juhan@post.example"}
    states = Letter.objects.values_list("submission__email", "state")
    assert dict(states) == {"": LetterState.WITHDRAWN, "juhan@post.example": LetterState.QUEUED}


def test_unknown_address_erases_nobody() -> None:
    assert erase("nobody@post.example").startswith("0 submissions erased.")
    assert Submission.objects.filter(email="").count() == 0


@pytest.mark.parametrize("email", ["mari", "mari@", "@post.example", ""])
def test_what_is_no_address_is_refused_with_a_sentence(email: str) -> None:
    with pytest.raises(
        CommandError, match=r"^--email must be an address like name@example\.com\.$"
    ):
        erase(email)
    assert Submission.objects.filter(email="").count() == 0
