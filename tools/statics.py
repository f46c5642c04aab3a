"""Static files for the demonstration: compressing them takes seconds, so only when they changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from tools.console import ROOT

NOTE = "static.sha256"


def are_collected(var: Path) -> bool:
    """Tell whether var/static holds what would be collected now."""
    note = var / NOTE
    return (var / "static").is_dir() and note.is_file() and note.read_text() == _fingerprint()


def note_collected(var: Path) -> None:
    (var / NOTE).write_text(_fingerprint())


def _fingerprint() -> str:
    """Return what the collected files depend on: ours, Django's, and how they are stored."""
    parts = (f"{path.relative_to(ROOT)} {_state(path)}" for path in sorted(_sources()))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _sources() -> Iterator[Path]:
    yield ROOT / "requirements" / "run.txt"
    yield ROOT / "campaign" / "settings.py"
    yield from (path for path in (ROOT / "static").rglob("*") if path.is_file())


def _state(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns
