"""The formats of exports: each turns an export into the bytes of a file, piece by piece."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import IO, ClassVar

from letters.exports.base import Export

CHUNK = 64 * 1024


class Format(ABC):
    identifier: ClassVar[str]
    label: ClassVar[str]
    content_type: ClassVar[str]
    is_text: ClassVar[bool]

    @abstractmethod
    def chunks(self, export: Export) -> Iterator[bytes]:
        """Yield the file."""


def lines_in_chunks(lines: Iterator[str]) -> Iterator[bytes]:
    """Gather lines, so that a file of many rows isn't sent in as many packets."""
    waiting, size = [], 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()


def file_in_chunks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(CHUNK):
        yield piece
