"""`manage.py bundle`: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from letters.enums import HoldReason, LetterState
from letters.models import Bundle, Letter
from tests.factories.letters import LetterFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter() -> Letter:
    return LetterFactory(state=LetterState.HELD, hold_reason=HoldReason.HANDOVER)


def bundle(letter: Letter, *args: str, **options: Any) -> None:
    call_command("bundle", letter.campaign.slug, *args, **options)


@pytest.mark.parametrize("by", ["office", "government", "all"])
def test_it_makes_bundles_and_prints_their_files(
    letter: Letter, by: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert letter.office is not None
    names = {"office": letter.office.key, "government": letter.government.iso2, "all": "--all"}

    bundle(letter, names[by])

    made = Bundle.objects.get()
    said = capsys.readouterr().out
    assert made.state == Bundle.State.DONE
    assert "0 personal letters, 1 signatories, 8 pages, 4 sheets." in said
    assert [line.split("  ")[0] for line in said.splitlines()[-2:]] == [
        file.sha256 for file in made.files.all()
    ]


def test_it_copies_the_files_with_a_manifest(letter: Letter, tmp_path: Path) -> None:
    bundle(letter, letter.government.iso2, output=str(tmp_path / "out"))

    sha256, name = (tmp_path / "out/SHA256SUMS").read_text().split()
    assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == sha256
    assert len(list((tmp_path / "out").iterdir())) == 2


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["nowhere", "XA"], "nowhere"),
        (["{slug}", "Nowhere"], "There is no office and no government “Nowhere”. Letters go to: {key}."),
        (["{slug}"], "Name an office or a government, or use --all."),
        (["{slug}", "{key}", "--all"], "Name an office or a government, or use --all."),
        (["{slug}", "{key}", "--letters", "some"], "“some” is not one of: waiting, all."),
    ],
)  # fmt: skip
def test_bad_input_is_named(letter: Letter, args: list[str], says: str) -> None:
    assert letter.office is not None
    values = {"slug": letter.campaign.slug, "key": letter.office.key}

    with pytest.raises(CommandError) as error:
        call_command("bundle", *[arg.format(**values) for arg in args])

    assert says.format(**values) in str(error.value)
    assert Bundle.objects.count() == 0


def test_an_office_without_waiting_letters_ends_with_an_error(
    letter: Letter, capsys: pytest.CaptureFixture[str]
) -> None:
    letter.state, letter.hold_reason = LetterState.SENT, ""
    letter.save()
    assert letter.office is not None

    with pytest.raises(CommandError, match=letter.office.key):
        bundle(letter, letter.office.key)

    assert "waits for paper" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_ends_with_an_error(letter: Letter, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(CommandError, match="File exists"):
        bundle(letter, letter.government.iso2, output=str(tmp_path / "file"))
