"""Every script: printed in its own font, none of it a box, read back as it was written."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from letters.rendering.pdf import letter_pdf
from proofs.ruler import page_texts
from proofs.samples import sample, texts

FONTS = {
    "en": "Noto-Serif", "lt": "Noto-Serif", "uk": "Noto-Serif", "el": "Noto-Serif",
    "ar": "Noto-Naskh-Arabic", "he": "Noto-Serif-Hebrew", "hi": "Noto-Serif-Devanagari",
    "bn": "Noto-Serif-Bengali", "ta": "Noto-Serif-Tamil", "th": "Noto-Serif-Thai",
    "km": "Noto-Serif-Khmer", "my": "Noto-Sans-Myanmar", "am": "Noto-Serif-Ethiopic",
    "ka": "Noto-Serif-Georgian", "hy": "Noto-Serif-Armenian", "zh-Hans": "Noto-Serif-CJK-SC",
    "ja": "Noto-Serif-CJK-JP", "ko": "Noto-Serif-CJK-KR",
}  # fmt: skip
RIGHT_TO_LEFT = {"ar", "he"}


def fonts(pdf: bytes) -> dict[str, bool]:
    """Return the names of the fonts of a letter, without their subset's tag: is it embedded?"""
    found = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            name = font.get_object()["/BaseFont"]
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            kept = {"/FontFile2", "/FontFile3"} & set(descriptor.get_object())
            found[name[8:]] = bool(kept) and name[7] == "+"
    return found


def plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


@pytest.mark.parametrize("language", FONTS)
def test_a_letter_is_set_in_the_font_of_its_language(language: str) -> None:
    embedded = fonts(letter_pdf(sample(language)))

    assert embedded[FONTS[language]] is True
    assert set(embedded.values()) == {True}


@pytest.mark.parametrize("language", sorted(set(texts()) - RIGHT_TO_LEFT))
def test_what_is_written_is_what_is_read(language: str) -> None:
    document, text = sample(language), texts()[language]

    read = plain(page_texts(letter_pdf(document))[0])

    for part in ("subject", "salutation", "body", "words", "ask", "closing", "name", "town"):
        assert plain(text[part]) in read, part


@pytest.mark.parametrize("language", sorted(RIGHT_TO_LEFT))
def test_right_to_left_texts_stand_in_the_structure_as_written(language: str) -> None:
    text, told = texts()[language], structure(letter_pdf(sample(language)))

    for part in ("subject", "salutation", "ask", "closing", "name"):
        assert plain(text[part]) in told, part


def structure(pdf: bytes) -> str:
    """Return the ActualText of a letter's structure, in its order."""
    found: list[str] = []

    def walk(element: object) -> None:
        element = element.get_object() if hasattr(element, "get_object") else element
        if isinstance(element, dict):
            found.append(str(element.get("/ActualText", "")))
            kids = element.get("/K", [])
            for kid in kids if isinstance(kids, list) else [kids]:
                walk(kid)

    walk(PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"])  # type: ignore[index]
    return plain("".join(found))


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Minh Khai", "DE LA CRUZ maría", "van der Berg-O’Neill", "Żółć Łękołodzka",
        "ʻAkauʻola", "Ðặng Ǽðelstan", "N!xau ǂToma",
    ],
)  # fmt: skip
def test_a_name_is_neither_reordered_nor_recased_nor_hyphenated(name: str) -> None:
    line = sample("en").sender[0][0].__class__(name, fill="name")
    pdf = letter_pdf(sample("en", sender=((line,),), signature=((line,),)))
    read = [row.strip() for row in page_texts(pdf)[0].splitlines()]
    assert [row for row in read if row == name] == [name, name]


def test_both_directions_in_one_line_are_kept_apart() -> None:
    words = "Treaty (1997) means معاهدة and אמנה, as I said."
    read = page_texts(letter_pdf(sample("en", words=(words,))))[0]
    assert "Treaty (1997) means" in read
    assert "and" in read.partition("معاهدة")[2][:6]


def test_an_emoji_is_printed_in_ink_from_our_own_font() -> None:
    pdf = letter_pdf(sample("en", words=("Thank you 🙏 🥰 👨‍👩‍👧 🇪🇪 ❤️",)))
    reader: Any = PdfReader(BytesIO(pdf))

    assert fonts(pdf)["Noto-Emoji"] is True
    assert "/XObject" not in reader.pages[0]["/Resources"] or not reader.pages[0].images
    assert "🙏" in page_texts(pdf)[0]


def test_the_same_letter_has_the_same_bytes_in_another_process() -> None:
    code = (
        "import django; django.setup()\n"
        "from hashlib import sha256; from proofs.samples import sample\n"
        "from letters.rendering.pdf import letter_pdf\n"
        "print([sha256(letter_pdf(sample(x))).hexdigest() for x in ('en', 'km', 'ja')])"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "campaign.settings", "PYTHONHASHSEED": "7"}
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True, text=True, check=True, env={**os.environ, **environment},
    )  # fmt: skip
    here = [sha256(letter_pdf(sample(one))).hexdigest() for one in ("en", "km", "ja")]
    assert told.stdout.strip() == str(here)


@pytest.mark.parametrize(("language", "most"), [("en", 60), ("ar", 60), ("km", 60), ("ja", 200)])
def test_a_letter_is_small(language: str, most: int) -> None:
    assert len(letter_pdf(sample(language))) <= most * 1024
