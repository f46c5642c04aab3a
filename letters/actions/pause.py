"""Pause and resume delivery to offices, or of campaigns, with the reason in the admin's log.

Nothing is lost by a pause: letters wait, and are spaced anew when they go on.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from campaign.actions import set_delivery_paused, set_paused
from campaign.models import Campaign, Office
from letters.actions.courtesy import campaign_changed, office_changed


@transaction.atomic
def pause_offices(offices: Iterable[Office], *, by: AbstractBaseUser, reason: str) -> int:
    """Let letters to offices wait. Returns how many offices that changed."""
    return set_paused(offices=offices, paused=True, by=by, reason=reason)


@transaction.atomic
def resume_offices(offices: Iterable[Office], *, by: AbstractBaseUser) -> int:
    offices = list(offices)
    done = set_paused(offices=offices, paused=False, by=by)
    for office in offices:
        office_changed(office)
    return done


@transaction.atomic
def pause_campaigns(campaigns: Iterable[Campaign], *, by: AbstractBaseUser, reason: str) -> int:
    """Let letters of campaigns wait; they can still be signed. Returns how many that changed."""
    return set_delivery_paused(campaigns=campaigns, paused=True, by=by, reason=reason)


@transaction.atomic
def resume_campaigns(campaigns: Iterable[Campaign], *, by: AbstractBaseUser) -> int:
    campaigns = list(campaigns)
    done = set_delivery_paused(campaigns=campaigns, paused=False, by=by)
    for campaign in campaigns:
        campaign_changed(campaign)
    return done
