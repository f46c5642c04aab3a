"""The PDF gateway: HTML in, bytes out. The only importer of WeasyPrint; no states, no retries.

WeasyPrint is imported when first used: without Pango its import fails, and `migrate` must not.
"""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _

from letters.rendering import archive, glyphs, pictures, sheet
from letters.rendering.document import LetterDocument
from letters.rendering.html import pdf_html
from letters.rendering.pictures import NoPicture
from letters.rendering.text import letter_text

logging.getLogger("weasyprint").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)

VARIANT = archive.VARIANT


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
    """Return the letter as PDF/UA-1 and PDF/A-2u, the same bytes for the same document.

    Raises PdfFailed: permanent for what `guard` refuses or takes more than three pages, temporary
    for a missing native library or logo.
    """
    guard(document)
    try:
        html = pdf_html(document, draft=draft)
    except NoPicture as error:
        raise PdfFailed(str(error), permanent=False) from error
    return html_to_pdf(html)


def guard(document: LetterDocument) -> None:
    """Raise PdfFailed, permanent, for what needs no setting to be refused: caps, fonts, window."""
    if problem := sheet.too_much(document) or glyphs.problem(letter_text(document)):
        raise PdfFailed(problem, permanent=True)


def html_to_pdf(html: str) -> bytes:
    """Return the PDF of trusted HTML. It may load nothing but an offered logo: else an error."""
    weasyprint, urls = _weasyprint()
    try:
        page = weasyprint.HTML(string=html, url_fetcher=_fetcher(), base_url=None)
        laid_out = page.render(stylesheets=[_stylesheet()], font_config=_fonts(), **archive.OPTIONS)
        return _written(laid_out)
    except urls.FatalURLFetchingError as error:  # a BaseException: no `except Exception` sees it
        raise PdfFailed(
            f"The letter asked for a file or address: {error}", permanent=True
        ) from error


def _written(laid_out: Any) -> bytes:
    if len(laid_out.pages) > sheet.PAGES:
        count = len(laid_out.pages)
        message = _("The letter takes %(count)d pages; %(most)d are the most.")
        raise PdfFailed(message % {"count": count, "most": sheet.PAGES}, permanent=True)
    pdf: bytes = laid_out.write_pdf(finisher=archive.finish, **archive.OPTIONS)
    missing = {chr(code) for font in laid_out.fonts.values() for code in font.missing}
    if missing:  # glyphs.py knows the fonts' tables; this is what the typesetter says
        raise PdfFailed(glyphs.refusal(sorted(missing)), permanent=True)
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
    """Return a fetcher that serves offered logos and refuses every other URL (A12)."""
    _module, urls = _weasyprint()

    class Fetcher(urls.URLFetcher):  # type: ignore[misc,name-defined]
        def fetch(self, url: str, headers: Any = None) -> Any:
            picture = pictures.offered(url)
            if picture is None:
                raise ValueError(f"This address is not served: {url}")
            return urls.URLFetcherResponse(url, picture)

    return Fetcher(allowed_protocols=[], allow_redirects=False, fail_on_errors=True)


def _font_fetcher() -> Any:
    """Return a fetcher for the one file of ours that is a font. No letter ever sees it."""
    _module, urls = _weasyprint()
    return urls.URLFetcher(allowed_protocols=["file"], allow_redirects=False)


@cache
def _fonts() -> Any:
    """Return the font set-up, made once: it takes half the time of a letter.

    The machine's fonts, and for emoji one of our own: drawn in one colour, tagged as the text is.
    """
    _weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    emoji = {"font_family": "Noto Emoji", "src": [("external", glyphs.EMOJI.as_uri())]}
    fonts.add_font_face(emoji, _font_fetcher())
    return fonts


@cache
def _stylesheet() -> Any:
    weasyprint, _urls = _weasyprint()
    path = finders.find("css/pdf.css")
    if path is None:
        raise PdfFailed("static/css/pdf.css is missing.", permanent=False)
    return weasyprint.CSS(string=Path(path).read_text(encoding="utf-8"), url_fetcher=_fetcher())
