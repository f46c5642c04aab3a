"""Where a bundle is made: pieces as files, each whole or not there at all, each with its facts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

Facts = dict[str, Any]


class Folder:
    """A folder of this computer, for its service only: what is in it is personal."""

    def __init__(self, path: Path) -> None:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path

    def pdf(self, name: str) -> Path:
        return self.path / f"{name}.pdf"

    def facts(self, name: str) -> Facts | None:
        """Return what is known of a finished piece. They are written last."""
        try:
            found: Facts = json.loads((self.path / f"{name}.json").read_text())
        except (FileNotFoundError, ValueError):
            return None
        return found

    def keep(self, name: str, pdf: bytes, facts: Facts) -> Facts:
        for kind, content in (("pdf", pdf), ("json", json.dumps(facts).encode())):
            with whole_file(self.path / f"{name}.{kind}") as file:
                file.write(content)
        return facts

    def once(self, name: str, make: Callable[[], tuple[bytes, Facts]]) -> Facts:
        """Return a piece's facts; it is made if it isn't there."""
        found = self.facts(name)
        return self.keep(name, *make()) if found is None else found


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file that is there whole or not at all, also after a power cut."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
