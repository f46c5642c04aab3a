"""Where a letter is that waits, as its page says it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from campaign.models import Delivery
from letters.admin.where import where_is
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Digest, OfficePace, Outbound
from tests.factories.letters import LetterFactory, OutboundFactory
from tests.letters.admin.desk import page_of, text_of

pytestmark = pytest.mark.django_db
SUNDAY = datetime(2026, 11, 22, 16, tzinfo=UTC)
ON_MONDAY = datetime(2026, 11, 23, 13, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def sunday(time_machine: Any) -> None:
    time_machine.move_to(SUNDAY, tick=False)


def queued(**fields: Any) -> Any:
    fields = {"office__time_zone": "Europe/Helsinki", "send_after": SUNDAY, **fields}
    return LetterFactory(state=LetterState.QUEUED, **fields)


def test_letter_page_says_when_its_mail_is_planned(desk: Client) -> None:
    letter = queued(office__per_hour=2)
    OutboundFactory(letter=letter, next_attempt_at=ON_MONDAY)
    page = text_of(desk.get(page_of(letter)))
    said = "Planned for 23 November, 15:15 (Europe/Helsinki) (at most 2 an hour)."
    assert where_is(letter) == said
    assert said in page
    assert "<td>2026-11-23 " in page


@pytest.mark.parametrize(
    ("fields", "done_on", "when"),
    [
        ({}, None, "23 November, 07:00"),
        ({}, date(2026, 11, 23), "24 November, 07:00"),
        ({"office__working_days": "3"}, None, "25 November, 07:00"),
        ({"submission__campaign__office_hours": True}, None, "23 November, 09:00"),
    ],
)
def test_letter_for_a_digest_says_which_one(
    fields: dict[str, Any], done_on: date | None, when: str
) -> None:
    letter = queued(office__delivery=Delivery.DIGEST, **fields)
    OfficePace.objects.create(office=letter.office, last_digest_on=done_on)
    assert where_is(letter) == f"Waits for the digest of {when} (Europe/Helsinki)."


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"office__paused": True}, "Waits: delivery to its office or of its campaign is paused."),
        ({"state": LetterState.IN_REVIEW}, "Waits in the review queue until a person has read it."),
        ({"state": LetterState.SENT}, ""),
    ],
)
def test_words_follow_the_state(fields: dict[str, Any], said: str) -> None:
    assert where_is(LetterFactory(**{"state": LetterState.QUEUED, **fields})) == said


@pytest.mark.parametrize(
    ("at", "attempts", "said"),
    [
        (SUNDAY, 0, "It is due to leave now."),
        (ON_MONDAY, 0, "Planned for 23 November, 15:15 (Europe/Helsinki)."),
        (ON_MONDAY, 1, "Is tried again on 23 November, 15:15 (Europe/Helsinki)."),
    ],
)
def test_words_follow_the_mail(at: datetime, attempts: int, said: str) -> None:
    letter = queued()
    OutboundFactory(letter=letter, next_attempt_at=at, attempts=attempts)
    assert where_is(letter) == said


def test_letter_in_a_digest_goes_with_its_mail() -> None:
    letter = queued(office__delivery=Delivery.DIGEST)
    mail = OutboundFactory(next_attempt_at=ON_MONDAY)
    Outbound.objects.filter(pk=mail.pk).update(letter=None, purpose=Purpose.DIGEST)
    letter.digest = Digest.objects.create(
        outbound=mail, campaign=letter.campaign, office=letter.office, day=date(2026, 11, 23)
    )
    assert where_is(letter) == "Planned for 23 November, 15:15 (Europe/Helsinki)."
    Outbound.objects.update(state=OutboundState.HELD)
    assert where_is(letter) == ""
