from __future__ import annotations

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


@pytest.mark.parametrize(("old", "new"), sorted(ALLOWED))
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
    campaign = CampaignFactory(slug="stay", state=old)

    with pytest.raises(NotAllowed, match=r"^Campaign stay [^%]*\.$"):
        set_state(campaign=campaign, state=new, by=admin_user)

    campaign.refresh_from_db()
    assert (campaign.state, LogEntry.objects.count()) == (old, 0)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("draft", "live", "Campaign stay is a draft: choose the test first."),
        ("live", "live", "Campaign stay is in the state “live” already."),
        ("closed", "live", "Campaign stay is closed for good."),
        ("live", "erased", "Campaign stay is in the state “live” and cannot become “erased”."),
    ],
)
def test_refusal_says_what_leads_there(admin_user: User, old: str, new: str, why: str) -> None:
    campaign = CampaignFactory(slug="stay", state=old)

    with pytest.raises(NotAllowed) as refusal:
        set_state(campaign=campaign, state=State(new), by=admin_user)

    assert str(refusal.value) == why


@pytest.mark.parametrize("state", ["draft", "test"])
def test_campaign_that_is_not_ready_stays_what_it_is(admin_user: User, state: State) -> None:
    campaign = CampaignFactory(slug="stay", state=state, organisation_address=" ", wording=None)

    with pytest.raises(NotAllowed) as refusal:
        further = State.TEST if state == "draft" else State.LIVE
        set_state(campaign=campaign, state=further, by=admin_user)

    assert refusal.value.args == (
        "Campaign stay is not complete. On its page in the admin, fill in:",
        "its postal address (under “Who asks”)",
        "the consent wording in en (under “Consent wordings”)",
    )
    assert Campaign.objects.get().state == state


def test_campaign_without_a_published_letter_does_not_go_live(admin_user: User) -> None:
    campaign = CampaignFactory(slug="stay", state=State.TEST)

    with pytest.raises(NotAllowed, match=r"^Campaign stay has no published letter\."):
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
