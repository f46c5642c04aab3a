"""`retention` erases what is due; with `--dry-run` it only counts."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from letters.enums import LetterState, SubmissionState
from letters.models import Letter, Submission
from tests.factories.letters import LetterFactory, SubmissionFactory

pytestmark = pytest.mark.django_db

FOUND = (
    "1 unconfirmed forms, 0 returned letters, 2 letter texts, 0 identities, 0 links, "
    "0 answers and reports, 0 stray files.\n"
)


@pytest.fixture(autouse=True)
def old_rows() -> None:
    now = timezone.now()
    LetterFactory.create_batch(2, state=LetterState.SENT, sent_at=now - timedelta(days=29))
    SubmissionFactory(state=SubmissionState.AWAITING, created_at=now - timedelta(days=8))


def retention(*options: str) -> str:
    out = StringIO()
    call_command("retention", *options, stdout=out)
    return out.getvalue()


def test_dry_run_counts_and_erases_nothing() -> None:
    assert retention("--dry-run") == f"Due: {FOUND}"
    assert Letter.objects.filter(content=None).count() == 0
    assert Submission.objects.filter(state=SubmissionState.AWAITING).count() == 1


def test_run_erases_what_the_dry_run_counted() -> None:
    assert retention() == f"Erased: {FOUND}"
    assert Letter.objects.exclude(content=None).count() == 0
    assert Submission.objects.get(state=SubmissionState.EXPIRED).email == ""
