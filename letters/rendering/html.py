"""A letter as HTML: the same article on the page, on the confirmation page and in the PDF."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import override

from letters.rendering import pictures, sheet
from letters.rendering.document import LetterDocument

# Embeddings, overrides and isolates. Mixed without order they crash Pango (1.50) for good, and they
# let a text read as what it isn't (A07). Directions are the markup's: dir on every part.
_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def letter_html(document: LetterDocument, *, blanks: bool = False) -> SafeString:
    """Return the letter as an article. With `blanks` unanswered parts show their labels."""
    with override(document.language):
        return _article(document, blanks)


def pdf_html(document: LetterDocument, *, draft: bool = False, foot: str = "") -> str:
    """Return the whole HTML document that becomes the PDF.

    Beside the article's text it has what only paper has: marks, logo, QR code. `foot` stands
    where a supporter's letter has its number: the campaign's own letters have none.
    Raises pictures.NoPicture if the campaign's logo is not to be had.
    """
    with override(document.language):
        paper = {
            "qr": pictures.qr_path(document.check_url) if document.check_url else None,
            "logo": pictures.offer(document.logo) if document.logo else "",
            "marks": document.marks,
            "address": sheet.address_class(document),
            "foot": foot,
        }
        article = _article(document, draft, paper=paper)
        context = {
            "letter": document, "article": article, "draft": draft,
            "classes": sheet.page_classes(document),
        }  # fmt: skip
        return render_to_string("pdf/letter.html", context).translate(_CONTROLS)


def _article(
    document: LetterDocument, blanks: bool, paper: dict[str, Any] | None = None
) -> SafeString:
    context = {"letter": document, "blanks": blanks, "paper": paper}
    return render_to_string("letters/_letter.html", context)
