"""The letter on organisers' screens: the same article as everywhere."""

from __future__ import annotations

from django.utils.safestring import SafeString

from letters.models import Letter
from letters.rendering.document import LetterDocument
from letters.rendering.html import letter_html


def sheet_of(letter: Letter) -> SafeString | None:
    """Return the letter as confirmed, or None before its confirmation and after its erasure."""
    if letter.content is None:
        return None
    return letter_html(LetterDocument.from_json(letter.content))
