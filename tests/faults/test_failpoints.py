"""Every change of state has a place before and a place after it at which a test can strike."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from letters import bulk_moves, failpoints, moves
from letters.enums import LetterState, OutboundState
from letters.models import Letter, Outbound, Submission
from tests.factories.letters import LetterFactory, OutboundFactory

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = [path for path in (ROOT / "letters").rglob("*.py") if "migrations" not in path.parts]


def writers_of_state() -> Iterator[str]:
    """Yield where a row's `state` is written: by update(), or by an attribute that is saved."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("update", "bulk_update")
            ):  # fmt: skip
                named = {keyword.arg for keyword in node.keywords}
                listed = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)}
                if "state" in named or (node.func.attr == "bulk_update" and "state" in listed):
                    yield str(path.relative_to(ROOT))


@pytest.fixture
def passed(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.FAULTS = True
    yield tmp_path / "failpoints" / "passed"


def places(passed: Path) -> list[str]:
    return passed.read_text().split()


def around(move: str) -> list[str]:
    return [f"{move}.before", f"{move}.after", f"{move}.committed"]


KNOWN = {
    "letters/moves.py",
    "letters/bulk_moves.py",
    # Of a form that waits: from "already written" to "waiting" and back (docs/architecture.md).
    "letters/actions/write.py",
    "letters/actions/asking.py",
    # Not of a letter or a mail: what two organisers decide together.
    "letters/actions/bulk.py",
    # The states of a bundle for print.
    "letters/bundled.py",
    "letters/printing/hold.py",
}


def test_only_moves_writes_states() -> None:
    assert set(writers_of_state()) <= KNOWN


@pytest.mark.django_db(transaction=True)
def test_move_of_a_letter_has_its_places(passed: Path) -> None:
    letter = LetterFactory(state=LetterState.CONFIRMED)
    moves.move_letter(letter, LetterState.APPROVED, actor="test")
    assert places(passed) == around("letter.confirmed-approved")


@pytest.mark.django_db(transaction=True)
def test_move_of_a_mail_has_its_places(passed: Path) -> None:
    moves.move_outbound(OutboundFactory(), OutboundState.HELD, actor="test")
    assert places(passed) == around("outbound.queued-held")


@pytest.mark.django_db(transaction=True)
def test_moves_of_many_have_their_places(passed: Path) -> None:
    mail = OutboundFactory(letter__state=LetterState.QUEUED)
    assert mail.letter is not None
    with transaction.atomic():
        bulk_moves.move_letters([mail.letter], LetterState.FAILED, actor="test")
    with transaction.atomic():
        bulk_moves.move_outbounds(
            [mail], OutboundState.SENDING, actor="test", claim="token", claim_token="token",
            lease_until=mail.next_attempt_at,
        )  # fmt: skip
    assert places(passed) == [*around("letter.queued-failed"), *around("outbound.queued-sending")]


@pytest.mark.django_db
def test_failpoint_does_nothing_outside_fault_tests(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILPOINTS", "here=raise")
    failpoints.failpoint("here")
    assert not (tmp_path / "failpoints").exists()


def test_no_model_saves_its_state_by_itself() -> None:
    assert not any("save" in vars(model) for model in (Letter, Outbound, Submission))
