"""Which characters can this site print? Asked before a PDF is made.

WeasyPrint prints a box for a character that no font has, and says so only in its log.
"""

from __future__ import annotations

import bisect
import shutil
import subprocess
import unicodedata
from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont

# Breaks and joiners that no font needs a picture for.
_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}
# Default_Ignorable_Code_Point beyond these categories (Unicode, DerivedCoreProperties.txt).
_IGNORABLE = {0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0}
EMOJI = settings.BASE_DIR / "static/fonts/NotoEmoji-Regular.ttf"
# Debian's packages, by blocks: the first span that holds a character names its fonts.
_CORE, _CJK, _RARE = "fonts-noto-core", "fonts-noto-cjk", "fonts-hanazono"
_PACKAGES = (
    (0x1100, 0x11FF, _CJK), (0x2E80, 0x9FFF, _CJK), (0xA960, 0xA97F, _CJK),
    (0xAC00, 0xD7FF, _CJK), (0xF900, 0xFAFF, _CJK), (0xFE30, 0xFE4F, _CJK),
    (0xFF00, 0xFFEF, _CJK), (0x1AFF0, 0x1B16F, _CJK), (0x1F000, 0x1FAFF, ""),
    (0x20000, 0x3FFFF, _RARE),
)  # fmt: skip


def unprintable(text: str) -> list[str]:
    """Return the characters of `text`, each once and in order, that no installed font has."""
    return [char for char in dict.fromkeys(text) if not _prints(char)]


def problem(text: str) -> str:
    """Return why a text cannot be printed, as a sentence, or an empty string."""
    missing = unprintable(text)
    return refusal(missing) if missing else ""


def refusal(chars: Iterable[str]) -> str:
    """Name characters that have no picture, and the Debian packages that would bring them."""
    listed = list(chars)[:20]
    named = ", ".join(f"{char} (U+{ord(char):04X})" for char in listed)
    message = _("No installed font has: %(characters)s.") % {"characters": named}
    if packages := packages_for(listed):
        install = _("The package %(packages)s of Debian may have it.")
        message += " " + install % {"packages": ", ".join(packages)}
    return message


def packages_for(chars: Iterable[str]) -> list[str]:
    """Return the Debian packages of fonts for these characters; none for what isn't assigned."""
    found = (_package(ord(char)) for char in chars if unicodedata.category(char)[0] != "C")
    return [name for name in dict.fromkeys(found) if name]  # emoji come with the site, or not


def _package(code: int) -> str:
    return next((name for low, high, name in _PACKAGES if low <= code <= high), _CORE)


def _prints(char: str) -> bool:
    if char.isascii() or unicodedata.category(char) in _INVISIBLE or _is_ignorable(ord(char)):
        return True
    starts, ends = _coverage()
    at = bisect.bisect_right(starts, ord(char)) - 1
    return at >= 0 and ord(char) <= ends[at]


def _is_ignorable(code: int) -> bool:
    selectors = 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
    return selectors or code in _IGNORABLE


@cache
def _coverage() -> tuple[list[int], list[int]]:
    """Return starts and ends (inclusive) of the code points that any font we use covers."""
    program = shutil.which("fc-list")
    if program is None:
        return [0], [0x10FFFF]  # no fontconfig tools here: the typesetter's own word decides
    # Pango takes outlines in TrueType's and OpenType's wrapping only.
    command = [program, ":outline=true", "--format", "%{fontformat} %{charset}\n"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    fonts = [line.split() for line in listed.stdout.splitlines()]
    spans = {span for kind, *spans in fonts if kind in ("TrueType", "CFF") for span in spans}
    return _merged(spans | _own_spans())


def _own_spans() -> set[str]:
    """Return the code points of the emoji font that the site brings with it."""
    if not EMOJI.is_file():
        return set()
    with TTFont(EMOJI, lazy=True) as font:
        return {f"{code:x}" for code in font.getBestCmap()}


def _merged(spans: set[str]) -> tuple[list[int], list[int]]:
    starts: list[int] = []
    ends: list[int] = []
    for low, high in sorted(_bounds(span) for span in spans):
        if ends and low <= ends[-1] + 1:
            ends[-1] = max(ends[-1], high)
        else:
            starts.append(low)
            ends.append(high)
    return starts, ends


def _bounds(span: str) -> tuple[int, int]:
    low, _dash, high = span.partition("-")
    return int(low, 16), int(high or low, 16)
