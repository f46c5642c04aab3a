"""The personal letters of a bundle, in pieces of fifty: as they were made, or set now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from letters import bundled
from letters.models import BundleEntry, Letter
from letters.printing.folder import Facts, Folder
from letters.printing.hold import Hold
from letters.rendering.bundle import BrokenSheet, page_count, pieces
from letters.rendering.mails import document_of
from letters.rendering.pdf import PdfFailed
from letters.rendering.run import LetterRun

PIECE = 50


@cache
def _run() -> LetterRun:
    return LetterRun()


def count_of(hold: Hold) -> int:
    return hold.bundle.entries.filter(kind=BundleEntry.Kind.PERSONAL).count()


def set_letters(hold: Hold, folder: Folder) -> Iterator[None]:
    """Set all personal letters; stops after each piece. Raises Lost, PdfFailed for a while."""
    count = count_of(hold)
    for number, start in enumerate(range(0, count, PIECE)):
        if folder.facts(_name(number)) is None:
            _piece(hold, folder, number, start)
            yield
        hold.tick(min(start + PIECE, count))


def _name(number: int) -> str:
    return f"letters-{number:05}"


def _piece(hold: Hold, folder: Folder, number: int, start: int) -> None:
    run = _run()
    before = run.composed, sum(run.plain.values())
    rows = hold.bundle.entries.filter(
        kind=BundleEntry.Kind.PERSONAL, place__range=(start, start + PIECE - 1)
    )
    made: list[tuple[str, bytes]] = []
    for entry in rows.select_related("letter__campaign", "letter__submission"):
        if pdf := _pdf_or_reason(entry):
            made.append((entry.letter.number, pdf))
        hold.tick(entry.place)
    pdf, pages = pieces(made) if made else (b"", [])
    numbers = [name for name, _pdf in made]
    folder.keep(_name(number), pdf, {"numbers": numbers, "pages": pages})
    hold.piece(
        done_count=min(start + PIECE, hold.bundle.step_count),
        composed=hold.bundle.composed + run.composed - before[0],
        plain=hold.bundle.plain + sum(run.plain.values()) - before[1],
    )


def _pdf_or_reason(entry: BundleEntry) -> bytes | None:
    """Return the letter, or write down why it is left out."""
    why, pdf = "", None
    if entry.letter.state not in bundled.BUNDLED or entry.letter.content is None:
        why = _("It was taken back.")
    else:
        try:
            pdf = _pdf(entry.letter)
        except (PdfFailed, BrokenSheet) as error:
            if isinstance(error, PdfFailed) and not error.permanent:
                raise
            why = str(error)
    if why != entry.left_out:
        BundleEntry.objects.filter(pk=entry.pk).update(left_out=why[:300])
    return pdf


def _pdf(letter: Letter) -> bytes:
    """Return the letter as it was made; one without a PDF, or with another, is set now."""
    if letter.pdf:
        try:
            with default_storage.open(letter.pdf) as file:
                stored: bytes = file.read()
        except FileNotFoundError:
            stored = b""
        if hashlib.sha256(stored).hexdigest() == letter.pdf_sha256:
            return stored
    made = _run().letter(document_of(letter))
    page_count(made)
    return made


def made_letters(folder: Folder, count: int) -> Iterator[tuple[str, Facts]]:
    """Yield each piece's name and facts, in order."""
    for number in range(-(-count // PIECE)):
        facts = folder.facts(_name(number))
        assert facts is not None, "a piece is missing"
        yield _name(number), facts
