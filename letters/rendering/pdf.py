"""The PDF gateway: HTML in, bytes out. The only importer of WeasyPrint; no states, no retries.

WeasyPrint is imported when first used: without Pango its import fails, and `migrate` must not.
"""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

from letters.rendering.document import LetterDocument
from letters.rendering.glyphs import unprintable
from letters.rendering.html import pdf_html
from letters.rendering.text import letter_text

logging.getLogger("weasyprint").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)

VARIANT = "pdf/ua-1"  # ISO 14289-1: tagged, titled, in reading order
LONGEST_TEXT = 12_000  # characters of a whole letter; beyond, layout time is no longer bounded
LONGEST_RUN = 60


class PdfFailed(Exception):
    """The letter cannot be set. `permanent`: trying again would give the same."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes: an exception's own way forgets the keyword."""
        return _failed, (str(self), self.permanent)


def _failed(message: str, permanent: bool) -> PdfFailed:
    return PdfFailed(message, permanent=permanent)


def letter_pdf(document: LetterDocument, *, draft: bool = False) -> bytes:
    """Return the letter as PDF/UA-1 bytes, the same for the same document.

    Raises PdfFailed: permanent for a character no font has or a text beyond the caps,
    temporary for a missing native library.
    """
    text = letter_text(document)
    if missing := unprintable(text):
        raise PdfFailed(f"No installed font has: {' '.join(missing[:20])}", permanent=True)
    if len(text) > LONGEST_TEXT:
        raise PdfFailed(f"The letter has more than {LONGEST_TEXT} characters.", permanent=True)
    return html_to_pdf(pdf_html(document, draft=draft))


def html_to_pdf(html: str) -> bytes:
    """Return the PDF of trusted HTML. It may load nothing at all: a URL in it is an error."""
    weasyprint, urls = _weasyprint()
    try:
        page = weasyprint.HTML(string=html, url_fetcher=_fetcher(), base_url=None)
        pdf: bytes = page.write_pdf(
            stylesheets=[_stylesheet()], font_config=_fonts(), pdf_variant=VARIANT
        )
    except urls.FatalURLFetchingError as error:  # a BaseException: no `except Exception` sees it
        raise PdfFailed(
            f"The letter asked for a file or address: {error}", permanent=True
        ) from error
    return pdf


@cache
def _weasyprint() -> tuple[Any, Any]:
    try:
        import weasyprint
        from weasyprint import urls
    except OSError as error:
        raise PdfFailed(f"A native library is missing: {error}", permanent=False) from error
    return weasyprint, urls


@cache
def _fetcher() -> Any:
    """Return a fetcher that refuses every URL (A12). Fonts are the system's; images, none yet."""
    _, urls = _weasyprint()
    return urls.URLFetcher(allowed_protocols=[], allow_redirects=False, fail_on_errors=True)


@cache
def _fonts() -> Any:
    """Return the font set-up, made once: it takes half the time of a letter."""
    _weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@cache
def _stylesheet() -> Any:
    weasyprint, _ = _weasyprint()
    path = finders.find("css/pdf.css")
    if path is None:
        raise PdfFailed("static/css/pdf.css is missing.", permanent=False)
    return weasyprint.CSS(string=Path(path).read_text(encoding="utf-8"), url_fetcher=_fetcher())
