from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from campaign.models import Campaign
from letters.actions.from_letter import create_campaign
from letters.actions.texts import NotImported, import_letter_text, publish_version
from letters.letter_file import LetterFile, parse_letter
from letters.models import LetterTemplate, LetterText, LetterVersion
from tests.factories.campaign import CampaignFactory
from tests.factories.letters import LetterTemplateFactory, LetterTextFactory, LetterVersionFactory

pytestmark = pytest.mark.django_db


def letter(ask: str = "I ask you to stay.", head: str = "Re: Stay\n\n") -> LetterFile:
    return parse_letter(f"{head}Dear Leader,\n\nA reason.\n\n{ask}\n\nSincerely,\n[Name]\n")


def test_a_first_import_makes_the_letter_and_its_draft() -> None:
    imported = import_letter_text(campaign=CampaignFactory(), letter=letter(), language="en")

    text = imported.text
    text.full_clean()
    assert (text.version.number, text.version.published_at) == (1, None)
    assert (text.version.template.name, text.version.template.standings) == ("The letter", [])
    assert (text.subject, text.body, text.ask) == ("Stay", "A reason.", "I ask you to stay.")
    assert (text.salutation, text.closing, text.signature) == (
        "Dear Leader,",
        "Sincerely,",
        "{name}",
    )


def test_a_second_import_replaces_the_draft() -> None:
    campaign = CampaignFactory()
    first = import_letter_text(campaign=campaign, letter=letter(), language="en").text
    second = import_letter_text(
        campaign=campaign, letter=letter("I ask you to return."), language="en"
    ).text

    assert first.pk == second.pk
    assert LetterText.objects.get().ask == "I ask you to return."


def test_a_published_version_is_never_altered() -> None:
    published = LetterTextFactory(ask="I ask you to keep it.")
    template = published.version.template
    imported = import_letter_text(campaign=template.campaign, letter=letter(), language="en")

    published.refresh_from_db()
    assert published.ask == "I ask you to keep it."
    assert imported.text.version.number == 2
    assert imported.text.version.published_at is None


def test_a_new_draft_takes_over_the_other_languages() -> None:
    published = LetterTextFactory()
    LetterTextFactory(version=published.version, language="et", subject="Palun jääge")
    campaign = published.version.template.campaign
    imported = import_letter_text(campaign=campaign, letter=letter(), language="en")

    texts = imported.text.version.texts.values_list("language", "subject")
    assert imported.taken_over == ("et",)
    assert list(texts) == [("en", "Stay"), ("et", "Palun jääge")]
    assert published.version.texts.count() == 2


def test_without_a_subject_the_campaign_s_title_is_taken() -> None:
    campaign = CampaignFactory(text__title="Ask them to stay")
    imported = import_letter_text(campaign=campaign, letter=letter(head=""), language="et")

    assert (imported.text.subject, imported.subject_is_title) == ("Ask them to stay", True)


def test_without_a_subject_and_a_title_nothing_is_imported() -> None:
    with pytest.raises(NotImported, match="Add a line “Subject: …”"):
        import_letter_text(
            campaign=CampaignFactory(text=None), letter=letter(head=""), language="en"
        )

    assert LetterTemplate.objects.count() == 0


def test_the_file_says_which_of_several_letters_it_is() -> None:
    campaign = CampaignFactory()
    LetterTemplateFactory(campaign=campaign, name="To stay")
    other = LetterTemplateFactory(campaign=campaign, name="To return", standings=["withdrawn"])
    head = "---\nletter: To return\npositions: withdrawn\n---\nRe: Return\n\n"
    imported = import_letter_text(campaign=campaign, letter=letter(head=head), language="en")

    assert imported.text.version.template == other


def test_one_of_several_letters_that_is_not_named_is_refused() -> None:
    campaign = CampaignFactory()
    LetterTemplateFactory.create_batch(2, campaign=campaign)

    with pytest.raises(NotImported, match="has several letters"):
        import_letter_text(campaign=campaign, letter=letter(), language="en")


@pytest.mark.parametrize("line", ["positions: withdrawn", "order: 20"])
def test_a_file_never_changes_for_whom_a_letter_is(line: str) -> None:
    template = LetterTemplateFactory(name="To stay", standings=["party"], rank=10)
    named = letter(head=f"---\nletter: To stay\n{line}\n---\nRe: Stay\n\n")

    with pytest.raises(NotImported, match="“To stay” has other positions or another order"):
        import_letter_text(campaign=template.campaign, letter=named, language="en")


def test_publishing_fixes_a_complete_draft_and_says_who_did_it() -> None:
    text = LetterTextFactory(version__published_at=None)
    organiser = User.objects.create_user("organiser")
    publish_version(text.version, by=organiser)

    assert LetterVersion.objects.published().get() == text.version
    assert LogEntry.objects.get().user == organiser


def test_publishing_again_changes_nothing() -> None:
    version = LetterTextFactory().version
    before = version.published_at

    assert publish_version(version).published_at == before


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"ask": ""}, "en: what it asks: This field cannot be blank."),
        ({"body": "# Heading"}, "en: body: Line 1: a heading has no place"),
        ({"closing": "Yours, {name}"}, "en: closing: Placeholders have no place in this line."),
        ({"language": "et"}, "There is no text in the campaign's language, en."),
    ],
)
def test_an_incomplete_draft_is_not_published(values: dict[str, str], problem: str) -> None:
    version = LetterTextFactory(version__published_at=None, **values).version

    with pytest.raises(ValidationError) as caught:
        publish_version(version)

    assert [message[: len(problem)] for message in caught.value.messages] == [problem]
    version.refresh_from_db()
    assert version.published_at is None


def test_a_draft_without_any_text_is_not_published() -> None:
    with pytest.raises(ValidationError, match="There is no text"):
        publish_version(LetterVersionFactory(published_at=None))


def test_a_campaign_made_from_a_letter_is_a_complete_draft() -> None:
    source = parse_letter(
        f"Re: {'Please stay ' * 8}\n\nDear Leader,\n\nMines hurt. {'They wait ' * 20}on.\n\n"
        "On {since} you joined. I ask you to stay. I ask you to speak.\n\nSincerely,"
    )
    campaign = create_campaign(slug="stay", letter=source, language="en", title="Stay")

    text = campaign.texts.get()
    assert campaign.state == Campaign.State.DRAFT
    assert campaign.contact_email == "contact@stay.example"
    assert 364 <= (campaign.keep_until - campaign.today()).days <= 366
    assert (len(text.title) <= 70, text.title[-1]) == (True, "…")
    assert text.lead == "Mines hurt."
    assert text.summary == "I ask you to stay. I ask you to speak."
    assert [(wording.version, wording.language) for wording in campaign.consent_wordings.all()] == [
        (1, "en")
    ]


def test_a_slug_that_is_no_address_is_refused() -> None:
    with pytest.raises(ValidationError, match="Use small letters, digits and hyphens"):
        create_campaign(slug="No Slug", letter=letter(), language="en", title="Stay")
