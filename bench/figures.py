"""What a measurement says, and how two are held against each other."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`ratio` is speed over the reference's speed; `target` is the least it should be."""

    name: str
    ratio: float
    target: float
    measured: str
    reference: str

    def line(self) -> str:
        verdict = "reached" if self.ratio >= self.target else "NOT reached"
        return (
            f"{self.name:<44} {self.ratio:6.2f} x  (target {self.target:.2f} x, {verdict})\n"
            f"{'':<44} {self.measured}; reference: {self.reference}"
        )


def per_second(step: Callable[[], object], seconds: float) -> float:
    """Return how often `step` runs in a second, measured over `seconds`."""
    count, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds:
        step()
        count += 1
    return count / elapsed


def in_turn(
    measured: Callable[[], object], reference: Callable[[], object], seconds: float, rounds: int = 5
) -> tuple[float, float, float]:
    """Return the median ratio and the median speeds, measured A B A B: drift hits both alike."""
    pairs = [(per_second(measured, seconds), per_second(reference, seconds)) for _ in range(rounds)]
    ratio = statistics.median(a / b for a, b in pairs)
    return (
        ratio,
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
    )
