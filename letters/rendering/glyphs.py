"""Which characters can this machine's fonts print? Asked before a PDF is made.

WeasyPrint prints a box for a character that no font has, and says nothing.
"""

from __future__ import annotations

import bisect
import shutil
import subprocess
import unicodedata
from functools import cache

# Breaks and joiners that no font needs a picture for.
_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"}


def unprintable(text: str) -> list[str]:
    """Return the characters of `text`, each once and in order, that no installed font has."""
    return [char for char in dict.fromkeys(text) if not _prints(char)]


def _prints(char: str) -> bool:
    if char.isascii() or unicodedata.category(char) in _INVISIBLE:
        return True
    starts, ends = _coverage()
    if not starts:
        return True  # fontconfig's tools are not on this machine: the worker's check decides
    at = bisect.bisect_right(starts, ord(char)) - 1
    return at >= 0 and ord(char) <= ends[at]


@cache
def _coverage() -> tuple[list[int], list[int]]:
    """Return starts and ends (inclusive) of the code points that any installed font covers."""
    program = shutil.which("fc-list")
    if program is None:
        return [], []
    command = [program, "--format", "%{charset}\n"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    return _merged({span for line in listed.stdout.splitlines() for span in line.split()})


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
    low, _, high = span.partition("-")
    return int(low, 16), int(high or low, 16)
