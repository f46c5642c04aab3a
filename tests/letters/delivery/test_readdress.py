"""Letters that waited for an address: what is left of the PDF that they had."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from letters.delivery import readdress
from letters.enums import HoldReason, LetterState
from letters.models import Letter
from tests.factories.letters import LetterFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter() -> Letter:
    """A letter that waits although its office can be written to."""
    name = default_storage.save("letter.pdf", ContentFile(b"%PDF"))
    return LetterFactory(state=LetterState.HELD, hold_reason=HoldReason.NO_ADDRESS, pdf=name)


def test_letter_that_can_leave_loses_its_old_pdf(letter: Letter) -> None:
    assert readdress.release_waiting() == 1
    assert (Letter.objects.get().state, Letter.objects.get().pdf) == (LetterState.APPROVED, "")
    assert not default_storage.exists(letter.pdf)


def test_letter_that_left_in_this_moment_keeps_its_pdf(letter: Letter) -> None:
    stale = Letter.objects.select_related("campaign", "government", "office").get()
    Letter.objects.update(state=LetterState.QUEUED, hold_reason="")
    assert stale.office is not None
    assert readdress._release(stale, stale.office) == 0
    assert default_storage.exists(letter.pdf)
