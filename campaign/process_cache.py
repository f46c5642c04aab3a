"""A cache inside this process: objects are kept as they are, not pickled.

For what is the same for every visitor and may be a moment old: a campaign's page, its published
texts, the list of governments. Whoever takes an object out must not change it.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

LIMIT = 2_000
# Django makes a cache object for each thread; what is kept belongs to the process.
_kept: dict[str, tuple[Any, float]] = {}


class ProcessCache(BaseCache):
    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        value, until = _kept.get(self.make_key(key, version), (default, 0.0))
        return value if until > time.monotonic() else default

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        if len(_kept) >= LIMIT:
            _kept.clear()  # a flood of addresses that nobody asks for twice
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        _kept[self.make_key(key, version)] = (value, time.monotonic() + (seconds or 0))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return _kept.pop(self.make_key(key, version), None) is not None

    def clear(self) -> None:
        _kept.clear()
