"""Letters, versions and texts: a draft is edited, seen as a letter, published, and fixed then."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaign.models import Campaign, Position
from letters.actions.drafts import start_draft
from letters.models import LetterTemplate, LetterText, LetterVersion
from tests.factories.campaign import GovernmentFactory, OfficeFactory, PositionFactory
from tests.factories.letters import LetterTemplateFactory, LetterTextFactory
from tests.letters.admin.desk import client_of, said, text_of, user_with

pytestmark = pytest.mark.django_db

TEMPLATES = reverse("admin:letters_lettertemplate_changelist")


def version_page(version: LetterVersion) -> str:
    return reverse("admin:letters_letterversion_change", args=[version.pk])


def preview_page(text: LetterText) -> str:
    return reverse("admin:letters_preview", args=[text.pk])


def form_of(text: LetterText, **changes: str) -> dict[str, Any]:
    """Return what a browser sends from the page of a version with one text."""
    names = ("language", "subject", "salutation", "body", "ask", "closing", "signature")
    row = {name: getattr(text, name) for name in names} | changes
    return {
        "texts-TOTAL_FORMS": "1",
        "texts-INITIAL_FORMS": "1",
        "texts-0-id": str(text.pk),
        "texts-0-version": str(text.version_id),
        **{f"texts-0-{name}": value for name, value in row.items()},
    }


@pytest.fixture
def published() -> LetterText:
    return LetterTextFactory(subject="Please stay", version__number=1)


@pytest.fixture
def draft(published: LetterText) -> LetterText:
    return start_draft(published.version.template).texts.get()


# --- drafts ------------------------------------------------------------------------------------------


def test_a_new_version_begins_with_the_texts_of_the_last(
    desk: Client, published: LetterText
) -> None:
    address = reverse("admin:letters_draft", args=[published.version.template_id])

    response = desk.post(address)
    again = desk.post(address)

    draft = LetterVersion.objects.get(published_at=None)
    assert response["Location"] == again["Location"] == version_page(draft)
    assert (draft.number, draft.texts.get().subject) == (2, "Please stay")
    assert published.version.texts.get() == published


def test_a_letter_without_versions_begins_with_an_empty_one(desk: Client) -> None:
    template = LetterTemplateFactory()

    desk.post(reverse("admin:letters_draft", args=[template.pk]))

    assert (template.versions.get().number, LetterText.objects.count()) == (1, 0)


def test_a_draft_is_edited(desk: Client, draft: LetterText) -> None:
    response = desk.post(version_page(draft.version), form_of(draft, subject="Please come back"))

    draft.refresh_from_db()
    assert (response.status_code, draft.subject) == (302, "Please come back")


def test_a_draft_with_an_unknown_blank_is_not_saved(desk: Client, draft: LetterText) -> None:
    response = desk.post(version_page(draft.version), form_of(draft, body="Dear {minster}"))

    draft.refresh_from_db()
    assert "minster" in text_of(response)
    assert draft.body != "Dear {minster}"


def template_page(desk: Client, text: LetterText) -> str:
    args = [text.version.template_id]
    return text_of(desk.get(reverse("admin:letters_lettertemplate_change", args=args)))


def test_the_letter_s_page_publishes_its_draft(desk: Client, draft: LetterText) -> None:
    page = template_page(desk, draft)

    assert "Publish draft version 2" in page
    assert "Version 1 is in use until then." in page
    assert f'action="{reverse("admin:letters_publish", args=[draft.version_id])}"' in page
    assert "Edit, preview, publish" in page


def test_the_letter_s_page_without_a_draft_begins_one(desk: Client, published: LetterText) -> None:
    page = template_page(desk, published)

    assert ("Begin a new version" in page, "Publish draft" in page) == (True, False)
    assert "Version 1 is in use." in page


# --- published ------------------------------------------------------------------------------------------


def test_publishing_fixes_a_version(desk: Client, organiser: User, draft: LetterText) -> None:
    response = desk.post(reverse("admin:letters_publish", args=[draft.version_id]), follow=True)

    draft.version.refresh_from_db()
    assert draft.version.published_at is not None
    assert said(response) == ["Version 2 is what supporters sign from now on."]
    assert LogEntry.objects.get().user == organiser
    assert "Publish as last saved" not in text_of(response)


def test_a_version_that_is_not_complete_says_what_is_missing(
    desk: Client, draft: LetterText
) -> None:
    LetterText.objects.filter(pk=draft.pk).update(language="et")

    response = desk.post(reverse("admin:letters_publish", args=[draft.version_id]), follow=True)

    draft.version.refresh_from_db()
    assert draft.version.published_at is None
    assert said(response) == ["There is no text in the campaign's language, en."]


def test_a_published_version_is_neither_changed_nor_deleted(
    desk: Client, published: LetterText
) -> None:
    version = published.version
    changed = desk.post(version_page(version), form_of(published, subject="Other"))
    deleted = desk.post(
        reverse("admin:letters_letterversion_delete", args=[version.pk]), {"post": "yes"}
    )

    published.refresh_from_db()
    assert (changed.status_code, deleted.status_code) == (403, 403)
    assert published.subject == "Please stay"
    assert 'name="texts-0-subject"' not in text_of(desk.get(version_page(version)))


@pytest.mark.parametrize("name", ["letters_publish", "letters_draft"])
def test_a_link_changes_nothing(desk: Client, draft: LetterText, name: str) -> None:
    pk = draft.version.template_id if name == "letters_draft" else draft.version_id

    assert desk.get(reverse(f"admin:{name}", args=[pk])).status_code == 405


@pytest.mark.parametrize("name", ["letters_publish", "letters_draft"])
def test_looking_at_texts_is_no_right_to_publish_or_begin_them(
    draft: LetterText, name: str
) -> None:
    reader = client_of(user_with("view_lettertemplate", "view_letterversion", "view_lettertext"))
    pk = draft.version.template_id if name == "letters_draft" else draft.version_id

    assert reader.post(reverse(f"admin:{name}", args=[pk])).status_code == 403
    assert reader.get(version_page(draft.version)).status_code == 200


# --- letters to groups --------------------------------------------------------------------------------------


def test_the_list_names_positions_version_and_draft(desk: Client, draft: LetterText) -> None:
    template = draft.version.template
    LetterTemplate.objects.filter(pk=template.pk).update(standings=["withdrawn", "withdrawing"])

    page = text_of(desk.get(TEMPLATES))

    assert '<td class="field-for_positions">withdrawn, withdrawing</td>' in page
    assert '<td class="field-published">1</td>' in page
    assert 'field-has_draft"><img src="/static/admin/img/icon-yes.svg"' in page


def test_positions_are_ticked(desk: Client) -> None:
    template = LetterTemplateFactory(standings=["party"])
    address = reverse("admin:letters_lettertemplate_change", args=[template.pk])
    versions = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}

    desk.post(address, {"name": "Those that left", "rank": "1",
                        "standings": ["withdrawn", "withdrawing"], **versions})  # fmt: skip

    template.refresh_from_db()
    assert (template.name, template.standings) == ("Those that left", ["withdrawn", "withdrawing"])


# --- preview ---------------------------------------------------------------------------------------------------


@pytest.fixture
def campaign(published: LetterText) -> Campaign:
    """A campaign to a party and to one that left; the published letter is for those that left."""
    template = published.version.template
    template.standings = ["withdrawn"]
    template.save()
    campaign = template.campaign
    for name, kind in (("Stayland", "joined"), ("Leftland", "withdrawn")):
        government = GovernmentFactory(name=name)
        PositionFactory(government=government, treaty=campaign.treaty, kind=Position.Kind(kind))
        OfficeFactory(government=government, form__salutation=f"Dear PM of {name},")
        campaign.targets.add(government)
    return campaign


def test_a_preview_begins_with_a_government_that_the_letter_is_for(
    desk: Client, campaign: Campaign, published: LetterText
) -> None:
    response = desk.get(preview_page(published))

    page = text_of(response)
    preview = response.context["preview"]
    assert preview.government.name == "Leftland"
    assert "Dear PM of Leftland," in preview.html
    assert "This is the letter that it gets." in page


def test_a_draft_can_be_seen_to_every_government(
    desk: Client, campaign: Campaign, published: LetterText
) -> None:
    draft = start_draft(published.version.template).texts.get()
    LetterText.objects.filter(pk=draft.pk).update(body="To {government}, in draft.")
    found = {}
    for government in campaign.targets.all():
        values = {"government": government.iso2, "sample": "arabic"}
        response = desk.get(preview_page(draft), values)
        found[government.name] = text_of(response)

    assert "To Leftland, in draft." in found["Leftland"]
    assert f"Today it gets {published.version}." in found["Leftland"]
    assert "No published letter is for this government." in found["Stayland"]
    assert "نور الهدى عبد الرحمن" in found["Stayland"]


@pytest.mark.parametrize("values", [{"government": "??"}, {"sample": "unknown"}])
def test_a_preview_of_nothing_says_so(
    desk: Client, campaign: Campaign, published: LetterText, values: dict[str, str]
) -> None:
    response = desk.get(preview_page(published), values)

    assert response.context["preview"] is None
    assert response.context["form"].errors


def test_a_campaign_without_treaty_or_governments_has_a_preview_page(
    desk: Client, published: LetterText
) -> None:
    Campaign.objects.update(treaty=None)

    assert desk.get(preview_page(published)).context["preview"] is None

    GovernmentFactory()
    desk.get(preview_page(published))


def test_a_preview_needs_the_right_to_see_texts(published: LetterText) -> None:
    assert client_of(user_with("view_letter")).get(preview_page(published)).status_code == 403


@pytest.mark.parametrize("offices", [1, 3])
def test_a_preview_costs_the_same_number_of_queries(
    desk: Client, published: LetterText, offices: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(offices):
        OfficeFactory()
    desk.get(preview_page(published))

    with django_assert_max_num_queries(18):
        desk.get(preview_page(published))
