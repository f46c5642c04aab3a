"""When an office's next mail may go: reserved when queued, checked when sent, respaced after."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaign.models import Campaign, Office
from letters.delivery import pace
from letters.delivery.settle import catch_up
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Letter, OfficePace, Outbound
from tests.factories.campaign import CampaignFactory, OfficeFactory
from tests.factories.letters import LetterFactory, OutboundFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)  # a Wednesday
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def wednesday(time_machine: object) -> None:
    time_machine.move_to(NOW, tick=False)  # type: ignore[attr-defined]


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory(per_hour=30, office_hours=False)


@pytest.fixture
def office() -> Office:
    return OfficeFactory()


def queue(office: Office, campaign: Campaign, at: datetime = NOW, **fields: object) -> Outbound:
    letter = LetterFactory(
        office=office, submission__campaign=campaign, state=LetterState.QUEUED, send_after=at
    )
    return OutboundFactory(
        letter=letter, **{"next_attempt_at": pace.slot(office, campaign, at), **fields}
    )


def times() -> list[datetime]:
    rows = Outbound.objects.order_by("next_attempt_at")
    return list(rows.values_list("next_attempt_at", flat=True))


def gaps(found: list[datetime]) -> list[timedelta]:
    return [later - earlier for earlier, later in pairwise(found)]


def test_first_letter_goes_at_once_and_the_next_keeps_its_distance(
    office: Office, campaign: Campaign
) -> None:
    slots = [pace.slot(office, campaign, NOW) for _ in range(4)]
    assert slots[0] == NOW
    assert all(2 * MINUTE <= gap <= 3 * MINUTE for gap in gaps(slots))


def test_slot_is_never_before_the_time_to_take_back(office: Office, campaign: Campaign) -> None:
    assert pace.slot(office, campaign, NOW + 15 * MINUTE) == NOW + 15 * MINUTE


def test_no_limit_costs_no_query(office: Office, campaign: Campaign) -> None:
    campaign.per_hour = 0
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert pace.slot(office, campaign, NOW) == NOW
        assert pace.wait(Outbound(purpose=Purpose.COPY), NOW) is None
    assert len(queries) == 0


def test_own_limit_of_the_office_goes_first(office: Office, campaign: Campaign) -> None:
    office.per_hour = 1
    first, second = queue(office, campaign), queue(office, campaign)
    assert second.next_attempt_at - first.next_attempt_at >= timedelta(hours=1)


def test_office_hours_move_the_slot_to_the_morning(office: Office, campaign: Campaign) -> None:
    campaign.office_hours = True
    evening = NOW.replace(hour=18)
    slot = pace.slot(office, campaign, evening)
    assert slot.date() == NOW.date() + timedelta(days=1)
    assert slot.hour == 9


def test_mail_that_may_go_uses_up_the_time(office: Office, campaign: Campaign) -> None:
    first, second = queue(office, campaign), queue(office, campaign)
    assert pace.wait(first, NOW) is None
    later = pace.wait(second, NOW)
    assert later is not None
    assert later >= NOW + 2 * MINUTE
    assert pace.wait(second, later) is None


def test_mail_waits_for_the_office_to_open(office: Office, campaign: Campaign) -> None:
    campaign.office_hours = True
    mail = queue(office, campaign)
    mail.letter.campaign = campaign  # type: ignore[union-attr]
    assert pace.wait(mail, NOW) is None
    night = NOW.replace(hour=22)
    opens = pace.wait(mail, night)
    assert opens is not None
    assert (opens.day, opens.hour) == (26, 9)


def test_clock_that_ran_back_blocks_an_office_for_one_gap_only(
    office: Office, campaign: Campaign
) -> None:
    mail = queue(office, campaign)
    OfficePace.objects.update(last_sent_at=NOW + timedelta(days=400))
    later = pace.wait(mail, NOW)
    assert later is not None
    assert pace.wait(mail, later) is None


def test_pile_after_a_downtime_is_spaced_anew_in_order(office: Office, campaign: Campaign) -> None:
    mails = [queue(office, campaign, next_attempt_at=NOW - n * MINUTE) for n in (9, 7, 5, 3)]
    assert catch_up() == 4
    for mail in mails:
        mail.refresh_from_db()
    found = [mail.next_attempt_at for mail in mails]
    assert found[0] == NOW
    assert all(gap >= 2 * MINUTE for gap in gaps(found))


def test_mails_planned_for_later_keep_their_times_where_they_can(
    office: Office, campaign: Campaign
) -> None:
    for minutes in (-9, -7, -5, 60, 63):
        queue(office, campaign, next_attempt_at=NOW + minutes * MINUTE)
    assert catch_up() == 3
    assert times()[3:] == [NOW + 60 * MINUTE, NOW + 63 * MINUTE]


def test_sweep_does_not_look_at_what_is_planned(office: Office, campaign: Campaign) -> None:
    for _ in range(5):
        queue(office, campaign)
    with CaptureQueriesContext(connection) as queries:
        assert catch_up() == 0
    assert len(queries) == 2


def test_higher_limit_takes_effect_on_what_waits(office: Office, campaign: Campaign) -> None:
    for _ in range(10):
        queue(office, campaign)
    Campaign.objects.update(per_hour=3600)
    pace.ask_anew(Office.objects.all())
    assert catch_up() == 10
    assert times()[-1] < NOW + MINUTE


def test_lower_limit_takes_effect_on_what_waits(office: Office, campaign: Campaign) -> None:
    for _ in range(3):
        queue(office, campaign)
    Office.objects.update(per_hour=1)
    pace.ask_anew(Office.objects.all())
    catch_up()
    assert all(gap >= timedelta(hours=1) for gap in gaps(times()))


def test_mail_that_backs_off_is_not_hurried_by_a_change(office: Office, campaign: Campaign) -> None:
    later = NOW + timedelta(hours=4)
    queue(office, campaign, next_attempt_at=later, attempts=6)
    pace.ask_anew(Office.objects.all())
    catch_up()
    assert times() == [later]


def test_letter_queued_before_the_change_is_planned_gets_its_place(
    office: Office, campaign: Campaign
) -> None:
    queue(office, campaign)
    pace.ask_anew(Office.objects.all())
    queue(office, campaign)
    assert OfficePace.objects.get().next_slot_at is None
    catch_up()
    assert gaps(times())[0] >= 2 * MINUTE


def test_letters_taken_back_leave_no_hole_at_the_end(office: Office, campaign: Campaign) -> None:
    mails = [queue(office, campaign) for _ in range(60)]
    Outbound.objects.exclude(pk=mails[0].pk).update(state=OutboundState.CANCELLED)
    slot = pace.slot(office, campaign, NOW)
    assert slot < NOW + 3 * MINUTE


def test_random_schedules_keep_the_limit_in_the_database(
    office: Office, campaign: Campaign, time_machine: object
) -> None:
    rng, sent, now = random.Random(7), [], NOW
    for _ in range(40):
        if rng.random() < 0.6:
            queue(office, campaign, timezone.now())
        now += timedelta(seconds=rng.choice([1, 15, 60, 3000]))
        time_machine.move_to(now, tick=False)  # type: ignore[attr-defined]
        if rng.random() < 0.5:
            catch_up()
        for mail in Outbound.objects.due(now).order_by("next_attempt_at"):
            later = pace.wait(mail, now)
            if later is None:
                sent.append(now)
                Outbound.objects.filter(pk=mail.pk).update(state=OutboundState.CANCELLED)
            else:
                Outbound.objects.filter(pk=mail.pk).update(next_attempt_at=later)
    assert len(sent) > 5
    assert all(gap >= 2 * MINUTE for gap in gaps(sent))
    assert Letter.objects.count() >= len(sent)
