"""Files that no row names are deleted after a day; all others stay."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from letters import retention
from letters.audit import audit
from letters.enums import LetterState, Purpose
from letters.models import Answer, AnswerFile, Digest, Letter
from letters.strays import strays
from tests.factories.letters import LetterFactory, OutboundFactory

pytestmark = pytest.mark.django_db
FINGERPRINT = "0123456789ab"


@pytest.fixture
def letter() -> Letter:
    return LetterFactory(state=LetterState.SENT, sent_at=timezone.now())


def stored(path: str, **age: float) -> str:
    name = default_storage.save(path, ContentFile(b"%PDF"))
    then = (timezone.now() - timedelta(**age)).timestamp()
    os.utime(default_storage.path(name), (then, then))
    return name


def digest_of(letter: Letter, pdf: str) -> None:
    assert letter.office is not None
    mail = OutboundFactory(
        purpose=Purpose.DIGEST, letter=None, submission=None, language="en",
        office=letter.office, campaign=letter.campaign,
    )  # fmt: skip
    Digest.objects.create(
        outbound=mail, campaign=letter.campaign, office=letter.office, day="2026-11-25", pdf=pdf
    )


def test_files_that_no_row_names_are_deleted_after_a_day(letter: Letter) -> None:
    digest_of(letter, "")
    for path in (
        f"x/{letter.number}-{FINGERPRINT}.pdf",
        f"x/{letter.number}-{FINGERPRINT}_a1B2c3D.pdf",
        f"x/answers/{letter.number}-{FINGERPRINT}abcd",
        f"x/digests/2026-11-25-{letter.office_id}-1-{FINGERPRINT}.pdf",
    ):
        stored(path, hours=25)
    assert (retention.due().files, retention.run().files) == (4, 4)
    assert list(strays(timedelta(0))) == []


def test_files_that_rows_name_stay(letter: Letter) -> None:
    letter.pdf = stored(f"x/{letter.number}-{FINGERPRINT}.pdf", days=9)
    letter.save(update_fields=["pdf"])
    digest_of(
        letter, stored(f"x/digests/2026-11-25-{letter.office_id}-1-{FINGERPRINT}.pdf", days=9)
    )
    answer = Answer.objects.create(
        letter=letter, channel="mail", received_at=timezone.now(), key="k"
    )
    path = stored(f"x/answers/{letter.number}-{FINGERPRINT}abcd", days=9)
    AnswerFile.objects.create(answer=answer, file=path, name="a.pdf", size=4)
    assert list(strays()) == []


def test_young_files_and_those_of_other_shapes_or_databases_stay(letter: Letter) -> None:
    stored(f"x/{letter.number}-{FINGERPRINT}.pdf", hours=23)
    stored("logos/logo.pdf", days=9)
    stored(f"x/bundles/7/{letter.number}-{FINGERPRINT}.pdf", days=9)
    stored(f"x/K7Q4-M29-{FINGERPRINT}.pdf", days=9)
    assert list(strays()) == []


@pytest.mark.parametrize(("days", "named"), [(1.5, False), (2.5, True)])
def test_audit_names_files_that_retention_left(letter: Letter, days: float, named: bool) -> None:
    path = stored(f"x/{letter.number}-{FINGERPRINT}.pdf", days=days)
    found = [one.first for one in audit(sample=0) if "named by no row" in one.says]
    assert [list(first) for first in found] == [[path] if named else []]
