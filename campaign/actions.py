"""What organisers decide about campaigns and offices. Each decision is kept in the admin's log.

Nothing here touches letters: they look at the state of their campaign and office when they move.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Max, Model
from django.utils.translation import gettext as _

from campaign.models import Campaign, ConsentWording, Office
from campaign.readiness import lacking

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
    """A decision that cannot be carried out. The first sentence tells an organiser why.

    What stands after it in `args` is a list: what has to be done first.
    """

    def __str__(self) -> str:
        return "\n  - ".join(map(str, self.args))


@transaction.atomic
def set_state(*, campaign: Campaign, state: Campaign.State, by: AbstractBaseUser) -> Campaign:
    """Move a campaign to another state. Raises NotAllowed."""
    if state not in MOVES[campaign.state]:
        raise NotAllowed(_no_way(campaign, state))
    if state in {State.TEST, State.LIVE}:
        _check_ready(campaign)
    if state == State.LIVE:
        _check_letter(campaign)
    # Somebody else may have decided meanwhile: only the state that was looked at is left.
    unmoved = Campaign.objects.filter(pk=campaign.pk, state=campaign.state)
    if unmoved.update(state=state) != 1:
        message = _("Campaign %s was changed by somebody else. Look again.")
        raise NotAllowed(message % campaign)
    campaign.state = state
    _log([campaign], by, _("State: %s.") % Campaign.State(state).label)
    return campaign


def _no_way(campaign: Campaign, state: Campaign.State) -> str:
    """Say why a campaign cannot move to `state`, and what leads there."""
    messages = {
        (State.DRAFT, State.LIVE): _("Campaign %s is a draft: choose the test first."),
        (State.DRAFT, State.PAUSED): _("Campaign %s is a draft: nobody can sign it yet."),
        (State.DRAFT, State.CLOSED): _("Campaign %s is a draft: delete it if it isn't needed."),
        (State.TEST, State.PAUSED): _("Campaign %s is a test: nobody can sign it yet."),
        (State.TEST, State.CLOSED): _("Campaign %s is a test: nobody can sign it yet."),
        (State.LIVE, State.TEST): _("Campaign %s is live already: the test comes before that."),
        (State.PAUSED, State.TEST): _("Campaign %s was live already: let it go on, or close it."),
    }
    if campaign.state == state:
        return _("Campaign %(campaign)s is in the state “%(state)s” already.") % {
            "campaign": campaign,
            "state": Campaign.State(state).label,
        }
    if campaign.state == State.CLOSED:
        return _("Campaign %s is closed for good.") % campaign
    if (campaign.state, state) in messages:
        return messages[State(campaign.state), state] % campaign
    return _("Campaign %(campaign)s is in the state “%(old)s” and cannot become “%(new)s”.") % {
        "campaign": campaign,
        "old": campaign.get_state_display(),
        "new": Campaign.State(state).label,
    }


def _check_ready(campaign: Campaign) -> None:
    if missing := lacking(campaign):
        message = _("Campaign %s is not complete. On its page in the admin, fill in:")
        raise NotAllowed(message % campaign, *missing)


def _check_letter(campaign: Campaign) -> None:
    published = Campaign.objects.filter(
        pk=campaign.pk, templates__versions__published_at__isnull=False
    )
    if not published.exists():
        message = _(
            "Campaign %s has no published letter. Open its letter under “Letters to groups of "
            "governments” and publish the draft first."
        )
        raise NotAllowed(message % campaign)


@transaction.atomic
def add_consent_wording(*, campaign: Campaign, language: str, text: str) -> ConsentWording:
    """Add the next version of what supporters agree to. Earlier ones stay as they are."""
    earlier = campaign.consent_wordings.filter(language=language)
    latest = earlier.aggregate(latest=Max("version"))["latest"] or 0
    return ConsentWording.objects.create(
        campaign=campaign, language=language, version=latest + 1, text=text
    )


@transaction.atomic
def set_paused(
    *, offices: Iterable[Office], paused: bool, by: AbstractBaseUser, reason: str = ""
) -> int:
    """Let letters to the offices wait, or go on. Returns how many offices that changed."""
    changed = [office for office in offices if office.paused != paused]
    rows = Office.objects.filter(pk__in=[office.pk for office in changed])
    rows.update(paused=paused, pause_reason=reason[:300] if paused else "")
    _log(changed, by, _paused(paused, reason))
    return len(changed)


@transaction.atomic
def set_delivery_paused(
    *, campaigns: Iterable[Campaign], paused: bool, by: AbstractBaseUser, reason: str = ""
) -> int:
    """Let letters of the campaigns wait, or go on. Returns how many campaigns that changed.

    They can be signed and confirmed all the same.
    """
    changed = [campaign for campaign in campaigns if campaign.delivery_paused != paused]
    rows = Campaign.objects.filter(pk__in=[campaign.pk for campaign in changed])
    rows.update(delivery_paused=paused, delivery_pause_reason=reason[:300] if paused else "")
    _log(changed, by, f"{_('Delivery:')} {_paused(paused, reason)}")
    return len(changed)


def _paused(paused: bool, reason: str) -> str:
    return " ".join(filter(None, [_("Paused.") if paused else _("Resumed."), reason]))


def _log(rows: Iterable[Model], by: AbstractBaseUser, message: str) -> None:
    LogEntry.objects.log_actions(by.pk, list(rows), CHANGE, message)
