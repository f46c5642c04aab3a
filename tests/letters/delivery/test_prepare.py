"""Letters that cannot be set: held after their tries, with nothing left in the storage."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import transaction

from letters.delivery import prepare
from letters.enums import HoldReason, LetterState
from letters.models import Letter, Outbound
from letters.rendering.pdf import PdfFailed
from tests.factories.letters import LetterFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken() -> Letter:
    return LetterFactory(state=LetterState.APPROVED, content={"text": "Hello"})


def stored(folder: Path) -> list[Path]:
    return [path for path in (folder / "letters").rglob("*") if path.is_file()]


def test_letter_of_another_shape_is_tried_again(broken: Letter) -> None:
    assert prepare.prepare(broken.id) == []
    letter = Letter.objects.get()
    assert (letter.state, letter.render_failures) == (LetterState.APPROVED, 1)
    assert letter.problem == "'sender'"


def test_letter_of_another_shape_is_held_after_its_tries(broken: Letter, tmp_path: Path) -> None:
    for _ in range(prepare.TRIES):
        prepare.prepare(broken.id)
    letter = Letter.objects.get()
    assert (letter.state, letter.hold_reason) == (LetterState.HELD, HoldReason.RENDER_FAILED)
    assert (letter.pdf, stored(tmp_path)) == ("", [])


def test_letter_that_no_font_can_print_is_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> bytes:
        raise PdfFailed("No installed font has: 𓀀", permanent=True)

    monkeypatch.setattr(prepare, "letter_pdf", fails)
    letter = LetterFactory(state=LetterState.APPROVED)
    prepare.prepare(letter.id)
    assert Letter.objects.get().hold_reason == HoldReason.RENDER_FAILED


def test_pdf_that_no_row_points_to_is_deleted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(letter: Letter) -> None:
        raise KeyError("the routes")

    monkeypatch.setattr(prepare, "letter_pdf", lambda _: b"%PDF")
    monkeypatch.setattr(prepare, "why_it_waits", fails)
    letter = LetterFactory(state=LetterState.APPROVED)
    prepare.prepare(letter.id)
    assert (Letter.objects.get().state, Letter.objects.get().pdf) == (LetterState.APPROVED, "")
    assert stored(tmp_path) == []


def test_letter_taken_back_while_it_is_set_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def taken_back(_: object) -> bytes:
        Letter.objects.update(state=LetterState.WITHDRAWN)
        return b"%PDF"

    monkeypatch.setattr(prepare, "letter_pdf", taken_back)
    letter = LetterFactory(state=LetterState.APPROVED)
    assert prepare.prepare(letter.id) == []
    assert (Letter.objects.get().state, stored(tmp_path)) == (LetterState.WITHDRAWN, [])
    assert Outbound.objects.count() == 0


def test_letter_that_kills_its_workers_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def dies(_: object) -> bytes:
        raise Killed

    monkeypatch.setattr(prepare, "letter_pdf", dies)
    letter = LetterFactory(state=LetterState.APPROVED)
    for _ in range(prepare.DEATHS):
        with pytest.raises(Killed):
            prepare.prepare(letter.id)
    prepare.prepare(letter.id)
    assert Letter.objects.get().hold_reason == HoldReason.RENDER_FAILED


def test_full_disk_is_no_fault_of_the_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise OSError("No space left on device")

    monkeypatch.setattr(prepare, "_keep", full)
    letter = LetterFactory(state=LetterState.APPROVED)
    for _ in range(prepare.DEATHS + 1):
        prepare.prepare(letter.id)
    letter.refresh_from_db()
    assert (letter.state, letter.render_failures) == (LetterState.APPROVED, 0)


@pytest.mark.parametrize("render_failures", [0, prepare.DEATHS])
def test_letter_moved_while_it_is_held_stays_where_it_is(
    monkeypatch: pytest.MonkeyPatch, render_failures: int
) -> None:
    def moved(place: str) -> None:
        Letter.objects.update(state=LetterState.WITHDRAWN)

    def fails(_: object) -> bytes:
        raise PdfFailed("No installed font has: 𓀀", permanent=True)

    monkeypatch.setattr(prepare, "letter_pdf", fails)
    monkeypatch.setattr("letters.moves.failpoint", moved)
    letter = LetterFactory(state=LetterState.APPROVED, render_failures=render_failures)
    assert prepare.prepare(letter.id) == []


def test_full_disk_takes_back_no_try_that_another_began(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(letter: Letter, _: object) -> str:
        Letter.objects.update(render_failures=0)  # let go on by a person meanwhile
        raise OSError("No space left on device")

    monkeypatch.setattr(prepare, "letter_pdf", lambda _: b"%PDF")
    monkeypatch.setattr(prepare, "_keep", full)
    letter = LetterFactory(state=LetterState.APPROVED, render_failures=2)
    prepare.prepare(letter.id)
    assert Letter.objects.get().render_failures == 0


@pytest.mark.django_db(transaction=True)
def test_pdf_that_is_committed_stays_whatever_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(place: str) -> None:
        transaction.on_commit(lambda: 1 / 0)

    monkeypatch.setattr("letters.moves.failpoint_on_commit", fails)
    monkeypatch.setattr(prepare, "letter_pdf", lambda _: b"%PDF")
    letter = LetterFactory(state=LetterState.APPROVED)
    prepare.prepare(letter.id)
    letter.refresh_from_db()
    assert letter.state == LetterState.QUEUED
    assert default_storage.exists(letter.pdf)
