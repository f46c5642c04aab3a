"""The project's settings with one more address: an empty view, the reference of the pages."""

from __future__ import annotations

from campaign.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
