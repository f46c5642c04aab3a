"""What the sweeper makes of a worker that did not come back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from letters.delivery import policy
from letters.delivery.claim import Fenced, claim, enter_data
from letters.delivery.sweep import sweep
from letters.enums import OutboundState
from letters.models import Outbound
from tests.journey import make_world, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def claimed(client) -> Outbound:
    sign(client, make_world())
    outbound = claim(Outbound.objects.get().id)
    assert outbound is not None
    return outbound


def hours_later(hours: int = 1) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(hours=hours))


def test_claimed_mail_cannot_be_claimed_again(claimed: Outbound) -> None:
    assert claim(claimed.id) is None


def test_dead_worker_before_data_frees_the_mail(claimed: Outbound) -> None:
    with hours_later():
        assert sweep().outbounds == [claimed.id]


def test_dead_worker_in_data_leaves_it_unknown(claimed: Outbound) -> None:
    enter_data(claimed)
    with hours_later():
        assert sweep().outbounds == []
    assert Outbound.objects.get().state == OutboundState.UNKNOWN


def test_worker_that_wakes_up_late_is_fenced(claimed: Outbound) -> None:
    with hours_later():
        sweep()
        claim(claimed.id)
    with pytest.raises(Fenced):
        enter_data(claimed)


def test_sweeping_twice_changes_nothing_more(claimed: Outbound) -> None:
    with hours_later():
        assert sweep() == sweep()


def test_mail_that_workers_die_of_is_held_for_a_person(claimed: Outbound) -> None:
    for hours in range(1, policy.DEATHS + 1):
        with hours_later(hours):
            sweep()
            claim(claimed.id)
    assert Outbound.objects.get().state == OutboundState.HELD
