"""Counts read from the sums that are kept ready, against counting the letters by the best statement."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from io import StringIO

from bench.figures import Figure

BY = ["government", "day"]
ROUNDS = 5


def measure(submissions: int) -> list[Figure]:
    from django.core.management import call_command

    from bench.pages import SLUG
    from campaign.models import Campaign
    from letters.counts import recounted, tally

    started = time.perf_counter()
    call_command("seed", submissions=submissions, campaign=SLUG, stdout=StringIO())
    seeded = time.perf_counter() - started
    campaign = Campaign.objects.get(slug=SLUG)
    if tally(campaign, BY) != recounted(campaign, BY):
        raise RuntimeError("The sums differ from the recount.")
    ready, counted = (_seconds(partial(count, campaign, BY)) for count in (tally, recounted))
    return [
        Figure(
            f"counts by government and day of {submissions:,}", counted / ready, 10.0,
            f"{ready * 1000:.0f} ms ({submissions:,} submissions seeded in {seeded:.0f} s)",
            f"counting the letters, {counted * 1000:.0f} ms",
        )
    ]  # fmt: skip


def _seconds(step: Callable[[], object]) -> float:
    """Return the median time of a few rounds."""
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        step()
        took.append(time.perf_counter() - start)
    return statistics.median(took)
