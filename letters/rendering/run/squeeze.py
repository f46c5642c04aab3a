"""Compress what many letters begin with once: a deflater's state is kept where they part.

Deflate sees one stream of bytes however it is handed over, so what comes out is what one call
for the whole would give (zlib, level 9, as WeasyPrint compresses).
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from typing import Any, NamedTuple

_STATES = 12  # of about 270 KB each
_SEEN = 2_000
_SHORTEST = 4  # chunks that are worth a state


class _State(NamedTuple):
    chunks: tuple[bytes, ...]
    written: bytes
    deflater: Any


class Squeezer:
    """Remembers beginnings that it met before."""

    def __init__(self) -> None:
        self.states: OrderedDict[int, _State] = OrderedDict()
        self.seen: OrderedDict[int, None] = OrderedDict()

    def compressed(self, chunks: list[bytes]) -> bytes:
        """Return the chunks, joined by line ends, as a zlib stream."""
        keys = _keys(chunks)
        state = self._longest(chunks, keys)
        begun, deflater = len(state.chunks), state.deflater.copy()
        parts = [state.written]
        keep = max((i for i in range(begun, len(keys)) if keys[i] in self.seen), default=0)
        for index in range(begun, len(chunks)):
            if index == len(chunks) - 1:
                parts.append(deflater.compress(chunks[index]))
                break
            parts.append(deflater.compress(chunks[index] + b"\n"))
            if index == keep >= _SHORTEST:
                made = _State(tuple(chunks[: index + 1]), b"".join(parts), deflater.copy())
                remember(self.states, keys[index], made, _STATES)
        for key in keys:
            remember(self.seen, key, None, _SEEN)
        return b"".join((*parts, deflater.flush()))

    def _longest(self, chunks: list[bytes], keys: list[int]) -> _State:
        for index in range(len(keys) - 1, -1, -1):
            state = self.states.get(keys[index])
            if state is not None and state.chunks == tuple(chunks[: index + 1]):
                self.states.move_to_end(keys[index])
                return state
        return _State((), b"", zlib.compressobj(9))


def _keys(chunks: list[bytes]) -> list[int]:
    """Return a key for each beginning but the whole."""
    keys, key = [], 0
    for chunk in chunks[:-1]:
        key = hash((key, chunk))
        keys.append(key)
    return keys


def remember(kept: OrderedDict[Any, Any], key: Any, value: Any, most: int) -> None:
    """Keep a value as the latest of at most so many."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)


squeezer = Squeezer()
