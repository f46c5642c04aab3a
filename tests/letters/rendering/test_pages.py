"""How many pages a letter takes: one where the text allows it, three at most."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from letters.blocks import parse
from letters.rendering import sheet
from letters.rendering.document import LetterDocument, parts_from
from letters.rendering.pdf import PdfFailed, html_to_pdf, letter_pdf
from proofs.ruler import lines, page_texts
from proofs.samples import sample

SENTENCE = "We ask for very little, and for something that was promised long ago. "


def letter(sentences: int, words: tuple[str, ...] = (), **changes: str) -> LetterDocument:
    paragraphs = [SENTENCE * 4] * (sentences // 4) + [SENTENCE * (sentences % 4)]
    source = "\n\n".join(text.strip() for text in paragraphs if text)
    return sample("en", body=parts_from(parse(source)), words=words, **changes)


def pages(document: LetterDocument) -> int:
    return len(PdfReader(BytesIO(letter_pdf(document))).pages)


@pytest.mark.parametrize(
    ("sentences", "size", "count"),
    [(8, "", 1), (20, "", 1), (22, "dense", 1), (32, "tight", 1), (44, "", 2), (90, "", 3)],
)
def test_a_long_letter_is_set_smaller_before_it_takes_a_second_page(
    sentences: int, size: str, count: int
) -> None:
    document = letter(sentences)
    assert (sheet.density(document), pages(document)) == (size, count)


def test_the_shorter_american_page_is_full_sooner() -> None:
    sizes = [sheet.density(letter(22, paper=paper)) for paper in ("A4", "Letter")]
    assert sizes == ["dense", "tight"]


@pytest.mark.parametrize("sentences", range(36, 60, 2))
def test_the_signature_never_stands_alone_on_a_page(sentences: int) -> None:
    document = letter(sentences)
    last = page_texts(letter_pdf(document))[-1]
    before = last.partition(document.closing)[0]
    assert document.closing not in before
    assert len(before.split()) > 5


def test_more_than_three_pages_are_refused_before_they_are_set() -> None:
    with pytest.raises(PdfFailed, match=r"more than 3 pages\. Make it shorter") as caught:
        letter_pdf(letter(130))
    assert caught.value.permanent is True


def test_what_was_reckoned_too_short_is_refused_when_it_is_set() -> None:
    with pytest.raises(PdfFailed, match="takes 6 pages; 3 are the most"):
        html_to_pdf("<html lang=en><title>x</title><body>" + "<p>x</p>" * 190)


def test_the_second_page_is_numbered_and_the_first_is_not() -> None:
    pdf = letter_pdf(letter(50))
    numbered = [[text for text, _box in lines(pdf, page) if " / " in text] for page in (0, 1)]
    assert numbered == [[], ["2 / 2"]]


def test_the_letters_number_is_on_every_page() -> None:
    document = letter(90)
    told = [f"Letter {document.number}" in text for text in page_texts(letter_pdf(document))]
    assert told == [True, True, True]
