"""What a supporter saw on the confirmation page: a fingerprint, so that nothing else is sent.

Whoever signed with somebody's address can still correct the form while its owner reads (A02). The
page therefore carries what it showed, and the letters are sent only if that still holds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from letters.models import Letter, Submission
from letters.queries import Draft


class Changed(Exception):
    """The letters are no longer those that the supporter saw."""


def fingerprint(submission: Submission, words: str, letters: Iterable[tuple[Letter, Draft]]) -> str:
    """Return 32 characters that change with whatever a reader would call another letter.

    `words` are the own words that the page showed: a sentence may be added there. The day is no
    part of it: a page may be read across midnight.
    """
    answers = (submission.name, submission.organisation, submission.town, submission.country)
    shown = sorted((letter.number, *_of(draft)) for letter, draft in letters)
    said = json.dumps([answers, words, shown], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _of(draft: Draft) -> tuple[object, ...]:
    document = draft.document
    return draft.text.pk, document.addressee, document.salutation, document.closing
