"""The database refuses what the table of moves does not allow, whoever asks."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from letters import guards
from letters.enums import (
    LETTER_MOVES,
    OUTBOUND_MOVES,
    SUBMISSION_MOVES,
    HoldReason,
    LetterState,
    OutboundState,
    SubmissionState,
)
from letters.models import Attempt, Letter, Move, Outbound, Submission
from letters.moves import NotAllowed, move_letter, move_submission
from tests.factories.letters import LetterFactory, OutboundFactory, SubmissionFactory

pytestmark = pytest.mark.django_db
STATES: dict[Any, tuple[type, dict[str, frozenset[str]]]] = {
    Letter: (LetterState, LETTER_MOVES),
    Outbound: (OutboundState, OUTBOUND_MOVES),
    Submission: (SubmissionState, SUBMISSION_MOVES),
}
MAKE: dict[Any, Any] = {
    Letter: LetterFactory,
    Outbound: OutboundFactory,
    Submission: SubmissionFactory,
}


def values(model: Any, state: str) -> dict[str, Any]:
    """Return a state with what the table's constraints ask for beside it."""
    now = timezone.now()
    found: dict[str, Any] = {"state": state}
    if model is Letter:
        found["hold_reason"] = HoldReason.HANDOVER if state == LetterState.HELD else ""
    if model is Outbound:
        left = state in (OutboundState.SENT, OutboundState.BOUNCED)
        found |= {"sent_at": now if left else None, "claim_token": "a", "lease_until": now}
    if model is Submission:
        found["erased_at"] = now if state == SubmissionState.ERASED else None
    return found


def allowed(model: Any, key: Any, start: str, to: str) -> bool:
    """Try a change of state in the database; leave nothing behind."""
    try:
        with transaction.atomic():
            guards.remove(connection)
            model.objects.filter(pk=key).update(**values(model, start))
            guards.install(connection)
            model.objects.filter(pk=key).update(**values(model, to))
            transaction.set_rollback(True)
    except IntegrityError as error:
        assert "table of moves" in str(error)
        return False
    return True


@pytest.mark.parametrize("model", [Letter, Outbound, Submission])
def test_the_database_allows_what_the_table_allows(model: Any) -> None:
    states, moves = STATES[model]
    key = MAKE[model]().pk
    pairs = {(start, to) for start in states for to in states if start != to}  # type: ignore[attr-defined]
    found = {(start, to) for start, to in pairs if allowed(model, key, start, to)}
    assert found == {(start, to) for start, ends in moves.items() for to in ends}


def test_a_change_beside_the_state_is_free() -> None:
    letter = LetterFactory(state=LetterState.SENT)
    assert Letter.objects.filter(pk=letter.pk).update(state="sent", problem="x") == 1


def test_the_newest_migration_installs_these_guards() -> None:
    """If this fails: enums.py or a guarded model changed. Write a migration for the site's databases
    that ends with InstallGuards("<the fingerprint on the left>")."""
    graph = MigrationLoader(None).graph
    written = [
        operation.fingerprint
        for key in graph.forwards_plan(graph.leaf_nodes("letters")[0])
        for operation in graph.nodes[key].operations
        if isinstance(operation, guards.InstallGuards)
    ]
    assert guards.fingerprint() == written[-1]


def test_the_migrated_database_has_all_guards() -> None:
    assert guards.wrong(connection) == []


def test_a_missing_guard_is_told() -> None:
    one = guards.guards(apps, connection.vendor)[0]
    guards._run(connection, guards._drop(one, connection.vendor))
    assert guards.wrong(connection) == ["guard_letters_letter_state"]


def test_a_guard_out_of_date_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(guards.TABLES, "Letter", {**LETTER_MOVES, "sent": frozenset({"queued"})})
    assert guards.wrong(connection) == ["guard_letters_letter_state"]


def test_guards_are_installed_again_without_harm() -> None:
    guards.install(connection)
    assert guards.wrong(connection) == []


# --- what is append-only ------------------------------------------------------------------------


def a_move(**values: Any) -> Move:
    letter = LetterFactory(state=LetterState.QUEUED)
    move_letter(
        letter, LetterState.WITHDRAWN, actor="supporter", reason="changed my mind", **values
    )
    return Move.objects.get(letter=letter)


def refused(rows: Any, **changes: Any) -> bool:
    try:
        with transaction.atomic():
            rows.update(**changes)
    except IntegrityError as error:
        return "written down" in str(error)
    return False


@pytest.mark.parametrize(
    "changes",
    [
        {"to_state": "sent"}, {"from_state": "sent"}, {"actor": "x"}, {"reason": "another"},
        {"attempt": 3}, {"at": timezone.now()}, {"letter": None}, {"submission": None},
    ],
)  # fmt: skip
def test_a_move_is_not_changed(changes: dict[str, Any]) -> None:
    assert refused(Move.objects.filter(pk=a_move().pk), **changes)


def test_a_moves_reason_may_be_blanked() -> None:
    move = a_move()
    Move.objects.filter(pk=move.pk).update(reason="")
    move.refresh_from_db()
    assert move.reason == ""


def test_a_move_outlives_its_organiser() -> None:
    organiser = User.objects.create(username="organiser")
    move = a_move(by=organiser)
    organiser.delete()
    move.refresh_from_db()
    assert move.by is None


def test_a_move_gets_no_other_organiser() -> None:
    one, other = (User.objects.create(username=name) for name in ("one", "other"))
    assert refused(Move.objects.filter(pk=a_move(by=one).pk), by=other)


def test_a_move_is_not_deleted() -> None:
    move = a_move()
    with pytest.raises(IntegrityError, match="written down for good"), transaction.atomic():
        move.delete()
    assert Move.objects.filter(pk=move.pk).exists()


def test_a_letter_that_moved_is_not_deleted_with_its_moves() -> None:
    move = a_move()
    with pytest.raises(IntegrityError, match="written down for good"), transaction.atomic():
        assert move.letter is not None
        move.letter.delete()


def test_moves_may_be_deleted_where_the_guard_is_lifted() -> None:
    move = a_move()
    with guards.lifted(connection):
        move.delete()
    assert (Move.objects.count(), guards.wrong(connection)) == (0, [])


def an_attempt(**values: Any) -> Any:
    outbound = OutboundFactory()
    made = Attempt.objects.create(
        outbound=outbound, number=1, claim_token="a", started_at=timezone.now(), **values
    )
    return Attempt.objects.filter(pk=made.pk)


def done(**values: Any) -> dict[str, Any]:
    return {"stage": "done", "ended_at": timezone.now(), "code": 250, "answer": "ok", **values}


def test_an_attempt_is_filled_in_once() -> None:
    rows = an_attempt()
    rows.update(stage="data")
    rows.update(**done())
    assert refused(rows, code=550)
    assert refused(rows, answer="another")
    assert refused(rows, ended_at=None)
    assert rows.get().code == 250


def test_an_attempts_answer_may_be_blanked() -> None:
    rows = an_attempt(**done())
    rows.update(answer="")
    assert rows.get().answer == ""


def test_a_late_answer_completes_an_attempt_without_a_code() -> None:
    rows = an_attempt(**done(code=None, answer="silence"))
    rows.update(**done())
    assert (rows.get().code, rows.get().answer) == (250, "ok")


@pytest.mark.parametrize(
    ("stage", "changes"),
    [
        ("data", {"stage": "connecting"}), ("done", {"stage": "data"}), ("data", {"number": 2}),
        ("data", {"claim_token": "b"}), ("data", {"started_at": timezone.now()}),
    ],
)  # fmt: skip
def test_an_attempt_does_not_go_back(stage: str, changes: dict[str, Any]) -> None:
    assert refused(an_attempt(stage=stage), **changes)


def test_an_attempt_is_not_deleted() -> None:
    rows = an_attempt()
    with pytest.raises(IntegrityError, match="written down for good"), transaction.atomic():
        rows.delete()
    assert rows.count() == 1


def test_the_code_refuses_what_the_database_refuses() -> None:
    submission = SubmissionFactory(state=SubmissionState.EXPIRED)
    with pytest.raises(NotAllowed):
        move_submission(submission, SubmissionState.CONFIRMED, actor="supporter")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", [1, 2])
def test_a_transactional_test_leaves_no_move_and_all_guards(again: int) -> None:
    assert (Move.objects.count(), guards.wrong(connection)) == (0, [])
    a_move()
