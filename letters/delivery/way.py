"""How a letter gets to its office: mail by mail, in a digest, or on paper."""

from __future__ import annotations

from django.db.models import Q

from campaign.models import Campaign, Delivery, Office
from letters.models import Letter


def way_of(letter: Letter) -> Delivery:
    """Return how a letter is delivered: as its office has it, else as its campaign."""
    return way_to(letter.office, letter.campaign)


def way_to(office: Office | None, campaign: Campaign) -> Delivery:
    return Delivery((office.delivery if office else "") or campaign.delivery)


def goes_by(way: Delivery) -> Q:
    """Return the condition on letters that are delivered in this way."""
    by_campaign = Q(office__delivery="") | Q(office=None)
    return Q(office__delivery=way) | (by_campaign & Q(campaign__delivery=way))
