from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError

from campaign.actions import NotAllowed, set_state
from campaign.models import Campaign, CampaignText
from letters.models import LetterText
from tests.factories.campaign import CampaignFactory

pytestmark = pytest.mark.django_db

LETTER = """\
Subject: Please stay

Dear Leader,

I write because mines wait.

- **It works.** Fewer are hurt.

I ask you to stay.

Sincerely,
[Your Name / Organization]
[Country]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "stay-with-us.md"
    path.write_text(LETTER, encoding="utf-8")
    return path


def run(file: Path, *arguments: str) -> str:
    out = StringIO()
    call_command("import_letter", str(file), *arguments, stdout=out)
    return out.getvalue()


def refusal(file: Path, *arguments: str) -> str:
    """Return what the command says when it refuses, having changed no row."""
    before = rows()
    with pytest.raises(CommandError) as caught:
        call_command("import_letter", str(file), *arguments)
    assert caught.value.returncode == 1
    assert rows() == before
    return str(caught.value)


def rows() -> dict[str, int]:
    models = [*apps.get_app_config("campaign").get_models()]
    models += apps.get_app_config("letters").get_models()
    return {model.__name__: model._default_manager.count() for model in models}


def test_the_letter_becomes_a_draft_and_the_command_says_what_it_understood(file: Path) -> None:
    CampaignFactory(slug="stay")

    said = run(file, "--campaign", "stay").splitlines()

    assert [line.strip() for line in said[1:]] == [
        "Subject     Please stay",
        "Salutation  Dear Leader,",
        "Body        1 paragraph, 1 bullet point: I write because mines wait. - **It works.** Fewer are hurt.",
        "Ask         I ask you to stay.",
        "Closing     Sincerely,",
        "Signature   {name} / {organisation} / {country}",
        "Blanks      {name}, {organisation}, {country} (the writer's)",
        "Saved as draft version 1 of “The letter” (en) in stay.",
        "When it is ready, publish it in the admin: Letters to groups of governments › The letter "
        "› Publish draft version 1.",
    ]
    assert LetterText.objects.get().version.published_at is None


def test_the_language_is_the_campaign_s_or_the_one_given(file: Path) -> None:
    CampaignFactory(slug="stay", default_language="et")
    run(file, "--campaign", "stay")
    run(file, "--campaign", "stay", "--language", "pt-BR")

    assert list(LetterText.objects.values_list("language", flat=True)) == ["et", "pt-BR"]


def test_create_makes_a_draft_campaign_and_says_what_is_missing(file: Path) -> None:
    said = run(file, "--campaign", "stay", "--create", "--language", "et")

    campaign = Campaign.objects.get()
    assert (campaign.slug, campaign.state, campaign.default_language) == ("stay", "draft", "et")
    assert campaign.texts.get().title == "Please stay"
    assert [line for line in said.splitlines() if line.endswith("”)")] == [
        "  - the name of your organisation (under “Who asks”)",
        "  - its postal address (under “Who asks”)",
        "  - its contact e-mail, now contact@stay.example (under “Who asks”)",
        "  - the consent wording in et: it is in English still (under “Consent wordings”)",
    ]


def test_create_names_the_campaign_after_its_file_where_the_letter_has_no_subject(
    file: Path,
) -> None:
    file.write_text(LETTER.partition("\n\n")[2], encoding="utf-8")
    said = run(file, "--campaign", "stay", "--create")

    assert CampaignText.objects.get().title == "Stay with us"
    assert LetterText.objects.get().subject == "Stay with us"
    assert "the campaign's title is taken, “Stay with us”" in said


def test_a_dry_run_says_the_same_and_changes_nothing(file: Path) -> None:
    before = rows()
    said = run(file, "--campaign", "stay", "--create", "--dry-run")

    assert "Dry run: nothing was saved. It would be draft version 1" in said
    assert "In the new campaign stay these would still have to be filled in:" in said
    assert ("ublish" in said, "is a draft" in said) == (False, False)
    assert rows() == before


def test_what_is_to_be_filled_in_keeps_the_campaign_a_draft(file: Path, admin_user: User) -> None:
    run(file, "--campaign", "stay", "--create")
    campaign = Campaign.objects.get()

    with pytest.raises(NotAllowed) as refused:
        set_state(campaign=campaign, state=Campaign.State.TEST, by=admin_user)
    Campaign.objects.update(
        organisation="Stayers", organisation_address="1 Street", contact_email="a@stayers.org"
    )
    campaign.refresh_from_db()
    set_state(campaign=campaign, state=Campaign.State.TEST, by=admin_user)

    assert refused.value.args[1:] == (
        "the name of your organisation (under “Who asks”)",
        "its postal address (under “Who asks”)",
        "its contact e-mail, now contact@stay.example (under “Who asks”)",
    )
    assert campaign.state == Campaign.State.TEST


def test_every_problem_is_told_with_its_line(file: Path) -> None:
    CampaignFactory(slug="stay")
    bad = LETTER.replace("I write", "# I write").replace("[Country]", "[Your Title]")
    file.write_text(bad, encoding="utf-8")

    said = refusal(file, "--campaign", "stay").splitlines()

    assert said[0] == f"{file} has 2 problems. Nothing was changed."
    assert [line.split(":")[0].strip() for line in said[1:]] == ["Line 5", "Line 13"]


def test_very_many_problems_are_cut_short(file: Path) -> None:
    file.write_text(LETTER.replace("wait", "\n\n[foo]" * 60), encoding="utf-8")

    said = refusal(file, "--campaign", "stay", "--create").splitlines()

    assert (len(said), said[-1].strip()) == (42, "… and 20 more.")


def test_an_unknown_campaign_names_the_known_ones(file: Path) -> None:
    CampaignFactory(slug="return")
    CampaignFactory(slug="join")

    said = refusal(file, "--campaign", "stay")
    assert said == (
        "There is no campaign “stay”. Known: join, return. "
        "Use --create to make a new one. Nothing was changed."
    )


def test_create_refuses_a_campaign_that_exists(file: Path) -> None:
    CampaignFactory(slug="stay")

    assert "There is a campaign “stay” already." in refusal(file, "--campaign", "stay", "--create")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--campaign", "Stay!"), "Use small letters, digits and hyphens."),
        (("--campaign", "stay", "--language", "Estonian"), "“Estonian” is no language code"),
        (("--campaign", "stay", "--language", "xx"), "“xx” is no language code"),
    ],
)
def test_create_refuses_what_is_no_slug_or_language(
    file: Path, arguments: tuple[str, ...], expected: str
) -> None:
    assert expected in refusal(file, *arguments, "--create")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "nothing.md cannot be read: No such file" in refusal(
        tmp_path / "nothing.md", "--campaign", "stay"
    )
