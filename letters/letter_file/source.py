"""The file as lines: decoded, cleaned of what word processors leave, each with its number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from letters.letter_file.problems import LetterFileError, Problem
from letters.validators import clean_text

MOST_BYTES = 1_000_000
MOST_CHARACTERS = 50_000  # some fifteen pages
_OTHER_FORMATS = {
    b"PK\x03\x04": "Word or OpenDocument (.docx, .odt)",
    b"\xd0\xcf\x11\xe0": "Word (.doc)",
    b"%PDF": "PDF",
    b"{\\rtf": "RTF",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
# Word's Symbol font writes its bullet as a private character.
_SYMBOL_BULLETS = {0xF0B7: "•", 0xF0A7: "•", 0xF076: "•"}
_BULLET = re.compile(r"(?:[-*+·◦○]\s+|[•‣▪●⁃]\s*)(?=\S)")
# Also a dash that goes on with a sentence, hence a bullet only where a list may begin.
_DASH = re.compile(r"[–—]\s+(?=\S)")
# Emphasis at the edges of words, and the backslash before a sign. Longer runs are blanks.
_MARKS = re.compile(r"(?<![\w*_])[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?![\w*_])|\\(?=[^\w\s])")
_RULE = re.compile(r"([-*_])(?:\s*\1){2,}")


@dataclass(frozen=True)
class SourceLine:
    """One line without its indentation and its bullet."""

    number: int
    text: str
    indent: int = 0
    bullet: bool = False

    @property
    def markdown(self) -> str:
        return f"- {self.text}" if self.bullet else self.text

    @property
    def is_rule(self) -> bool:
        return _RULE.fullmatch(self.text) is not None

    @property
    def plain(self) -> str:
        """The text without marks of emphasis, escapes and stray spaces, to be recognised."""
        return " ".join(_MARKS.sub("", self.text).split())


def decode(data: bytes) -> str:
    """Return the text of a file. Raises LetterFileError for what can't be a text file."""
    if problem := _not_text(data):
        raise LetterFileError([problem])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = _("The file is not UTF-8 text. Save it again with the encoding UTF-8.")
        raise LetterFileError([Problem(line, message)]) from error


def _not_text(data: bytes) -> Problem | None:
    if len(data) > MOST_BYTES:
        return Problem(0, _("The file is larger than 1 MB. A letter is a page or two of text."))
    for start, name in _OTHER_FORMATS.items():
        if data.startswith(start):
            message = _(
                "The file is %(format)s. Save the letter as plain text (UTF-8) or Markdown."
            )
            return Problem(1, message % {"format": name})
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        message = _("The file holds zero bytes, so it is no text. Save it as UTF-8 text.")
        return Problem(line, message)
    return None


def lines_of(text: str) -> list[SourceLine]:
    """Return the lines. A break inside a line (Word's Shift+Enter) keeps the line's number.

    Raises LetterFileError for a text without words, or one far too long for a letter.
    """
    if len(text) > MOST_CHARACTERS:
        raise LetterFileError(
            [Problem(0, _("The text is longer than 50,000 characters. A letter is a page or two."))]
        )
    found: list[SourceLine] = []
    begins, in_list = True, False
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")), start=1):
        raw = raw.translate(_SYMBOL_BULLETS).expandtabs(4)
        indent = len(raw) - len(raw.lstrip())
        for piece in clean_text(raw, lines=True).split("\n"):
            line = _line(number, piece, indent, dash=begins or in_list)
            in_list = bool(line.text) and (line.bullet or in_list)
            begins = not line.text or line.text.endswith(":")
            found.append(line)
    if not any(line.text for line in found):
        raise LetterFileError([Problem(0, _("The file is empty."))])
    return found


def _line(number: int, piece: str, indent: int, *, dash: bool) -> SourceLine:
    # A backslash at the end is a line break in some exports of Markdown.
    text = re.sub(r"[ \t]{2,}", " ", piece).strip().removesuffix("\\").rstrip()
    if _RULE.fullmatch(text):
        return SourceLine(number, text, indent)
    bullet = _BULLET.match(text) or (_DASH.match(text) if dash else None)
    if bullet:
        return SourceLine(number, text[bullet.end() :], indent, bullet=True)
    return SourceLine(number, text, indent)


def chunks(lines: Iterable[SourceLine]) -> Iterator[list[SourceLine]]:
    """Return runs of lines with text, as empty lines part them."""
    chunk: list[SourceLine] = []
    for line in lines:
        if line.text:
            chunk.append(line)
        elif chunk:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def trimmed(lines: list[SourceLine]) -> list[SourceLine]:
    """Return the lines without the empty ones at both ends."""
    filled = [index for index, line in enumerate(lines) if line.text]
    return lines[filled[0] : filled[-1] + 1] if filled else []
