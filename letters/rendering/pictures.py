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
    rows = tuple(segno.make(text, error="m", mask=3, micro=False, boost_error=False).matrix)
    dark = (_runs(y, bytes(row)) for y, row in enumerate(rows))
    return Code(len(rows), "".join(run for row in dark for run in row))


def _runs(y: int, row: bytes) -> list[str]:
    runs, x = [], 0
    while (x := row.find(1, x)) >= 0:
        end = row.find(0, x)
        end = len(row) if end < 0 else end
        runs.append(f"M{x} {y}h{end - x}v1h{x - end}z")
        x = end
    return runs
