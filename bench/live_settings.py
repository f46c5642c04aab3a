"""The settings of the whole chain under load: production's, but mail ends in the bench's sink.

No failpoints: each would write a line whenever it is passed.
"""

from __future__ import annotations

from tests.faults.settings import *  # noqa: F403

FAULTS = False
