"""The closed list of placeholders that an organiser may put into a letter text.

`{name}` is replaced once and literally: no template language, no attributes, no nesting (A11).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

# What may stand in braces, and what a sample shows. Those of SUPPORTER come from the visitor.
SUPPORTER = {
    "name": "Mari Tamm",
    "organisation": "Tartu Gardeners",
    "town": "Tartu",
    "country": "Estonia",
    "place": "Tartu, Estonia",
}
CAMPAIGN = {
    "government": "Norland",
    "office": "Prime Minister of Norland",
    "since": "1 March 1999",
    "campaign_organisation": "Example Campaign",
    "date": "22 November 2026",
}
SAMPLE = {**CAMPAIGN, **SUPPORTER}
_BRACES = re.compile(r"\{([^{}\n]{0,60})\}")


def unknown(text: str) -> list[str]:
    """Return the names in braces that are not on the list, in order."""
    return [name for name in _BRACES.findall(text) if name not in SAMPLE]


def suggestion(name: str) -> str:
    """Return the placeholder that `name` was probably meant to be, or an empty string."""
    close = difflib.get_close_matches(name.strip().lower(), SAMPLE, n=1, cutoff=0.6)
    return close[0] if close else ""


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put `values` in place of their names in one pass: a value's own braces stay as typed."""
    return _BRACES.sub(lambda match: values.get(match[1], match[0]), text)
