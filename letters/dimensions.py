"""What letters can be counted by, and what the groups are called: a code and a name each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel import Locale, UnknownLocaleError
from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.countries import country_name, sort_key
from campaign.models import Government, Office
from letters.enums import LetterState


class Dimension(models.TextChoices):
    """What letters can be counted by."""

    GOVERNMENT = "government", gettext_lazy("government")
    COUNTRY = "country", gettext_lazy("country of the writer")
    DAY = "day", gettext_lazy("day")
    WEEK = "week", gettext_lazy("week")
    MONTH = "month", gettext_lazy("month")
    LANGUAGE = "language", gettext_lazy("language")
    OFFICE = "office", gettext_lazy("office")
    STATE = "state", gettext_lazy("state")

    @property
    def is_time(self) -> bool:
        return self in {Dimension.DAY, Dimension.WEEK, Dimension.MONTH}


@dataclass(frozen=True)
class Key:
    """What a group shares: its code for programs (empty: none) and its name for people."""

    code: str
    name: str


def keys_of(dimension: Dimension, values: set[Any]) -> dict[Any, tuple[Any, Key]]:
    """Return, for each value that SQL found, its place in the order and its key."""
    named = _NAMERS[dimension]({value for value in values if value not in (None, "")})
    keys: dict[Any, tuple[Any, Key]] = {}
    for value in values:
        key = named.get(value) or Key("", "" if dimension.is_time else str(_("none")))
        keys[value] = ((not key.code, _place(dimension, key), key.code), key)
    return keys


def _place(dimension: Dimension, key: Key) -> Any:
    """Where a key stands: days by date, states by the letter's way, all else by name."""
    if dimension == Dimension.STATE:
        states = LetterState.values
        return states.index(key.code) if key.code in states else len(states)
    return key.code if dimension.is_time else sort_key(key.name, _language())


def _governments(values: set[Any]) -> dict[Any, Key]:
    found = Government.objects.in_bulk(values)
    return {pk: Key(government.iso2, government.name) for pk, government in found.items()}


def _offices(values: set[Any]) -> dict[Any, Key]:
    found = Office.objects.select_related("government").in_bulk(values)
    return {pk: Key(office.key, str(office)) for pk, office in found.items()}


def _countries(values: set[Any]) -> dict[Any, Key]:
    return {code: Key(code, country_name(code, _language()) or code) for code in values}


def _languages(values: set[Any]) -> dict[Any, Key]:
    return {tag: Key(tag, _language_name(tag) or tag) for tag in values}


def _language_name(tag: str) -> str | None:
    try:
        return Locale.parse(tag, sep="-").get_display_name(_language().replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None


def _language() -> str:
    """Return the language that names are shown in."""
    return translation.get_language() or "en"


def _states(values: set[Any]) -> dict[Any, Key]:
    labels = dict(LetterState.choices)
    return {state: Key(state, str(labels.get(state, state))) for state in values}


def _times(write: Callable[[date], str]) -> Callable[[set[Any]], dict[Any, Key]]:
    def keys(values: set[Any]) -> dict[Any, Key]:
        return {day: Key(write(day), write(day)) for day in values}

    return keys


def iso_week(day: date) -> str:
    """Return the ISO 8601 week, such as 2026-W47. Its year may differ from the day's."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"


_NAMERS: dict[Dimension, Callable[[set[Any]], dict[Any, Key]]] = {
    Dimension.GOVERNMENT: _governments,
    Dimension.COUNTRY: _countries,
    Dimension.DAY: _times(date.isoformat),
    Dimension.WEEK: _times(iso_week),
    Dimension.MONTH: _times(lambda day: day.isoformat()[:7]),
    Dimension.LANGUAGE: _languages,
    Dimension.OFFICE: _offices,
    Dimension.STATE: _states,
}
