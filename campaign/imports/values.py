"""Cells as values: days, lists, languages, ISO codes. Each reader raises WrongRow."""

from __future__ import annotations

import re
from datetime import date, time

from django.utils.translation import gettext as _

from campaign.countries import country_names
from campaign.imports.base import WrongRow
from campaign.imports.table import Row

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")
LARGEST = 32_767
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Bodies with a reserved code that can be written to, though they are no countries.
_UNIONS = {"EU", "UN"}


def day_in(row: Row, column: str) -> date | None:
    """Return the day of a cell; None if it is empty."""
    text = row.cells[column]
    if not text:
        return None
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass  # the 30th of February: said below
    raise WrongRow(f"{column}: " + _("“%s” is no date. Write it as 2025-12-31.") % text)


def time_in(row: Row, column: str) -> time:
    """Return the time of day of a cell, to the minute."""
    if _TIME.fullmatch(row.cells[column]):
        try:
            return time.fromisoformat(row.cells[column])
        except ValueError:
            pass  # 25:00: said below
    raise WrongRow(f"{column}: " + _("“%s” is no time. Write it as 09:00.") % row.cells[column])


def number_in(row: Row, column: str) -> int:
    text = row.cells[column]
    if text.isascii() and text.isdigit() and int(text) <= LARGEST:
        return int(text)
    raise WrongRow(
        f"{column}: "
        + _("“%(text)s” is no whole number up to %(largest)d.") % {"text": text, "largest": LARGEST}
    )


def list_in(row: Row, column: str) -> list[str]:
    """Return the parts of a cell that separates them by semicolons."""
    return [part.strip() for part in row.cells[column].split(";") if part.strip()]


def check_language(column: str, tag: str) -> None:
    if not _LANGUAGE.fullmatch(tag):
        raise WrongRow(
            f"{column}: " + _("“%s” is no language tag. Write it as et or zh-Hans.") % tag
        )


def check_country(column: str, code: str) -> None:
    if code not in _UNIONS and code not in country_names("en"):
        raise WrongRow(
            f"{column}: " + _("“%s” is no ISO 3166 code of a country, such as EE.") % code
        )
