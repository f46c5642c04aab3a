"""The pictures of a letter: the campaign's logo, and the QR code that leads to the check page.

A logo reaches the paper by a name of its own (`logo:…`) that only `offer` gives out: the
renderer's fetcher serves what was offered and knows no other address.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import segno
from django.core.files.storage import default_storage

SCHEME = "logo:"
_OFFERED: dict[str, str] = {}
_FIRST: dict[int, tuple[str, int, int]] = {}  # a text, its side and modules, by its length
_AT_MOST = 500  # logos a process has offered, of all campaigns


class NoPicture(Exception):
    """The campaign's logo is missing from the storage or cannot be read."""


class Code(NamedTuple):
    """A QR code: its side in modules and the SVG path that fills the dark ones."""

    size: int
    path: str


def offer(name: str) -> str:
    """Return the address under which the renderer may fetch this stored logo. Raises NoPicture."""
    read(name)
    if len(_OFFERED) >= _AT_MOST:
        _OFFERED.clear()
    _OFFERED[SCHEME + name] = name
    return SCHEME + name


def offered(url: str) -> bytes | None:
    """Return the picture that was offered under exactly this address."""
    name = _OFFERED.get(url)
    return read(name) if name else None


@lru_cache(maxsize=16)
def read(name: str) -> bytes:
    """Return a stored logo. Its name is never given to another picture. Raises NoPicture."""
    try:
        with default_storage.open(name) as file:
            content: bytes = file.read()
    except (OSError, ValueError) as error:
        raise NoPicture(f"The campaign's logo cannot be read: {name}") from error
    return content


@lru_cache(maxsize=512)
def qr_path(text: str) -> Code:
    """Return the QR code of `text`, a quarter of it mendable (ISO/IEC 18004, level M).

    The mask is given instead of searched for: that takes a fifth of the time, and any is valid.
    """
    size, dark = _modules(text) if text.isascii() else _made(text)
    rows = dark.to_bytes(size * size, "big")
    runs = (_runs(y, rows[y * size : (y + 1) * size]) for y in range(size))
    return Code(size, "".join(run for row in runs for run in row))


def _modules(text: str) -> tuple[int, int]:
    """Return a code's side and its modules, a byte each, from one of the same length.

    Such codes are linear: a bit flipped in the text flips the same modules in every code of its
    length, mask and level. So letters' numbers are set without reckoning each code anew.
    """
    first, size, dark = _first_of(len(text), text)
    for place, (char, other) in enumerate(zip(text, first, strict=True)):
        for bit in _bits(ord(char) ^ ord(other)):
            dark ^= _flipped(first, place, bit)
    return size, dark


def _bits(number: int) -> list[int]:
    return [bit for bit in range(7) if number >> bit & 1]


def _first_of(length: int, text: str) -> tuple[str, int, int]:
    if length not in _FIRST:
        _FIRST[length] = (text, *_made(text))
    return _FIRST[length]


@lru_cache(maxsize=2_000)
def _flipped(first: str, place: int, bit: int) -> int:
    char = chr(ord(first[place]) ^ 1 << bit)
    return _made(first)[1] ^ _made(f"{first[:place]}{char}{first[place + 1 :]}")[1]


def _made(text: str) -> tuple[int, int]:
    code = segno.make(text, error="m", mask=3, mode="byte", micro=False, boost_error=False)
    return len(code.matrix), int.from_bytes(b"".join(map(bytes, code.matrix)), "big")


def _runs(y: int, row: bytes) -> list[str]:
    runs, x = [], 0
    while (x := row.find(1, x)) >= 0:
        end = row.find(0, x)
        end = len(row) if end < 0 else end
        runs.append(f"M{x} {y}h{end - x}v1h{x - end}z")
        x = end
    return runs
