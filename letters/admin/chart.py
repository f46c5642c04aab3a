"""A bar chart drawn by the server: numbers in, places of rectangles out. No script, no library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, FOOT, HEAD = 720, 180, 24, 20


@dataclass(frozen=True)
class Bar:
    """`label` is empty where the axis would be too crowded; all measures are in user units."""

    x: int
    y: int
    width: int
    height: int
    label: str
    middle: int


@dataclass(frozen=True)
class Chart:
    width: int
    height: int
    foot: int
    highest: int
    bars: list[Bar]


def bar_chart(values: Sequence[int], labels: Sequence[str]) -> Chart:
    """Place one bar for each value; the highest fills the height. Nothing may be negative."""
    highest = max(values, default=0)
    step = WIDTH // max(len(values), 1)
    room = HEIGHT - FOOT - HEAD
    bars = []
    for n, (value, label) in enumerate(zip(values, labels, strict=True)):
        # What is not nothing is seen: one unit at least.
        height = max(1, round(room * value / highest)) if value else 0
        x = n * step
        bars.append(Bar(x + 2, HEIGHT - FOOT - height, step - 4, height, label, x + step // 2))
    return Chart(WIDTH, HEIGHT, HEIGHT - FOOT, highest, bars)
