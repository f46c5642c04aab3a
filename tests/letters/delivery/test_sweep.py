"""What the sweeper makes of a worker that did not come back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from letters.delivery import journal, policy
from letters.delivery.claim import Batch, Fenced, claim, enter_data, keep
from letters.delivery.journal import Journal
from letters.delivery.sweep import sweep
from letters.enums import OutboundState
from letters.models import Outbound
from tests.journey import make_world, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> Journal:
    """The journal of another process: it is alive until `die` closes it."""
    return Journal()


@pytest.fixture
def batch(client, worker: Journal) -> Batch:
    sign(client, make_world())
    return claim(worker.next_token(), 10)


def die(worker: Journal) -> None:
    journal._own = worker
    journal.abandon()


def later(minutes: float = 60) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes))


def state() -> str:
    return Outbound.objects.get().state


def test_claimed_mail_cannot_be_claimed_again(batch: Batch, worker: Journal) -> None:
    assert claim(worker.next_token(), 10).outbounds == []


def test_what_a_dead_worker_had_not_begun_is_queued_at_once(batch: Batch, worker: Journal) -> None:
    die(worker)
    assert sweep().outbounds == [batch.outbounds[0].pk]


def test_what_a_living_worker_has_is_left_alone(batch: Batch, worker: Journal) -> None:
    sweep()
    assert state() == OutboundState.SENDING


def test_message_on_its_way_when_the_worker_died_is_unknown(batch: Batch, worker: Journal) -> None:
    enter_data(batch)
    worker.begun(batch.outbounds[0].pk)
    die(worker)
    assert sweep().outbounds == []
    assert state() == OutboundState.UNKNOWN


def test_answer_that_a_dead_worker_could_not_note_is_noted(batch: Batch, worker: Journal) -> None:
    worker.begun(batch.outbounds[0].pk)
    worker.answered(batch.outbounds[0].pk, 250)
    die(worker)
    sweep()
    assert state() == OutboundState.SENT


def test_refusal_that_a_dead_worker_could_not_note_holds(batch: Batch, worker: Journal) -> None:
    worker.begun(batch.outbounds[0].pk)
    worker.answered(batch.outbounds[0].pk, 554)
    die(worker)
    sweep()
    assert state() == OutboundState.HELD


def test_worker_that_is_stopped_beyond_its_time_loses_the_mail(
    batch: Batch, worker: Journal
) -> None:
    with later():
        assert sweep().outbounds == [batch.outbounds[0].pk]


def test_worker_that_wakes_up_late_is_fenced(batch: Batch) -> None:
    with later(), pytest.raises(Fenced):
        sweep()
        keep(batch, batch.outbounds[0])


def test_worker_asks_for_more_time_before_a_message(batch: Batch) -> None:
    until = batch.until
    with later(minutes=10):
        keep(batch, batch.outbounds[0])
    assert batch.until == Outbound.objects.get().lease_until
    assert batch.until > until


@pytest.mark.parametrize(
    ("staged", "expected"), [(True, OutboundState.UNKNOWN), (False, OutboundState.QUEUED)]
)
def test_dead_worker_of_another_computer_is_judged_by_its_stage(
    batch: Batch, worker: Journal, staged: bool, expected: str
) -> None:
    if staged:
        enter_data(batch)
    worker.close()  # the file is not on this computer
    sweep()
    assert state() == OutboundState.SENDING
    with later():
        sweep()
    assert state() == expected


def test_silent_journal_of_an_earlier_boot_is_not_believed(
    batch: Batch, worker: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter_data(batch)
    die(worker)
    monkeypatch.setattr(journal, "boot", lambda: "another")
    sweep()
    assert state() == OutboundState.UNKNOWN


def test_journal_of_the_dead_is_removed_when_all_is_settled(batch: Batch, worker: Journal) -> None:
    die(worker)
    sweep()
    assert list(journal.folder().iterdir()) == []


def test_sweeping_twice_changes_nothing_more(batch: Batch, worker: Journal) -> None:
    die(worker)
    assert sweep() == sweep()


def test_mail_that_workers_die_of_is_held_for_a_person(client) -> None:
    sign(client, make_world())
    for _ in range(policy.DEATHS):
        worker = Journal()
        worker.trying(claim(worker.next_token(), 10).outbounds[0].pk)
        die(worker)
        sweep()
    assert state() == OutboundState.HELD


def test_mails_beside_the_deadly_one_are_not_blamed(client, settings: Settings) -> None:
    sign(client, make_world())
    for _ in range(policy.DEATHS + 1):
        worker = Journal()
        claim(worker.next_token(), 10)
        die(worker)
        sweep()
    assert state() == OutboundState.QUEUED


@pytest.mark.parametrize(
    "torn", ["A", "A 01a2", "D 01a2", "A {key} 25", "D {key}", "T", "nonsense"]
)
def test_line_that_a_full_disk_tore_says_nothing(batch: Batch, worker: Journal, torn: str) -> None:
    with (journal.folder() / f"{worker.key}.journal").open("a") as file:
        file.write(torn.format(key=batch.outbounds[0].pk.hex))
    die(worker)
    sweep()
    assert state() == OutboundState.QUEUED


def test_yes_in_the_journal_is_not_overruled_when_noting_fails(
    batch: Batch, worker: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.begun(batch.outbounds[0].pk)
    worker.answered(batch.outbounds[0].pk, 250)
    die(worker)
    with monkeypatch.context() as broken, time_machine.travel(timezone.now() + timedelta(hours=1)):
        broken.setattr("letters.delivery.outcome.copies_to_writers", lambda letters: 1 / 0)
        sweep()
    assert state() == OutboundState.SENDING
    sweep()
    assert state() == OutboundState.SENT


def test_step_that_fails_keeps_nobody_from_the_mail(
    batch: Batch, worker: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise ValueError("a row that nobody can read")

    monkeypatch.setattr("letters.delivery.alarms.look", fails)
    die(worker)
    assert sweep().outbounds == [batch.outbounds[0].pk]
