from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from campaign.models import Campaign, Government
from tests.factories.campaign import (
    CampaignFactory,
    CampaignTextFactory,
    ConsentWordingFactory,
    EventFactory,
    GovernmentFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("opens", "closes", "is_open"),
    [
        (None, None, True),
        (NOW, None, True),
        (NOW + HOUR, None, False),
        (None, NOW, False),
        (NOW - HOUR, NOW + HOUR, True),
    ],
)
def test_live_campaign_is_open_between_its_dates(
    opens: datetime | None, closes: datetime | None, is_open: bool
) -> None:
    campaign = Campaign(state="live", opens_at=opens, closes_at=closes)

    assert campaign.is_open(NOW) is is_open


@pytest.mark.parametrize("state", [state for state in Campaign.State if state != "live"])
def test_campaign_that_is_not_live_is_not_open(state: Campaign.State) -> None:
    assert not Campaign(state=state).is_open(NOW)


def test_campaigns_by_what_may_be_seen() -> None:
    for state in Campaign.State:
        CampaignFactory(state=state)

    assert [one.state for one in Campaign.objects.live()] == ["live"]
    assert {one.state for one in Campaign.objects.public()} == {"live", "paused", "closed"}


@pytest.mark.parametrize(
    ("zone", "day"), [("UTC", 15), ("Asia/Tokyo", 16), ("America/New_York", 15)]
)
def test_day_is_that_of_the_campaigns_time_zone(zone: str, day: int) -> None:
    late = datetime(2026, 6, 15, 23, tzinfo=UTC)

    assert Campaign(time_zone=zone).today(late) == date(2026, 6, day)


def test_campaign_closes_after_it_opens() -> None:
    CampaignFactory(opens_at=NOW, closes_at=NOW + HOUR)

    with pytest.raises(IntegrityError):
        CampaignFactory(opens_at=NOW, closes_at=NOW)


def test_campaign_takes_at_least_one_government() -> None:
    with pytest.raises(IntegrityError):
        CampaignFactory(max_governments=0)


@pytest.mark.parametrize("slug", ["Stay", "stay_here", "-stay", "stay-", "a--b", "ė"])
def test_address_is_plain(slug: str) -> None:
    with pytest.raises(ValidationError, match="small letters"):
        CampaignFactory(slug=slug).full_clean()


def test_campaign_has_one_text_per_language() -> None:
    campaign = CampaignFactory()

    with pytest.raises(IntegrityError):
        CampaignTextFactory(campaign=campaign)


def test_consent_wording_has_each_version_once() -> None:
    campaign = CampaignFactory()
    ConsentWordingFactory(campaign=campaign, version=2)

    with pytest.raises(IntegrityError):
        ConsentWordingFactory(campaign=campaign, version=2)


def test_names_for_people() -> None:
    campaign = CampaignFactory(slug="stay", text__title="Stay", default_language="en")

    assert (str(campaign), campaign.get_absolute_url()) == ("stay", "/en/stay/")
    assert str(campaign.texts.get()) == "Stay (en)"
    assert str(campaign.consent_wordings.get()) == "stay en v1"
    assert str(EventFactory()) == "2025-06-16 announced_withdrawal"
    assert str(EventFactory(date="", precision="undated")) == "— announced_withdrawal"


def test_governments_of_a_region() -> None:
    government = GovernmentFactory(region="Asia")
    GovernmentFactory(region="Europe")

    assert list(Government.objects.of_region("Asia")) == [government]
