"""More than a hundred at once: one proposes, another agrees, and what changed is left alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from letters import clock
from letters.actions import bulk
from letters.enums import HoldReason, LetterState, OutboundState
from letters.models import BulkDecision, Decision, Letter, Outbound
from letters.moves import NotAllowed
from tests.factories.letters import LetterFactory, OutboundFactory
from tests.letters.actions.test_dispatch import digest_of

pytestmark = pytest.mark.django_db
Kind = BulkDecision.Kind
State = BulkDecision.State


@pytest.fixture
def second() -> User:
    return User.objects.create_superuser("second")


def held_mails(count: int) -> list[Any]:
    rows = [
        OutboundFactory(
            state=OutboundState.HELD, letter__state=LetterState.HELD,
            letter__hold_reason=HoldReason.REFUSED,
        )
        for _ in range(count)
    ]  # fmt: skip
    return [row.pk for row in rows]


def proposed(
    by: User, ids: list[Any], kind: BulkDecision.Kind = Kind.SENT, about: str = "mail"
) -> BulkDecision:
    return bulk.propose(kind, about, ids, evidence="The log says so.", by=by)


def test_a_proposal_changes_nothing(organiser: User) -> None:
    decision = proposed(organiser, held_mails(2))
    assert (decision.state, decision.count, len(decision.keys)) == (State.PROPOSED, 2, 2)
    assert bulk.carry_on(decision, seconds=5).state == State.PROPOSED
    assert set(Outbound.objects.values_list("state", flat=True)) == {OutboundState.HELD}


def test_who_proposed_cannot_agree(organiser: User) -> None:
    decision = proposed(organiser, held_mails(1))
    with pytest.raises(NotAllowed, match="another organiser"):
        bulk.agree(decision, by=organiser)
    assert BulkDecision.objects.get().state == State.PROPOSED


@pytest.mark.parametrize(
    ("kind", "mail", "letter"),
    [
        (Kind.QUEUE, "queued", "queued"),
        (Kind.SENT, "sent", "sent"),
        (Kind.WITHDRAW, "cancelled", "withdrawn"),
    ],
)
def test_what_another_agreed_to_is_done_in_the_others_name(
    organiser: User, second: User, kind: BulkDecision.Kind, mail: str, letter: str
) -> None:
    ids = held_mails(2)
    decision = proposed(organiser, ids, kind)
    bulk.agree(decision, by=second)
    done = bulk.carry_on(decision, seconds=5)
    assert (done.state, done.done, done.keys, bulk.skipped(done)) == (State.DONE, 2, [], 0)
    assert set(Outbound.objects.filter(pk__in=ids).values_list("state", flat=True)) == {mail}
    assert set(Letter.objects.values_list("state", flat=True)) == {letter}
    assert set(Decision.objects.values_list("by__username", "reason")) == {
        ("second", "The log says so.")
    }


def test_letters_without_a_mail_are_decided_too(organiser: User, second: User) -> None:
    letters = [
        LetterFactory(state=LetterState.HELD, hold_reason=HoldReason.HANDOVER) for _ in range(2)
    ]
    decision = proposed(organiser, [letter.pk for letter in letters], about="letter")
    bulk.agree(decision, by=second)
    assert bulk.carry_on(decision, seconds=5).done == 2
    assert set(Letter.objects.values_list("state", flat=True)) == {LetterState.SENT}


def test_what_changed_meanwhile_is_left_and_counted(organiser: User, second: User) -> None:
    ids = held_mails(3)
    decision = proposed(organiser, [*ids, "00000000-0000-7000-8000-000000000000"])
    Outbound.objects.filter(pk=ids[0]).update(state=OutboundState.QUEUED)
    bulk.agree(decision, by=second)
    done = bulk.carry_on(decision, seconds=5)
    assert (done.done, bulk.skipped(done)) == (2, 2)
    assert Outbound.objects.get(pk=ids[0]).state == OutboundState.QUEUED


def test_it_is_carried_out_in_steps_and_goes_on_where_it_stopped(
    organiser: User, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    decision = proposed(organiser, held_mails(5))
    bulk.agree(decision, by=second)
    steps = [bulk.carry_on(decision, seconds=0) for _ in range(3)]
    assert [(step.done, len(step.keys), step.state) for step in steps] == [
        (2, 3, State.AGREED),
        (4, 1, State.AGREED),
        (5, 0, State.DONE),
    ]


def test_it_is_decided_once(organiser: User, second: User) -> None:
    decision = proposed(organiser, held_mails(1))
    bulk.refuse(decision, by=organiser)
    for decide in (bulk.agree, bulk.refuse):
        with pytest.raises(NotAllowed, match="already"):
            decide(decision, by=second)
    assert BulkDecision.objects.get().state == State.REFUSED
    assert Outbound.objects.get().state == OutboundState.HELD


def test_a_days_decisions_of_a_kind_count_together(organiser: User) -> None:
    bulk.note_alone(Kind.SENT, 90, evidence="The log.", by=organiser)
    found = [bulk.needs_two(Kind.SENT, 10, organiser), bulk.needs_two(Kind.SENT, 11, organiser)]
    assert [*found, bulk.needs_two(Kind.WITHDRAW, 100, organiser)] == [False, True, False]


def test_yesterdays_and_what_two_decided_do_not_count(organiser: User, second: User) -> None:
    bulk.note_alone(Kind.SENT, 90, evidence="The log.", by=organiser)
    BulkDecision.objects.update(proposed_at=clock.now() - timedelta(days=1, minutes=1))
    both = bulk.propose(Kind.SENT, "letter", [LetterFactory().pk], evidence="", by=organiser)
    BulkDecision.objects.filter(pk=both.pk).update(count=500, decided_by=second, state="done")
    assert not bulk.needs_two(Kind.SENT, 100, organiser)


def test_a_reviewers_days_work_needs_nobody_else(organiser: User) -> None:
    bulk.note_alone(Kind.REJECT, 400, evidence="Spam.", by=organiser)
    found = [
        bulk.needs_two(Kind.REJECT, 100, organiser),
        bulk.needs_two(Kind.REJECT, 101, organiser),
    ]
    assert found == [False, True]


def test_letters_of_a_digest_are_counted() -> None:
    digest, single = digest_of(3), OutboundFactory()
    assert bulk.letters_in("mail", [digest.pk, single.pk]) == 4
