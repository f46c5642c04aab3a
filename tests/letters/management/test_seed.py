"""`manage.py seed`: invented submissions that tell whole stories."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from campaign.models import Campaign
from letters import guards, rollup
from letters.audit import audit
from letters.counts import count_letters
from letters.models import Letter, Submission
from tests.factories.campaign import CampaignFactory, OfficeFactory
from tests.factories.letters import LetterTextFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campaign() -> Campaign:
    campaign: Campaign = CampaignFactory(slug="mine-ban")
    LetterTextFactory(version__template__campaign=campaign)
    OfficeFactory.create_batch(3)
    return campaign


def sow(*more: str) -> str:
    out = StringIO()
    call_command("seed", "--submissions", "300", "--in-review", "7", *more, stdout=out)
    return out.getvalue()


def test_seeded_letters_pass_the_audit_and_are_counted(campaign: Campaign) -> None:
    said = sow()

    assert said.splitlines()[0].startswith("300 of 300 submissions")
    assert [found for found in audit() if not found.ok] == []
    assert rollup.differences(campaign) == []
    assert Letter.objects.in_review().count() == 7
    assert count_letters(campaign)[0].letters == Letter.objects.counted().count() > 200


def test_indexes_and_guards_are_there_again(campaign: Campaign) -> None:
    with connection.cursor() as cursor:
        before = connection.introspection.get_constraints(cursor, "letters_letter")
    sow()
    with connection.cursor() as cursor:
        assert connection.introspection.get_constraints(cursor, "letters_letter") == before
    assert guards.wrong(connection) == []


def test_addresses_are_nobodys(campaign: Campaign) -> None:
    sow()

    assert Submission.objects.exclude(email="").exclude(email__endswith=".example").count() == 0


def test_the_same_seed_is_refused_and_another_adds_others(campaign: Campaign) -> None:
    sow()
    with pytest.raises(CommandError, match="sown here before"):
        sow()
    sow("--seed", "2")

    assert Submission.objects.count() == 600


def test_a_production_site_is_refused(campaign: Campaign, settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        sow()


@pytest.mark.parametrize("wrong", [["--campaign", "nowhere"], ["--days", "0"]])
def test_what_cannot_be_done_is_said(campaign: Campaign, wrong: list[str]) -> None:
    with pytest.raises(CommandError):
        sow(*wrong)
    assert Submission.objects.count() == 0
