from __future__ import annotations

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from campaign.actions import MOVES, NotAllowed, add_consent_wording, set_paused, set_state
from campaign.models import Campaign, Office
from tests.factories.campaign import CampaignFactory, ConsentWordingFactory, OfficeFactory
from tests.factories.letters import LetterTextFactory

pytestmark = pytest.mark.django_db

State = Campaign.State
ALLOWED = [(old, new) for old, moves in MOVES.items() for new in moves]
REFUSED = [(old, new) for old in State for new in State if (old, new) not in ALLOWED]


def test_moves_are_those_of_the_design() -> None:
    assert set(ALLOWED) == {
        ("draft", "test"),
        ("test", "draft"),
        ("test", "live"),
        ("live", "paused"),
        ("live", "closed"),
        ("paused", "live"),
        ("paused", "closed"),
    }


@pytest.mark.parametrize(("old", "new"), ALLOWED)
def test_allowed_move_is_made_and_logged(admin_user: User, old: State, new: State) -> None:
    campaign = CampaignFactory(state=old)
    LetterTextFactory(version__template__campaign=campaign)

    set_state(campaign=campaign, state=State(new), by=admin_user)

    campaign.refresh_from_db()
    entry = LogEntry.objects.get()
    assert campaign.state == new
    assert (entry.user, entry.change_message) == (admin_user, f"State: {State(new).label}.")


@pytest.mark.parametrize(("old", "new"), REFUSED)
def test_other_move_is_refused(admin_user: User, old: State, new: State) -> None:
    campaign = CampaignFactory(state=old)

    with pytest.raises(NotAllowed, match="cannot become"):
        set_state(campaign=campaign, state=new, by=admin_user)

    campaign.refresh_from_db()
    assert (campaign.state, LogEntry.objects.count()) == (old, 0)


@pytest.mark.parametrize(
    ("missing", "why"),
    [
        ({"text": None}, "stay has no page text in its language, en."),
        ({"text__language": "et"}, "stay has no page text in its language, en."),
        ({"wording": None}, "stay has no consent wording for its page in en."),
        ({"wording__language": "et"}, "stay has no consent wording for its page in en."),
        (
            {"keep_until": date(2020, 1, 1)},
            "The day until which stay keeps details has passed.",
        ),
    ],
)
def test_campaign_that_is_not_ready_stays_a_draft(
    admin_user: User, missing: dict[str, object], why: str
) -> None:
    campaign = CampaignFactory(slug="stay", state=State.DRAFT, **missing)

    with pytest.raises(NotAllowed) as refusal:
        set_state(campaign=campaign, state=State.TEST, by=admin_user)

    assert str(refusal.value) == why
    assert Campaign.objects.get().state == State.DRAFT


def test_campaign_without_a_published_letter_does_not_go_live(admin_user: User) -> None:
    campaign = CampaignFactory(slug="stay", state=State.TEST)

    with pytest.raises(NotAllowed, match="stay has no published letter"):
        set_state(campaign=campaign, state=State.LIVE, by=admin_user)


def test_move_is_refused_if_somebody_else_was_faster(admin_user: User) -> None:
    campaign = CampaignFactory(slug="stay", state=State.LIVE)
    Campaign.objects.update(state=State.CLOSED)

    with pytest.raises(NotAllowed, match="somebody else"):
        set_state(campaign=campaign, state=State.PAUSED, by=admin_user)

    assert Campaign.objects.get().state == State.CLOSED


def test_consent_wordings_are_counted_by_language() -> None:
    campaign = CampaignFactory()
    ConsentWordingFactory()

    versions = [
        add_consent_wording(campaign=campaign, language=language, text="I agree").version
        for language in ("en", "et", "en")
    ]

    assert versions == [2, 1, 3]


def test_only_offices_that_change_are_logged(admin_user: User) -> None:
    offices = [OfficeFactory(), OfficeFactory(paused=True)]

    assert set_paused(offices=offices, paused=True, by=admin_user) == 1
    assert Office.objects.filter(paused=True).count() == 2
    assert [entry.object_id for entry in LogEntry.objects.all()] == [str(offices[0].pk)]
