"""How offices get their letters was changed: what waits for them follows."""

from __future__ import annotations

from campaign.models import Campaign, Office
from letters.delivery import pace
from letters.enums import LetterState

# A letter that waits for its mail, its digest or the hand-over.
WAITING = (LetterState.QUEUED, LetterState.HELD)


def office_changed(office: Office) -> None:
    """Have the sweeper plan anew what waits for an office."""
    pace.ask_anew(Office.objects.filter(pk=office.pk))


def campaign_changed(campaign: Campaign) -> None:
    """Have the sweeper plan anew what waits for the offices that a campaign writes to."""
    offices = Office.objects.filter(letters__campaign=campaign, letters__state__in=WAITING)
    pace.ask_anew(offices.distinct())
