from __future__ import annotations

import re
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from campaign.models import Campaign, Event, Government, Office, Position
from letters import queries
from letters.actions.starter import STARTER
from letters.letter_file import LetterFile, read_letter
from letters.management.commands import load_starter
from letters.models import LetterText
from letters.rendering.text import letter_text
from tests.factories.campaign import CampaignFactory

TODAY = date(2026, 11, 22)
LETTERS = ("stay", "reconsider", "return", "join")


def load(*arguments: str) -> str:
    out = StringIO()
    call_command("load_starter", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def campaign() -> Campaign:
    load()
    return Campaign.objects.get()


@pytest.mark.django_db
def test_everything_a_fresh_site_needs_is_loaded() -> None:
    said = load()

    campaign = Campaign.objects.get()
    assert (campaign.slug, campaign.state, campaign.review) == ("keep-the-ban", "live", "none")
    assert (campaign.take_back_seconds, campaign.max_governments) == (5, 1)
    assert (campaign.per_hour, campaign.office_hours) == (0, False)
    assert 364 <= (campaign.keep_until - campaign.today()).days <= 366
    assert campaign.treaty is not None
    assert campaign.treaty.slug == "mine-ban"
    assert (Government.objects.count(), Office.objects.count()) == (197, 72)
    assert "Governments: 197 rows: 197 new" in said
    assert "Campaign keep-the-ban: new, live." in said


@pytest.mark.django_db
def test_real_site_is_courteous_from_the_start(settings: Settings) -> None:
    settings.PRODUCTION = True
    load()
    campaign = Campaign.objects.get()
    assert (campaign.per_hour, campaign.office_hours) == (30, True)


@pytest.mark.django_db
def test_loading_again_changes_nothing_and_says_so() -> None:
    load()
    Campaign.objects.update(organisation="Edited since")
    before = [model.objects.count() for model in (Position, Event, LetterText, User)]
    said = load().splitlines()

    assert [line.split(", ")[-2:] for line in said[:3]] == [
        ["197 unchanged", "0 wrong"],
        ["Offices: there are some already", "left as they are."],
        ["59 unchanged", "0 wrong"],
    ]
    assert said[3:] == [
        "Organiser: there is an administrator already.",
        "Campaign keep-the-ban: unchanged.",
    ]
    assert [model.objects.count() for model in (Position, Event, LetterText, User)] == before
    assert Campaign.objects.get().organisation == "Edited since"


@pytest.mark.django_db
def test_if_empty_leaves_a_site_with_a_campaign_alone(settings: Settings) -> None:
    CampaignFactory()

    assert load("--if-empty") == "There are campaigns already: nothing was loaded.\n"
    assert (Government.objects.count(), User.objects.count()) == (0, 0)
    assert list(Path(settings.VAR_DIR).iterdir()) == []


@pytest.mark.django_db
def test_wrong_reference_data_stop_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = (load_starter.DATA / "governments.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "governments.csv").write_text("\n".join([*lines, lines[1]]), encoding="utf-8")
    monkeypatch.setattr(load_starter, "DATA", tmp_path)

    with pytest.raises(CommandError, match="has wrong rows"):
        load()
    assert Campaign.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(("arguments", "state"), [((), "draft"), (("--live",), "live")])
def test_on_a_production_site_it_opens_only_when_told(
    settings: Settings, arguments: tuple[str, ...], state: str
) -> None:
    settings.PRODUCTION = True
    load(*arguments)

    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.take_back_seconds) == (state, 900)


@pytest.mark.django_db
def test_the_organiser_s_login_is_noted_for_its_owner_only(settings: Settings) -> None:
    load()

    path = Path(settings.VAR_DIR) / "organiser.txt"
    noted = dict(line.split(": ") for line in path.read_text(encoding="utf-8").splitlines())
    user = authenticate(username=noted["username"], password=noted["password"])
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(noted) == ["username", "password"]
    assert isinstance(user, User)
    assert (user.username, user.is_superuser) == ("organiser", True)


@pytest.mark.django_db
@pytest.mark.parametrize("account", [{"username": "admin", "is_superuser": True}, {"username": "organiser"}])  # fmt: skip
def test_no_account_is_made_beside_one_that_is_there(
    settings: Settings, account: dict[str, object]
) -> None:
    User.objects.create(**account)
    load()

    assert User.objects.count() == 1
    assert not (Path(settings.VAR_DIR) / "organiser.txt").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("iso2", "day", "letter"),
    [
        ("EE", date(2025, 6, 1), "To States Parties"),
        ("EE", date(2025, 7, 1), "To states that have given notice"),
        ("EE", TODAY, "To states that have left"),
        ("MH", date(2025, 1, 1), "To states that have not joined"),
        ("MH", TODAY, "To States Parties"),
        ("US", TODAY, "To states that have not joined"),
        ("UA", TODAY, "To States Parties"),
    ],
)
def test_each_government_gets_the_letter_that_its_position_calls_for(
    campaign: Campaign, iso2: str, day: date, letter: str
) -> None:
    found = queries.draft(campaign, Government.objects.get(iso2=iso2), day=day)

    assert found.text.version.template.name == letter


@pytest.mark.django_db
def test_the_letters_name_the_day_of_the_notice_and_of_the_exit(campaign: Campaign) -> None:
    estonia = Government.objects.get(iso2="EE")

    notice = letter_text(queries.draft(campaign, estonia, day=date(2025, 7, 1)).document)
    exit_ = letter_text(queries.draft(campaign, estonia, day=TODAY).document)

    assert "On 27 June 2025 your Government gave notice" in notice
    assert "On 27 December 2025 your country left" in exit_


@pytest.mark.django_db
def test_every_government_s_letter_reads_without_gaps(campaign: Campaign) -> None:
    for government in [None, *Government.objects.all()]:
        document = queries.draft(campaign, government, day=TODAY).document
        parts = [line for part in (*document.body, *document.ask) for line in part.lines]
        texts = ["".join(piece.text for piece in line) for line in (document.subject, *parts)]
        texts += [document.salutation, document.closing]
        texts += document.addressee if government else ()
        found = re.findall(r"[{}*]|  | [,.;:]|\bOn your\b|\b(\w+) \1\b", "\n".join(texts))
        assert found == [], government
        assert all(texts), government


@pytest.fixture(scope="module", params=LETTERS)
def letter(request: pytest.FixtureRequest) -> LetterFile:
    return read_letter((STARTER / f"{request.param}.md").read_bytes())


def test_a_starter_letter_is_read_without_a_remark(letter: LetterFile) -> None:
    assert letter.notes == ()
    assert letter.signature == "{name}\n{organisation}"
    assert letter.closing == "Yours sincerely,"
    assert len(letter.subject) <= 90


def test_a_starter_letter_fits_on_a_page_with_own_words(letter: LetterFile) -> None:
    assert 240 <= letter.words <= 300
    assert len(letter.body) + len(letter.ask) <= 1650


def test_a_starter_letter_gives_reasons_with_bold_leads_and_one_request(letter: LetterFile) -> None:
    assert 3 <= letter.bullets <= 5
    assert len(re.findall(r"^- \*\*[^*]+\.\*\* ", letter.body, re.MULTILINE)) == letter.bullets
    assert letter.ask.startswith("For all these reasons I ask ")
    assert "\n" not in letter.ask


def test_a_starter_letter_is_written_in_short_sentences(letter: LetterFile) -> None:
    text = f"{letter.body}\n{letter.ask}".replace("**", "")
    sentences = re.split(r"(?<=[.?!:])\s+", text)
    assert [one for one in sentences if len(one.split()) > 22] == []


def test_a_starter_letter_gives_each_count_with_its_date(letter: LetterFile) -> None:
    """A share of victims is “more than”; counts of states and mines have a day or a month."""
    sentences = re.split(r"(?<=[.?!:])\s+", letter.body)
    for sentence in sentences:
        if re.search(r"\b(?:161|55 million|21 public)\b", sentence):
            assert re.search(r"\b20\d\d\b", sentence), sentence
        if "%" in sentence:
            assert re.search(r"[Mm]ore than \d+%", sentence), sentence


def test_a_starter_letter_needs_no_article_before_a_government(letter: LetterFile) -> None:
    assert set(letter.placeholders) <= {"name", "organisation", "since"}


@pytest.mark.django_db
def test_the_page_s_texts_keep_their_measure(campaign: Campaign) -> None:
    page = campaign.texts.get()

    assert len(page.title) <= 70
    assert len(page.lead.split()) <= 40
    assert page.who.startswith("This is a sample campaign.")
    assert "nothing is mailed to anybody" in page.who
    assert [len(part.splitlines()) for part in page.questions.split("\n\n")] == [2] * 5
    assert (len(page.starters), len(page.share) <= 280) == (3, True)
    assert "  " not in "".join((page.lead, page.summary, page.why, page.who, page.questions))


@pytest.mark.django_db
def test_the_campaign_is_what_an_organiser_could_have_saved(campaign: Campaign) -> None:
    campaign.full_clean()
    for text in LetterText.objects.all():
        text.full_clean()
        assert text.version.published_at is not None
    wording = campaign.consent_wordings.get()
    assert (wording.version, "{organisation}" in wording.text) == (1, True)
