"""Whom to write to and where one lives, as choices that are made once per language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaign.countries import country_name, country_names, sort_key, sorted_countries
from campaign.forms import Groups

# So few governments are shown as radio buttons, so few targets lead the list of countries.
FEW = 7
REGIONS: Mapping[str, Any] = {
    "Africa": _("Africa"),
    "Americas": _("Americas"),
    "Asia": _("Asia"),
    "Europe": _("Europe"),
    "Oceania": _("Oceania"),
}
CODES = {code: code for code in country_names("en")}


@lru_cache(maxsize=64)
def country_groups(language: str, likely: tuple[str, ...], first: tuple[tuple[str, str]]) -> Groups:
    """Return all countries in the order of `language`, before them the likely ones."""
    everyone = sorted_countries(language)
    if not likely:
        return (("", (*first, *everyone)),)
    some = tuple(pair for pair in everyone if pair[0] in likely)
    return (
        ("", first),
        (str(_("Countries of this campaign")), some),
        (str(_("All countries")), everyone),
    )


@lru_cache(maxsize=64)
def government_groups(
    governments: tuple[tuple[str, str, str], ...], language: str, by_region: bool
) -> Groups:
    """Return (ISO code, name, region) of governments as choices in the order of `language`."""
    english = language.split("-")[0] == "en"
    regions: dict[str, list[tuple[str, str]]] = {}
    for code, name, region in governments:
        shown = name if english else country_name(code, language) or name
        label = str(REGIONS.get(region, region)) if by_region else ""
        regions.setdefault(label, []).append((code, shown))
    return tuple(
        (label, tuple(sorted(pairs, key=lambda pair: sort_key(pair[1], language))))
        for label, pairs in sorted(regions.items())
    )
