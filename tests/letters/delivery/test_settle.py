"""Letters that follow a change of their office's way, while others move them."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from campaign.models import Campaign, Delivery, Office
from letters import digests
from letters.actions.take_back import take_back
from letters.delivery import pace, settle
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Digest, Letter, OfficePace, Outbound
from letters.moves import NotAllowed
from tests.factories.campaign import CampaignFactory, OfficeFactory
from tests.factories.letters import LetterFactory, OutboundFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory(delivery=Delivery.DIGEST, per_hour=0, office_hours=False)


@pytest.fixture
def office() -> Office:
    return OfficeFactory()


def letter(campaign: Campaign, office: Office, **fields: Any) -> Letter:
    fields = {"state": LetterState.QUEUED, "pdf": "letter.pdf", **fields}
    return LetterFactory(
        submission__campaign=campaign, office=office, government=office.government, **fields
    )


def digest_of(one: Letter, state: OutboundState) -> Digest:
    lease = {"claim_token": "t", "lease_until": timezone.now()}
    assert one.office is not None
    mail = OutboundFactory(
        purpose=Purpose.DIGEST, letter=None, submission=None, language="en", state=state,
        campaign=one.campaign, office=one.office,
        **(lease if state == OutboundState.SENDING else {}),
    )  # fmt: skip
    made = Digest.objects.create(
        outbound=mail, campaign=one.campaign, office=one.office, day=timezone.now().date(), count=1
    )
    Letter.objects.filter(pk=one.pk).update(digest=made)
    return made


def single(office: Office) -> list[Letter]:
    """The office wants single mails from now on. Returns the letters as the sweeper reads them."""
    Office.objects.filter(pk=office.pk).update(delivery=Delivery.SINGLE)
    return list(settle._astray(Office.objects.get(pk=office.pk)))


@pytest.mark.parametrize("state", [OutboundState.SENDING, OutboundState.UNKNOWN])
def test_digest_on_its_way_gives_no_letter_back(
    campaign: Campaign, office: Office, state: OutboundState
) -> None:
    one = letter(campaign, office)
    digest_of(one, state)
    one.refresh_from_db()
    with pytest.raises(NotAllowed):
        digests.take_out(one, actor="sweeper")


def test_letter_that_went_on_since_it_was_read_gets_no_second_mail(
    campaign: Campaign, office: Office
) -> None:
    letter(campaign, office)
    [stale] = single(office)
    Letter.objects.update(state=LetterState.WITHDRAWN)
    with pytest.raises(NotAllowed):
        settle._settle(stale)
    assert Outbound.objects.count() == 0


def test_letter_gathered_since_it_was_read_stays_in_its_digest(
    campaign: Campaign, office: Office
) -> None:
    one = letter(campaign, office)
    [stale] = single(office)
    made = digest_of(one, OutboundState.QUEUED)
    with pytest.raises(NotAllowed):
        settle._settle(stale)
    assert list(made.letters.all()) == [one]


def test_letter_gathered_since_its_page_was_made_is_taken_out_of_its_digest(
    campaign: Campaign, office: Office
) -> None:
    one = letter(campaign, office)
    digest_of(one, OutboundState.QUEUED)
    take_back(one)
    assert Outbound.objects.get().state == OutboundState.CANCELLED


def test_letter_that_disagrees_with_its_mail_stops_no_other(
    campaign: Campaign, office: Office
) -> None:
    odd, good = letter(campaign, office), letter(campaign, office)
    OutboundFactory(letter=odd, state=OutboundState.HELD)  # it may have one living mail
    single(office)
    pace.ask_anew(Office.objects.all())
    settle.catch_up()
    assert Outbound.objects.get(letter=good).state == OutboundState.QUEUED
    assert OfficePace.objects.get().next_slot_at is not None


def test_letters_that_cannot_be_settled_fill_no_round(
    campaign: Campaign, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle, "BATCH", 1)
    odd, good = letter(campaign, office), letter(campaign, office)
    OutboundFactory(letter=odd, state=OutboundState.HELD)
    single(office)
    assert settle.settle(Office.objects.get(pk=office.pk)) == 1
    assert Outbound.objects.filter(letter=good).count() == 1
