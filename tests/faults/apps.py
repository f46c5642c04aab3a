"""Shorten what would make a fault test wait: constants of the delivery, by their names."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.conf import settings


class FaultsConfig(AppConfig):
    name = "tests.faults"
    label = "faults"

    def ready(self) -> None:
        for name, value in settings.SHORTENED.items():
            shorten(name, value)


def shorten(name: str, value: Any) -> None:
    """Set a constant in each module of the delivery that has it. Raises LookupError if none has.

    Where the constant is a timedelta, the value is in seconds.
    """
    found = False
    for module in [one for key, one in sys.modules.items() if key.startswith("letters.")]:
        if name not in vars(module):
            continue
        found = True
        span = isinstance(vars(module)[name], timedelta)
        setattr(module, name, timedelta(seconds=value) if span else value)
    if not found:
        raise LookupError(f"No module of the delivery has {name}.")
