"""Read what an export is asked for, from a command line or a form: words in, values out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from campaign.models import Campaign
from letters.dimensions import Dimension
from letters.enums import COUNTED, LetterState


class Refused(ValueError):
    """What was asked for cannot be done. Its message is a sentence for the person who asked."""


def campaign_named(slug: str | None) -> Campaign:
    campaign = Campaign.objects.filter(slug=slug).first() if slug else None
    if campaign is not None:
        return campaign
    known = ", ".join(Campaign.objects.order_by("slug").values_list("slug", flat=True)) or "—"
    if not slug:
        raise Refused(_("Name a campaign: %(known)s.") % {"known": known})
    raise Refused(
        _("There is no campaign “%(slug)s”. There are: %(known)s.") % {"slug": slug, "known": known}
    )


def dimensions_named(names: Iterable[str]) -> list[str]:
    names = list(names)
    for name in names:
        if name not in Dimension.values:
            raise Refused(
                _("Letters cannot be counted by “%(name)s”. They can by %(known)s.")
                % {"name": name, "known": ", ".join(Dimension.values)}
            )
    return names


def day_named(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = _("“%(text)s” is no day. Write it like 2026-11-22.") % {"text": text}
        raise Refused(message) from error


def in_order(since: date | None, until: date | None) -> None:
    if since and until and since > until:
        raise Refused(
            _("The first day, %(since)s, is after the last, %(until)s.")
            % {"since": since, "until": until}
        )


def states_named(text: str) -> frozenset[str]:
    """Return the states of `confirmed` (all that count), `all`, or a list parted by commas."""
    if text == "confirmed":
        return COUNTED
    if text == "all":
        return frozenset(LetterState.values)
    names = {name.strip() for name in text.split(",") if name.strip()}
    unknown = sorted(names - set(LetterState.values))
    if unknown or not names:
        raise Refused(
            _("“%(name)s” is no state of a letter. There are: %(known)s.")
            % {"name": ", ".join(unknown) or text, "known": ", ".join(LetterState.values)}
        )
    return frozenset(names)
