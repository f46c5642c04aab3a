"""What WeasyPrint needs from the system: Pango's libraries and fonts for every script."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

from tools import apt
from tools.console import Refused

LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libfontconfig.so.1",
)
# One face of each package is proof enough; where it is missing, letters in that script
# would silently fall back to a face without the characters.
FONTS = {
    "Noto Serif": ("NotoSerif-", "NotoSerif["),
    "Noto Naskh Arabic": ("NotoNaskhArabic-", "NotoNaskhArabic["),
    "Noto CJK": ("NotoSerifCJK", "NotoSansCJK"),
}
PACKAGES = (
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "libharfbuzz-subset0",
    "fonts-noto-core",
    "fonts-noto-cjk",
)


def ensure() -> None:
    """Make sure that letters can be typeset here, or refuse with the line that mends it."""
    if not (missing := _missing()):
        return
    apt.provide(f"Letters cannot be typeset here without {', '.join(missing)}.", PACKAGES)
    if missing := _missing():
        raise Refused(f"apt-get succeeded, yet {', '.join(missing)} cannot be found.")


def _missing() -> list[str]:
    return [*missing_libraries(), *missing_fonts()]


def missing_libraries() -> list[str]:
    """Try to load each library. `find_library` would need ldconfig or a compiler."""
    return [name for name in LIBRARIES if not _loads(name)]


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def missing_fonts() -> list[str]:
    names = set(_noto_files())
    return [
        font
        for font, prefixes in FONTS.items()
        if not any(name.startswith(prefixes) for name in names)
    ]


def _noto_files() -> Iterator[str]:
    for folder in font_folders():
        for _, _, names in os.walk(folder, followlinks=True):
            yield from (name for name in names if name.startswith("Noto"))


def font_folders() -> list[Path]:
    """Return the folders that fontconfig reads by default."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    return [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".fonts",
        data / "fonts",
    ]
