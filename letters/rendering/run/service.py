"""The callers' side of a run: what is composed is proven first, what cannot be is set plainly.

WeasyPrint and all that imports it come in with the first letter: without Pango its import fails.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from letters.rendering import pdf
from letters.rendering.document import LetterDocument
from letters.rendering.html import pdf_html
from letters.rendering.pdf import PdfFailed
from letters.rendering.pictures import NoPicture
from letters.rendering.run.pieces import NotComposable

log = logging.getLogger(__name__)
_lock = threading.Lock()  # the composer is the process', and remembers
SAMPLE = 1_000  # one composed letter of so many is set plainly, too, and compared
UNPROVEN = "WeasyPrint of a version that was not proven"


class LetterRun:
    """Sets letters that are alike. One per process is enough; its memory is bounded.

    `composed` counts letters composed, `plain` those set plainly, by reason. A frame (language,
    paper, size of type) whose first letter does not come out as set plainly is never composed.
    """

    def __init__(self) -> None:
        self.composed = 0
        self.plain: Counter[str] = Counter()
        self._proofs: dict[Any, bool] = {}
        self._composer: Any = None

    def set(self, documents: Iterable[LetterDocument]) -> Iterator[bytes | PdfFailed]:
        """Yield each letter's PDF in order, or why it cannot be set."""
        for document in documents:
            try:
                yield self.letter(document)
            except PdfFailed as error:
                yield error

    def letter(self, document: LetterDocument) -> bytes:
        """Return one letter's PDF: PDF/UA-1, with no other letter's glyphs. Raises PdfFailed."""
        pdf.guard(document)
        try:
            source = pdf_html(document)
        except NoPicture as error:
            raise PdfFailed(str(error), permanent=False) from error
        with _lock:
            return self._set(source)

    def _set(self, source: str) -> bytes:
        try:
            composed = self._composing().composed(source)
        except NotComposable as reason:
            return self._plainly(source, str(reason))
        if not self._proven(composed, source):
            return self._plainly(source, "a frame that comes out otherwise")
        self.composed += 1
        made: bytes = composed.pdf
        return made

    def _plainly(self, source: str, reason: str) -> bytes:
        self.plain[reason] += 1
        return pdf.html_to_pdf(source)

    def _composing(self) -> Any:
        if self._composer is None:
            self._composer = _composer()
        return self._composer

    def _proven(self, composed: Any, source: str) -> bool:
        """Whether letters of this frame and number of pages come out as WeasyPrint sets them."""
        proof = composed.proof
        if proof not in self._proofs or (self.composed + 1) % SAMPLE == 0:
            same = pdf.html_to_pdf(source) == composed.pdf
            if not same:
                log.error("Letters of this form are set plainly: composed, they differ.")
            self._proofs[proof] = same and self._proofs.get(proof, True)
        return self._proofs[proof]


@cache
def _composer() -> Any:
    """Return this process' composer. Raises PdfFailed, NotComposable."""
    pdf._weasyprint()
    from letters.rendering.run import composer, engine

    if not engine.proven():
        _report()
        raise NotComposable(UNPROVEN)
    return composer.Composer()


@cache
def _report() -> None:
    log.warning("%s: every letter is set plainly, ten times as slowly.", UNPROVEN)


_run = LetterRun()


def letter_pdf(document: LetterDocument) -> bytes:
    """Return one letter's PDF, quick once the process is warm. Raises PdfFailed as pdf.py does."""
    return _run.letter(document)
