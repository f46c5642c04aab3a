"""What the letter's templates need to ask and Django's filters cannot answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

# What stands in a preview until it is answered. An organisation that isn't named leaves no gap.
LABELS: Mapping[str, Any] = {
    "name": _("Your name"),
    "place": _("Your town and country"),
    "town": _("Your town"),
    "country": _("Your country"),
}


class _Piece(Protocol):
    text: str


@register.filter
def has_text(line: Iterable[_Piece]) -> bool:
    """Whether a line of a letter prints anything."""
    return any(piece.text.strip() for piece in line)


@register.filter
def blank_label(fill: str) -> str:
    """Return what a preview shows in place of an answer not yet given."""
    return str(LABELS.get(fill, ""))
