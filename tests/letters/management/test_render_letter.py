"""`render_letter` writes one PDF, or says in a sentence why not and writes nothing."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from campaign.models import Standing
from letters.management.commands import render_letter
from letters.models import Letter, LetterTemplate
from letters.rendering.document import LetterDocument
from letters.rendering.pdf import PdfFailed
from tests.journey import World, make_world

pytestmark = pytest.mark.django_db

TYPED = {"Mari Tamm", "Tartu, Estonia", "My grandfather cleared fields."}


@pytest.fixture
def world() -> World:
    return make_world()


def render(world: World, output: Path, **changes: str) -> str:
    options = {
        "campaign": world.campaign.slug,
        "government": world.government.iso2.lower(),
        "name": "Mari Tamm",
        "town": "Tartu",
        "words": "My grandfather cleared fields.",
        **changes,
    }
    out = StringIO()
    call_command("render_letter", **options, output=str(output), stdout=out)
    return out.getvalue()


def test_letter_is_written_with_the_writers_name(world: World, tmp_path: Path) -> None:
    output = tmp_path / "letter.pdf"
    said = render(world, output, country="ee")
    text = " ".join(PdfReader(output).pages[0].extract_text().split())
    assert said == f"{output}: {output.stat().st_size:,} bytes.\n"
    assert set(re.findall("|".join(TYPED), text)) == TYPED
    assert list(tmp_path.iterdir()) == [output]
    assert Letter.objects.count() == 0


def test_unknown_campaign_is_named_with_those_there_are(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        render(world, tmp_path / "letter.pdf", campaign="nosuch")
    assert str(caught.value) == f"There is no campaign “nosuch”. Known: {world.campaign.slug}."
    assert list(tmp_path.iterdir()) == []


def test_unknown_government_is_named_with_those_there_are(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        render(world, tmp_path / "letter.pdf", government="yy")
    assert str(caught.value) == f"There is no government “YY”. Known: {world.government.iso2}."
    assert list(tmp_path.iterdir()) == []


def test_government_without_a_letter_is_said(world: World, tmp_path: Path) -> None:
    LetterTemplate.objects.update(standings=[Standing.WITHDRAWN])
    with pytest.raises(CommandError, match="has no published letter for"):
        render(world, tmp_path / "letter.pdf")
    assert list(tmp_path.iterdir()) == []


def test_letter_that_cannot_be_set_is_said(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(document: LetterDocument) -> bytes:
        raise PdfFailed("No installed font has: 𓀀", permanent=True)

    monkeypatch.setattr(render_letter, "letter_pdf", fails)
    with pytest.raises(CommandError, match=r"^No installed font has: 𓀀$"):
        render(world, tmp_path / "letter.pdf")
    assert list(tmp_path.iterdir()) == []


def test_output_that_cannot_be_written_is_said(world: World, tmp_path: Path) -> None:
    output = tmp_path / "nosuch" / "letter.pdf"
    with pytest.raises(CommandError) as caught:
        render(world, output)
    assert str(caught.value) == f"{output} cannot be written: No such file or directory."
    assert list(tmp_path.iterdir()) == []
