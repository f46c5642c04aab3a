from __future__ import annotations

import pytest
from django.utils import timezone

from tests.factories.campaign import CampaignFactory, GovernmentFactory, OfficeFactory

pytestmark = pytest.mark.django_db


def test_campaign_factory_makes_an_open_campaign_with_text_and_consent() -> None:
    campaign = CampaignFactory()

    campaign.full_clean()
    assert campaign.is_open(timezone.now())
    assert [text.language for text in campaign.texts.all()] == ["en"]
    assert [(one.language, one.version) for one in campaign.consent_wordings.all()] == [("en", 1)]


def test_office_factory_makes_an_office_that_can_be_reached() -> None:
    office = OfficeFactory(form__salutation="Dear Minister,")

    office.full_clean()
    assert [str(form) for form in office.forms.all()] == ["Dear Minister,"]
    assert office.routes.usable().count() == 1


def test_office_factory_leaves_out_what_is_not_wanted() -> None:
    office = OfficeFactory(form=None, route=None)

    assert (office.forms.count(), office.routes.count()) == (0, 0)


def test_government_factory_leaves_real_codes_free() -> None:
    GovernmentFactory(iso2="EE")

    assert len({one.iso2 for one in GovernmentFactory.create_batch(60)} | {"EE"}) == 61
