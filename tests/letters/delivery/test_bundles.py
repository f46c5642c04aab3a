"""Digests whose PDF cannot be made: tried so often, then held, and no file left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from letters.delivery import bundles, policy
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Digest, Letter, Outbound
from tests.factories.letters import LetterFactory, OutboundFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail() -> Outbound:
    """A digest of one letter, without its PDF."""
    letter = LetterFactory(state=LetterState.QUEUED)
    assert letter.office is not None
    mail = OutboundFactory(
        purpose=Purpose.DIGEST, letter=None, submission=None, language="en", office=letter.office,
        campaign=letter.campaign,
    )  # fmt: skip
    made = Digest.objects.create(
        outbound=mail, campaign=letter.campaign, office=letter.office, day=timezone.now().date()
    )
    Letter.objects.update(digest=made)
    return mail


def bundled(monkeypatch: pytest.MonkeyPatch, meanwhile: Any) -> None:
    def bundle(*_: object, **__: object) -> bytes:
        meanwhile()
        return b"%PDF"

    monkeypatch.setattr(bundles, "bundle", bundle)


def stored(folder: Path) -> list[Path]:
    return [path for path in (folder / "letters").rglob("*") if path.is_file()]


class Killed(BaseException):
    pass


def dies() -> None:
    raise Killed


def test_digest_that_cannot_be_made_is_held_after_its_tries(
    mail: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled(monkeypatch, lambda: 1 / 0)
    for _ in range(policy.DEATHS + 1):
        assert bundles.build(mail.pk) == []
    mail.refresh_from_db()
    assert (mail.state, mail.last_answer) == ("held", "5 tries to make its PDF did not end.")
    letter = Letter.objects.get()
    assert (letter.state, letter.hold_reason) == ("held", HoldReason.RENDER_FAILED)
    assert Digest.objects.get().build_failures == 0


def test_digest_that_kills_its_workers_is_held(
    mail: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled(monkeypatch, dies)
    for _ in range(policy.DEATHS):
        with pytest.raises(Killed):
            bundles.build(mail.pk)
    assert bundles.build(mail.pk) == []
    assert Letter.objects.get().hold_reason == HoldReason.RENDER_FAILED


def test_full_disk_is_no_fault_of_the_digest(
    mail: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError("No space left on device")

    bundled(monkeypatch, lambda: None)
    monkeypatch.setattr(FileSystemStorage, "save", full)
    assert bundles.build(mail.pk) == []
    assert Digest.objects.get().build_failures == 0


def test_digest_taken_apart_while_it_is_made_keeps_no_pdf(
    mail: Outbound, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundled(monkeypatch, lambda: Outbound.objects.update(state=OutboundState.CANCELLED))
    assert bundles.build(mail.pk) == []
    assert (Digest.objects.get().pdf, stored(tmp_path)) == ("", [])


def test_pdf_whose_row_cannot_be_written_is_deleted(
    mail: Outbound, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundled(monkeypatch, lambda: None)
    monkeypatch.setattr(bundles, "_name", lambda *_, **__: 1 / 0)
    assert bundles.build(mail.pk) == []
    assert (Digest.objects.get().pdf, stored(tmp_path)) == ("", [])


def test_digest_that_was_made_is_due_and_its_tries_are_forgotten(
    mail: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled(monkeypatch, lambda: None)
    Digest.objects.update(build_failures=3)
    assert bundles.build(mail.pk) == [mail.pk]
    assert Digest.objects.get().build_failures == 0
