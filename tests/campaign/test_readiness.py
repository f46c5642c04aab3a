from __future__ import annotations

from datetime import date

import pytest
from pytest_django import Settings

from campaign.readiness import lacking
from tests.factories.campaign import CampaignFactory, ConsentWordingFactory
from tests.factories.letters import LetterTemplateFactory

pytestmark = pytest.mark.django_db


def test_complete_campaign_lacks_nothing() -> None:
    assert lacking(CampaignFactory()) == []


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (
            {"organisation": "Name of your organisation"},
            "the name of your organisation (under “Who asks”)",
        ),
        ({"organisation_address": ""}, "its postal address (under “Who asks”)"),
        (
            {"slug": "stay", "contact_email": "contact@stay-here.example"},
            "its contact e-mail, now contact@stay-here.example (under “Who asks”)",
        ),
        (
            {"keep_until": date(2020, 1, 1)},
            "until when details are kept: 2020-01-01 has passed (under “From when to when”)",
        ),
        ({"text": None}, "the page's text in the letter's language, en (under “Page texts”)"),
        ({"wording": None}, "the consent wording in en (under “Consent wordings”)"),
        (
            {"default_language": "et", "text__language": "et", "wording__language": "et"},
            "the consent wording in et: it is in English still (under “Consent wordings”)",
        ),
    ],
)
def test_what_is_left_is_named_with_its_place(left: dict[str, object], told: str) -> None:
    assert lacking(CampaignFactory(**left)) == [told]


def test_translated_consent_is_complete_whatever_stood_before_it() -> None:
    campaign = CampaignFactory(default_language="et", text__language="et", wording__language="et")
    ConsentWordingFactory(campaign=campaign, language="et", version=2, text="Olen nõus")

    assert lacking(campaign) == []


@pytest.mark.parametrize(("standings", "lacks"), [(["party"], 1), ([], 0)])
def test_letters_chosen_by_position_need_a_treaty(standings: list[str], lacks: int) -> None:
    template = LetterTemplateFactory(campaign__treaty=None, standings=standings)

    assert len(lacking(template.campaign)) == lacks


@pytest.mark.parametrize(
    ("production", "contact", "lacks"),
    [(False, "a@ngo.example", 0), (True, "a@ngo.example", 1), (True, "a@ngo.ee", 0)],
)
def test_sample_contact_is_for_the_demonstration_only(
    settings: Settings, production: bool, contact: str, lacks: int
) -> None:
    settings.PRODUCTION = production

    assert len(lacking(CampaignFactory(contact_email=contact))) == lacks
