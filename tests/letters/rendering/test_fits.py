"""A text that no sheet could take is refused when it is published, not when it was signed."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from letters.actions.texts import publish_version
from letters.rendering.fits import text_problem
from tests.factories.letters import LetterTextFactory

pytestmark = pytest.mark.django_db
PARAGRAPH = "We ask for very little, and for something that was promised long ago. " * 5


def test_an_ordinary_text_fits_with_the_longest_own_words() -> None:
    assert text_problem(LetterTextFactory()) == ""


def test_a_text_beyond_three_pages_is_refused_at_publishing() -> None:
    body = "\n\n".join([PARAGRAPH.strip()] * 28)
    text = LetterTextFactory(body=body, version__published_at=None)
    with pytest.raises(ValidationError, match="takes more than 3 pages"):
        publish_version(text.version)
    text.version.refresh_from_db()
    assert text.version.published_at is None
