from __future__ import annotations

import pytest

from letters.rendering import glyphs
from letters.rendering.pdf import PdfFailed, letter_pdf
from proofs.samples import sample, texts

NOWHERE = "\U00013460"  # no font of any package has it yet


@pytest.fixture
def only_latin(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fonts of a machine on which nothing but Latin was installed."""
    monkeypatch.setattr(glyphs, "_coverage", lambda: ([0x20], [0x24F]))


@pytest.mark.parametrize("language", sorted(texts()))
def test_every_script_we_promise_can_be_printed(language: str) -> None:
    assert glyphs.unprintable("".join(map(str, texts()[language].values()))) == []


def test_what_no_font_has_is_an_error_before_anything_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("letters.rendering.pdf.html_to_pdf", lambda _: pytest.fail("was set"))
    with pytest.raises(PdfFailed, match=r"U\+13460") as caught:
        letter_pdf(sample("en", words=(f"I saw {NOWHERE}",)))
    assert caught.value.permanent is True


@pytest.mark.parametrize(
    ("text", "packages"),
    [
        ("ប្រាសាទ", ["fonts-noto-core"]),
        ("条約", ["fonts-noto-cjk"]),
        ("한국 ไทย", ["fonts-noto-cjk", "fonts-noto-core"]),
        ("\U00020000", ["fonts-hanazono"]),
        ("\ue000\U000e1000", []),
        ("🥰", []),
    ],
)
@pytest.mark.usefixtures("only_latin")
def test_the_package_of_the_missing_font_is_named(text: str, packages: list[str]) -> None:
    missing = glyphs.unprintable(text)
    assert glyphs.packages_for(missing) == packages
    told = glyphs.refusal(missing)
    assert [name for name in packages if name not in told] == []


@pytest.mark.usefixtures("only_latin")
def test_breaks_joiners_and_selectors_need_no_picture() -> None:
    assert glyphs.unprintable("a\u200db\ufe0f\u034f\n\u00ad\u2028c\u3164") == []


@pytest.mark.usefixtures("only_latin")
def test_a_mark_without_a_font_is_missing_like_a_letter() -> None:
    assert glyphs.unprintable("a\u0951") == ["\u0951"]


def test_the_typesetters_own_word_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "_coverage", lambda: ([0], [0x10FFFF]))
    with pytest.raises(PdfFailed, match=r"U\+13460"):
        letter_pdf(sample("en", words=(f"I saw {NOWHERE}",)))


def test_without_fontconfigs_tools_the_typesetter_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert glyphs._coverage.__wrapped__() == ([0], [0x10FFFF])


def test_the_emoji_font_is_shipped_with_its_licence() -> None:
    assert glyphs.EMOJI.is_file()
    licence = glyphs.EMOJI.with_name("NotoEmoji-OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence.upper()
