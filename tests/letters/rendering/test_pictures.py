"""The campaign's logo on the paper, and the code under it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from pypdf import PdfReader

from letters.rendering import pictures
from letters.rendering.document import LetterDocument
from letters.rendering.pdf import PdfFailed, html_to_pdf, letter_pdf
from proofs.ruler import difference
from proofs.samples import CHECK, sample


@pytest.fixture
def logo() -> str:
    content = BytesIO()
    Image.new("RGB", (400, 160), "navy").save(content, "PNG")
    pictures.read.cache_clear()
    return default_storage.save("logos/0123.png", ContentFile(content.getvalue()))


def letter(logo: str) -> LetterDocument:
    return sample("en", logo=logo, logo_text="Sample Campaign", letterhead=("Sample Campaign",))


def test_the_logo_stands_at_the_head_of_the_sheet(logo: str) -> None:
    box = difference(letter_pdf(letter(logo)), letter_pdf(letter("")))
    assert box is not None
    assert [round(edge) for edge in box] == [25, 10, 65, 26]


def test_the_logo_says_what_it_shows(logo: str) -> None:
    reader: Any = PdfReader(BytesIO(letter_pdf(letter(logo))))
    objects = [reader.get_object(number) for number in range(1, 400)]
    told = [
        one.get("/Alt") for one in objects if isinstance(one, dict) and one.get("/S") == "/Figure"
    ]
    assert told == ["Sample Campaign", CHECK]


def test_a_lost_logo_is_said_and_tried_again() -> None:
    pictures.read.cache_clear()
    with pytest.raises(PdfFailed, match="logo cannot be read") as caught:
        letter_pdf(letter("logos/lost.png"))
    assert caught.value.permanent is False


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd"])
def test_no_other_file_is_a_logo(name: str) -> None:
    pictures.read.cache_clear()
    with pytest.raises((PdfFailed, Exception)):
        pictures.offer(name)


def test_only_an_offered_logo_is_served(logo: str) -> None:
    pictures.offer(logo)
    for url in (f"logo:{logo}x", f"file:{logo}", "logo:"):
        with pytest.raises(PdfFailed, match="asked for a file or address"):
            html_to_pdf(f'<html lang=en><title>x</title><img src="{url}" alt=x>')


def test_the_code_holds_the_address_to_check() -> None:
    code = pictures.qr_path(CHECK)
    assert code.size in (29, 33, 37)
    dark = sum(int(run.split("h")[1].split("v")[0]) for run in code.path.split("M")[1:])
    assert 0.35 < dark / code.size**2 < 0.65


def test_a_letter_without_a_number_has_no_code() -> None:
    box = difference(letter_pdf(sample("en")), letter_pdf(sample("en", check_url="")))
    assert box is not None
    assert box.top > 275
