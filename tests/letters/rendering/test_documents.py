"""Letters confirmed before there were windows, logos and codes are still letters."""

from __future__ import annotations

import json

from letters.rendering.document import LetterDocument
from letters.rendering.pdf import letter_pdf
from proofs.samples import sample

LATER = {"place", "window", "marks", "letterhead", "logo", "logo_text", "check_url"}


def test_a_document_comes_back_from_json_as_it_was() -> None:
    document = sample("fr", letterhead=("One", "Two"), marks=True)
    assert LetterDocument.from_json(json.loads(json.dumps(document.to_json()))) == document


def test_json_of_an_earlier_letter_is_read_and_set() -> None:
    earlier = {key: value for key, value in sample("en").to_json().items() if key not in LATER}

    document = LetterDocument.from_json(json.loads(json.dumps(earlier)))

    assert (document.place, document.window, document.check_url) == ((), "", "")
    assert letter_pdf(document).startswith(b"%PDF-1.7")
