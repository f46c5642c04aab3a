from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaign.admin.base import LinesField
from campaign.models import Campaign, ConsentWording
from tests.factories.campaign import CampaignFactory, GovernmentFactory
from tests.factories.letters import LetterTextFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/campaign/campaign/"


def act(client: Client, action: str, campaign: Campaign) -> list[str]:
    form = {"action": action, "_selected_action": [str(campaign.pk)]}
    page = client.post(LIST, form, follow=True)
    return [str(message) for message in page.context["messages"]]


FORM = {
    "slug": "stay",
    "organisation": "Sample",
    "contact_email": "help@sample.example",
    "max_governments": "1",
    "office_kinds": "head_of_government",
    "time_zone": "UTC",
    "keep_until": "2030-01-01",
    "default_language": "en",
    "review": "own_words",
    "take_back_seconds": "900",
    "delivery": "single",
    "per_hour": "30",
    "office_hours": "on",
    "texts-TOTAL_FORMS": "0",
    "texts-INITIAL_FORMS": "0",
    "consent_wordings-TOTAL_FORMS": "0",
    "consent_wordings-INITIAL_FORMS": "0",
}


def save(client: Client, campaign: Campaign | None, **changes: Any) -> list[str]:
    """Save the page of a campaign (None: a new one) and return its errors."""
    page, args = ("change", [campaign.pk]) if campaign else ("add", [])
    answer = client.post(reverse(f"admin:campaign_campaign_{page}", args=args), FORM | changes)
    if answer.status_code == 302:
        return []
    return [str(error) for errors in answer.context["errors"] for error in errors]


def test_new_campaign_is_a_draft(admin_client: Client) -> None:
    target = GovernmentFactory()

    errors = save(
        admin_client,
        None,
        targets=[target.pk],
        state="live",
        office_kinds="head_of_government",
    )

    campaign = Campaign.objects.get(slug="stay")
    assert errors == []
    assert campaign.state == Campaign.State.DRAFT
    assert campaign.office_kinds == ["head_of_government"]
    assert list(campaign.targets.all()) == [target]


def test_kinds_of_office_are_edited_one_per_line(admin_client: Client) -> None:
    campaign = CampaignFactory()

    errors = save(admin_client, campaign, office_kinds=" head_of_state\r\n\r\nforeign_minister\r\n")

    campaign.refresh_from_db()
    assert errors == []
    assert campaign.office_kinds == ["head_of_state", "foreign_minister"]


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ("Head of State", "“Head of State” is no kind of office. Write it as head_of_government."),
        ("", "This field is required."),
    ],
)
def test_wrong_kind_of_office_is_refused(admin_client: Client, kinds: str, said: str) -> None:
    errors = save(admin_client, CampaignFactory(), office_kinds=kinds)

    assert errors == [said]


def test_contact_that_no_mail_reaches_is_refused(admin_client: Client) -> None:
    campaign = CampaignFactory()

    assert save(admin_client, campaign, contact_email="info@näide.example") == []
    long = f"info@{'ä' * 60}.example"
    assert save(admin_client, campaign, contact_email=long) == [
        "Mail servers cannot write to this address. Is what stands after the @ right?"
    ]


def test_beginnings_are_edited_one_per_line(admin_client: Client) -> None:
    campaign = CampaignFactory(text=None)

    errors = save(
        admin_client,
        campaign,
        **{
            "texts-TOTAL_FORMS": "1",
            "texts-0-language": "en",
            "texts-0-title": "Stay",
            "texts-0-lead": "Some want to leave.",
            "texts-0-summary": "That the government stays.",
            "texts-0-starters": "I live …\r\nI am …",
        },
    )

    assert errors == []
    assert campaign.texts.get().starters == ["I live …", "I am …"]


def test_new_consent_wording_is_the_next_version(admin_client: Client) -> None:
    campaign = CampaignFactory(wording__text="Old")

    errors = save(
        admin_client,
        campaign,
        **{
            "consent_wordings-TOTAL_FORMS": "2",
            "consent_wordings-0-language": "en",
            "consent_wordings-0-text": "New",
            "consent_wordings-1-language": "et",
            "consent_wordings-1-text": "Uus",
        },
    )

    assert errors == []
    rows = ConsentWording.objects.order_by("language", "version")
    assert list(rows.values_list("language", "version", "text")) == [
        ("en", 1, "Old"),
        ("en", 2, "New"),
        ("et", 1, "Uus"),
    ]


def test_consent_wording_that_was_shown_cannot_be_changed(admin_client: Client) -> None:
    campaign = CampaignFactory(wording__text="Old")
    page = admin_client.get(reverse("admin:campaign_campaign_change", args=[campaign.pk]))
    inline = page.context["inline_admin_formsets"][1]

    assert inline.opts.model is ConsentWording
    assert (inline.has_change_permission, inline.has_delete_permission) == (False, False)
    assert (inline.has_view_permission, inline.has_add_permission) == (True, True)


def test_list_shows_the_ask(admin_client: Client) -> None:
    CampaignFactory(slug="with", text__title="Stay with us")
    CampaignFactory(slug="without", text=None)

    page = admin_client.get(LIST).content.decode()

    assert "Stay with us" in page
    assert "(no page text yet)" in page


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        ("draft", "test", "test"),
        ("test", "set_live", "live"),
        ("live", "pause", "paused"),
        ("paused", "set_live", "live"),
        ("paused", "close", "closed"),
    ],
)
def test_state_moves_by_actions(admin_client: Client, before: str, action: str, after: str) -> None:
    campaign = CampaignFactory(slug="stay", state=before)
    LetterTextFactory(version__template__campaign=campaign)

    (said,) = act(admin_client, action, campaign)
    campaign.refresh_from_db()
    assert said.startswith("Campaign stay is ")
    assert campaign.state == after


def test_refused_move_says_why(admin_client: Client) -> None:
    campaign = CampaignFactory(slug="stay", state="closed")

    assert act(admin_client, "set_live", campaign) == ["Campaign stay is closed for good."]


def test_what_a_campaign_lacks_is_listed(admin_client: Client) -> None:
    campaign = CampaignFactory(slug="stay", state="draft", organisation_address="")

    assert act(admin_client, "test", campaign) == [
        "Campaign stay is not complete. On its page in the admin, fill in:"
        "<ul><li>its postal address (under “Who asks”)</li></ul>"
    ]


@pytest.mark.parametrize(("state", "left"), [("draft", 0), ("live", 1)])
def test_only_a_draft_is_thrown_away(admin_client: Client, state: str, left: int) -> None:
    campaign = CampaignFactory(state=state)

    admin_client.post(
        reverse("admin:campaign_campaign_delete", args=[campaign.pk]), {"post": "yes"}
    )

    assert Campaign.objects.count() == left


@pytest.mark.parametrize(
    ("initial", "data", "changed"),
    [(["a", "b"], "a\r\nb\r\n", False), (["a"], "b", True), ([], "", False), (None, "", False)],
)
def test_lines_field_sees_changes(initial: Any, data: str, changed: bool) -> None:
    assert LinesField().has_changed(initial, data) is changed
