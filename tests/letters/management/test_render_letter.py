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
from tests.factories.campaign import GovernmentFactory
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
    assert str(caught.value) == f"There is no campaign “nosuch”. There are: {world.campaign.slug}."
    assert list(tmp_path.iterdir()) == []


def refusal(world: World, tmp_path: Path, **changes: str) -> str:
    """Return why nothing was written."""
    with pytest.raises(CommandError) as caught:
        render(world, tmp_path / "letter.pdf", **changes)
    assert (caught.value.returncode, list(tmp_path.iterdir())) == (1, [])
    return str(caught.value)


def test_unknown_government_is_named_with_those_there_are(world: World, tmp_path: Path) -> None:
    assert refusal(world, tmp_path, government="yy") == (
        "There is no government “yy”: write its two-letter code. "
        f"There are: {world.government.iso2}."
    )


def test_long_list_of_governments_says_that_it_is_cut(world: World, tmp_path: Path) -> None:
    GovernmentFactory.create_batch(14)
    assert refusal(world, tmp_path, government="yy").endswith(" and 3 more.")


def test_government_by_its_name_is_told_its_code(world: World, tmp_path: Path) -> None:
    name, code = world.government.name, world.government.iso2
    assert refusal(world, tmp_path, government=name.upper()).endswith(
        f" {name} has the code {code}."
    )


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("name", " ", "--name is empty: a letter needs the name of its writer."),
        (
            "country",
            "Estonia",
            "“Estonia” is no country's two-letter code such as EE. Estonia has the code EE.",
        ),
        ("country", "XYZ", "“XYZ” is no country's two-letter code such as EE."),
        ("language", "xx", "“xx” is no language code such as en or pt-BR."),
    ],
)
def test_wrong_option_is_refused(
    world: World, tmp_path: Path, option: str, value: str, told: str
) -> None:
    assert refusal(world, tmp_path, **{option: value}) == told


def test_language_without_a_text_is_refused_with_those_there_are(
    world: World, tmp_path: Path
) -> None:
    assert refusal(world, tmp_path, language="fr") == (
        f"The letter to {world.government} has no text in “fr”. It has: en."
    )


def test_government_without_a_letter_is_said(world: World, tmp_path: Path) -> None:
    LetterTemplate.objects.update(standings=[Standing.WITHDRAWN])
    assert refusal(world, tmp_path) == (
        f"{world.campaign} has no published letter for {world.government}. Publish one in the "
        "admin, under “Letters to groups of governments”."
    )


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
