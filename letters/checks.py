"""System checks of delivery's settings."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from letters.delivery import policy, reconcile
from letters.returns import configured


@register()
def check_reconcile(**kwargs: Any) -> list[CheckMessage]:
    return [Error(problem, id="letters.E001") for problem in reconcile.problems()]


@register()
def check_times(**kwargs: Any) -> list[CheckMessage]:
    """A claim must outlast the message that is begun in it, or two workers would send the same."""
    if policy.times().sound:
        return []
    return [Error("DELIVERY_TIMES: fence must be shorter than lease.", id="letters.E003")]


@register()
def check_provider(**kwargs: Any) -> list[CheckMessage]:
    return [Error(problem, id="letters.E002") for problem in configured.problems()]
