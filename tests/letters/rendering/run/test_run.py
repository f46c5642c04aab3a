"""Composed letters are, byte for byte, the letters set plainly; what cannot be composed is."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace

import pytest
from pypdf import PdfReader

from letters.rendering.document import Piece
from letters.rendering.pdf import PdfFailed, letter_pdf
from letters.rendering.run import LetterRun, engine, service
from tests.letters.rendering.run.corpus import corpus, letter, words

QUICK = (
    "without organisation", "a long name", "US Letter, two pages", "folding marks", "letterhead",
    "200 characters in 3", "1400 characters in 5", "2500 characters in 20", "in fr, own words",
    "in ar, own words", "in English, own words in he", "in hi", "in zh-Hans, own words",
    "no-break spaces", "soft hyphens, again", "zalgo", "bidi overrides", "mixed directions",
    "emoji as a name", "ligatures", "hyphens", "markup",
)  # fmt: skip


@pytest.fixture(scope="module")
def run() -> LetterRun:
    return LetterRun()


@pytest.mark.parametrize("name", QUICK)
def test_composed_letter_has_the_bytes_of_a_plain_one(run: LetterRun, name: str) -> None:
    document = dict(corpus())[name]
    composed = run.composed
    # Three times: a block is laid out, learnt when it comes again, and then set by its pattern.
    made = [run.letter(document) for _ in range(3)]
    assert set(made) == {letter_pdf(document)}
    assert run.composed == composed + 3


def test_letters_between_others_are_their_own() -> None:
    documents = [letter(words=words("en", 300 * n, n, n)) for n in (1, 4, 2, 5, 3, 1)]
    assert list(LetterRun().set(documents)) == [letter_pdf(one) for one in documents]


def test_no_letter_has_the_glyphs_of_another() -> None:
    run = LetterRun()
    strange = letter(sender=((Piece("Ŵŷŏ Ǻőđħ"),),), signature=((Piece("Ŵŷŏ Ǻőđħ"),),))
    for _ in range(3):
        run.letter(strange)
    read = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(run.letter(letter()))).pages
    )
    fonts = run.letter(letter())
    assert "Ŵ" not in read
    assert fonts == letter_pdf(letter())


def test_empty_block_is_set_plainly_and_counted() -> None:
    run, document = LetterRun(), letter(words=("One.", "", "Three."))
    assert run.letter(document) == letter_pdf(document)
    assert (run.composed, run.plain) == (0, Counter({"an empty block": 1}))


def test_unproven_weasyprint_composes_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "PROVEN", {("71.0", "0.13.0", "pdf/ua-1")})
    service._composer.cache_clear()
    service._report.cache_clear()
    run = LetterRun()
    assert [run.letter(letter()) for _ in range(2)] == [letter_pdf(letter())] * 2
    assert (run.composed, run.plain) == (0, Counter({service.UNPROVEN: 2}))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    service._composer.cache_clear()


def test_frame_that_comes_out_otherwise_is_set_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    run = LetterRun()
    run.letter(letter())
    run._proofs.clear()
    monkeypatch.setattr("letters.rendering.pdf.html_to_pdf", lambda source: b"another PDF")
    assert [run.letter(letter()) for _ in range(2)] == [b"another PDF"] * 2
    assert run.plain == Counter({"a frame that comes out otherwise": 2})


def test_refused_letter_stops_no_other() -> None:
    refused = replace(letter(), salutation="Dear \U000fffff")
    first, second, third = LetterRun().set([letter(), refused, letter()])
    assert isinstance(second, PdfFailed)
    assert first == third == letter_pdf(letter())
