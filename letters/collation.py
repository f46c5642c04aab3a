"""The order of names in a language: the Unicode collation algorithm as CLDR tailors it, by ICU.

ICU's C interface is called through ctypes: icu4py brings the library along and wraps other parts
of it. The same ICU sorts on every machine, whatever the database and the system know.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import icu4py

_NOUGHT = 0  # U_ZERO_ERROR; warnings (a parent locale was used) are negative


class NoOrder(RuntimeError):
    """ICU is not to be had, so nothing can be sorted as a language does."""


@lru_cache(maxsize=32)
def sorter(language: str) -> Callable[[str], bytes]:
    """Return what gives a text its place in the order of `language` (a tag such as `zh-Hant`).

    Sort keys compare as bytes. A language that CLDR doesn't know sorts by its root: all scripts,
    accents after letters. Raises NoOrder.
    """
    library, version = _icu()
    error = ctypes.c_int(_NOUGHT)
    opened = _function(library, "ucol_open", version, ctypes.c_void_p)
    collator = opened(language.replace("-", "_").encode(), ctypes.byref(error))
    if not collator or error.value > _NOUGHT:
        raise NoOrder(f"ICU has no order for {language} (error {error.value}).")
    make = _function(library, "ucol_getSortKey", version, ctypes.c_int32)
    room = ctypes.create_string_buffer(4096)

    def key(text: str) -> bytes:
        encoded = text.encode("utf-16-le", "surrogatepass")
        size = len(encoded) // 2
        length = make(ctypes.c_void_p(collator), encoded, size, room, len(room))
        if length <= len(room):
            return room.raw[: length - 1]
        larger = ctypes.create_string_buffer(length)
        make(ctypes.c_void_p(collator), encoded, size, larger, length)
        return larger.raw[: length - 1]

    return key


def _function(library: Any, name: str, version: int, returned: Any) -> Any:
    """Return a function by its name, to which ICU adds its version."""
    found = getattr(library, f"{name}_{version}")
    found.restype = returned
    return found


@cache
def _icu() -> tuple[Any, int]:
    """Return ICU's library for languages, and its version."""
    version: int = icu4py.icu_version_info[0]
    beside = Path(icu4py.__file__).resolve().parent.parent / "icu4py.libs"
    # A wheel has the library beside it; one built here was linked to the system's.
    shipped = sorted(map(str, beside.glob("libicui18n*")))
    for name in (*shipped, ctypes.util.find_library("icui18n")):
        if name and (library := _opened(name)) and hasattr(library, f"ucol_open_{version}"):
            return library, version
    raise NoOrder(f"The library icui18n of ICU {version} cannot be found.")


def _opened(name: str) -> Any:
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None
