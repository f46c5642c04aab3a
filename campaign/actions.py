"""What organisers decide about campaigns and offices. Each decision is kept in the admin's log.

Nothing here touches letters: they look at the state of their campaign and office when they move.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Max, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign.models import Campaign, ConsentWording, Office

State = Campaign.State

# Erasing is not among them: it takes the supporters' details along.
MOVES: dict[str, frozenset[str]] = {
    State.DRAFT: frozenset({State.TEST}),
    State.TEST: frozenset({State.DRAFT, State.LIVE}),
    State.LIVE: frozenset({State.PAUSED, State.CLOSED}),
    State.PAUSED: frozenset({State.LIVE, State.CLOSED}),
    State.CLOSED: frozenset(),
    State.ERASED: frozenset(),
}


class NotAllowed(Exception):
    """A decision that cannot be carried out; the message tells an organiser why."""


@transaction.atomic
def set_state(*, campaign: Campaign, state: Campaign.State, by: AbstractBaseUser) -> Campaign:
    """Move a campaign to another state. Raises NotAllowed."""
    if state not in MOVES[campaign.state]:
        raise NotAllowed(
            _("%(campaign)s is %(old)s and cannot become %(new)s.")
            % {
                "campaign": campaign,
                "old": campaign.get_state_display(),
                "new": Campaign.State(state).label,
            }
        )
    if state in {State.TEST, State.LIVE}:
        _check_ready(campaign)
    if state == State.LIVE:
        _check_letter(campaign)
    # Somebody else may have decided meanwhile: only the state that was looked at is left.
    unmoved = Campaign.objects.filter(pk=campaign.pk, state=campaign.state)
    if unmoved.update(state=state) != 1:
        raise NotAllowed(_("%s was changed by somebody else. Look again.") % campaign)
    campaign.state = state
    _log([campaign], by, _("State: %s.") % Campaign.State(state).label)
    return campaign


def _check_ready(campaign: Campaign) -> None:
    pages = set(campaign.texts.values_list("language", flat=True))
    wordings = set(campaign.consent_wordings.values_list("language", flat=True))
    if campaign.default_language not in pages:
        raise NotAllowed(
            _("%(campaign)s has no page text in its language, %(language)s.")
            % {"campaign": campaign, "language": campaign.default_language}
        )
    for language in sorted(pages - wordings):
        raise NotAllowed(
            _("%(campaign)s has no consent wording for its page in %(language)s.")
            % {"campaign": campaign, "language": language}
        )
    if campaign.keep_until <= campaign.today(timezone.now()):
        raise NotAllowed(_("The day until which %s keeps details has passed.") % campaign)


def _check_letter(campaign: Campaign) -> None:
    published = Campaign.objects.filter(
        pk=campaign.pk, templates__versions__published_at__isnull=False
    )
    if not published.exists():
        raise NotAllowed(_("%s has no published letter. Publish one first.") % campaign)


@transaction.atomic
def add_consent_wording(*, campaign: Campaign, language: str, text: str) -> ConsentWording:
    """Add the next version of what supporters agree to. Earlier ones stay as they are."""
    earlier = campaign.consent_wordings.filter(language=language)
    latest = earlier.aggregate(latest=Max("version"))["latest"] or 0
    return ConsentWording.objects.create(
        campaign=campaign, language=language, version=latest + 1, text=text
    )


@transaction.atomic
def set_paused(*, offices: Iterable[Office], paused: bool, by: AbstractBaseUser) -> int:
    """Let letters to the offices wait, or go on. Returns how many offices that changed."""
    changed = [office for office in offices if office.paused != paused]
    Office.objects.filter(pk__in=[office.pk for office in changed]).update(paused=paused)
    _log(changed, by, _("Paused.") if paused else _("Resumed."))
    return len(changed)


def _log(rows: Iterable[Model], by: AbstractBaseUser, message: str) -> None:
    LogEntry.objects.log_actions(by.pk, list(rows), CHANGE, message)
