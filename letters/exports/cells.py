"""Text in cells: nothing that people typed becomes a formula, a link or broken XML (A15, A16)."""

from __future__ import annotations

import re

# Full-width signs count as the plain ones in some programs. TAB, CR, LF and NUL at the start are
# skipped by programs that then see what follows.
_SIGNS = "=+\\-@＝＋－＠"
_STARTS = re.compile(rf"\A(?='*[{_SIGNS}\t\r\n\0])")
# A program that takes another separator than ours splits a cell in two (OWASP, CSV injection).
_INSIDE = re.compile(rf"(?<=[,;|\t\r\n\"])(?='*[{_SIGNS}])")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def neutral(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: a quote stands before each sign."""
    return _STARTS.sub("'", _INSIDE.sub("'", text))


def original(text: str) -> str:
    """Undo `neutral`, for programs that read our CSV files."""
    inside = re.sub(rf"(?<=[,;|\t\r\n\"])'(?='*[{_SIGNS}])", "", text)
    return re.sub(rf"\A'(?='*[{_SIGNS}\t\r\n\0])", "", inside)


def xml_text(text: str) -> str:
    """Return `text` without the characters that XML cannot hold, its line ends as XML has them."""
    return _NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def shortened(text: str, units: int) -> str:
    """Cut text to `units` of UTF-16, which is how spreadsheets measure it."""
    encoded = text.encode("utf-16-le")
    if len(encoded) <= 2 * units:
        return text
    return encoded[: 2 * (units - 1)].decode("utf-16-le", "ignore") + "…"
