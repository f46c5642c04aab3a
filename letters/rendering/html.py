"""A letter as HTML: the same article on the page, on the confirmation page and in the PDF."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import override

from letters.rendering.document import LetterDocument


def letter_html(document: LetterDocument, *, blanks: bool = False) -> SafeString:
    """Return the letter as an article. With `blanks` unanswered parts show their labels."""
    with override(document.language):
        return render_to_string("letters/_letter.html", {"letter": document, "blanks": blanks})


def pdf_html(document: LetterDocument, *, draft: bool = False) -> str:
    """Return the whole HTML document that becomes the PDF."""
    with override(document.language):
        context = {
            "letter": document,
            "article": letter_html(document, blanks=draft),
            "paper": document.paper,
            "draft": draft,
        }
        return render_to_string("pdf/letter.html", context)
