"""How offices get their letters, as an organiser chooses it: pauses, pace, what waits."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaign.models import Campaign, Delivery, Office
from letters.admin.waiting import waiting_for
from letters.enums import HoldReason, LetterState
from letters.models import OfficePace
from tests.factories.campaign import CampaignFactory, OfficeFactory
from tests.factories.letters import LetterFactory
from tests.letters.admin.desk import client_of, post, said, text_of, user_with

pytestmark = pytest.mark.django_db

TAGS = re.compile("<[^>]+>")
LINKS = re.compile('href="([^"]+)"')
OFFICES = "/admin/campaign/office/"
CAMPAIGNS = "/admin/campaign/campaign/"


def page_of(row: Any) -> str:
    return reverse(f"admin:campaign_{row._meta.model_name}_change", args=[row.pk])


def letters(count: int, office: Office, campaign: Campaign, **fields: Any) -> None:
    fields = {"state": LetterState.QUEUED, **fields}
    LetterFactory.create_batch(count, office=office, submission__campaign=campaign, **fields)


@pytest.fixture
def office() -> Office:
    return OfficeFactory()


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory(slug="stay", per_hour=1, office_hours=True)


def form_of(client: Client, row: Any) -> dict[str, Any]:
    """Return what the page would send if its button were pressed at once."""
    context = client.get(page_of(row)).context
    forms = [context["adminform"].form]
    for formset in context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.initial_forms]
    found = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value or (value == 0 and value is not False):
                found[field.html_name] = value
    return found


def test_pausing_asks_for_the_reason_first(desk: Client, office: Office) -> None:
    asked = post(desk, OFFICES, "pause", [office])
    assert str(office) in text_of(asked)
    assert Office.objects.get().paused is False


def test_offices_are_paused_with_the_reason_in_the_log(desk: Client, office: Office) -> None:
    done = post(desk, OFFICES, "pause", [office], sure="yes", reason="Asked us to wait.")
    assert said(done) == ["1 office changed."]
    office.refresh_from_db()
    assert (office.paused, office.pause_reason) == (True, "Asked us to wait.")
    assert LogEntry.objects.get().change_message == "Paused. Asked us to wait."


def test_resumed_office_has_what_waits_planned_anew(desk: Client) -> None:
    office = OfficeFactory(paused=True, pause_reason="Asked us to wait.")
    post(desk, OFFICES, "resume", [office])
    office.refresh_from_db()
    assert (office.paused, office.pause_reason) == (False, "")
    assert OfficePace.objects.get().next_slot_at is None


def test_delivery_of_a_campaign_is_paused_and_resumed(desk: Client, campaign: Campaign) -> None:
    post(desk, CAMPAIGNS, "pause_delivery", [campaign], sure="yes", reason="A wrong date.")
    campaign.refresh_from_db()
    assert (campaign.delivery_paused, campaign.state) == (True, Campaign.State.LIVE)
    assert campaign.delivery_pause_reason == "A wrong date."
    assert LogEntry.objects.get().change_message == "Delivery: Paused. A wrong date."
    post(desk, CAMPAIGNS, "resume_delivery", [campaign])
    campaign.refresh_from_db()
    assert (campaign.delivery_paused, campaign.delivery_pause_reason) == (False, "")


def test_campaign_that_is_ticked_as_paused_has_no_old_reason(
    desk: Client, campaign: Campaign
) -> None:
    Campaign.objects.update(delivery_pause_reason="An old one.")
    desk.post(page_of(campaign), {**form_of(desk, campaign), "delivery_paused": "on"})
    campaign.refresh_from_db()
    assert (campaign.delivery_paused, campaign.delivery_pause_reason) == (True, "")


def test_list_of_campaigns_shows_whose_delivery_is_paused(desk: Client, campaign: Campaign) -> None:
    CampaignFactory(delivery_paused=True)
    page = text_of(desk.get(CAMPAIGNS))
    cells = re.findall(r'field-delivery_paused"><img[^>]* alt="(\w+)"', page)
    assert sorted(cells) == ["False", "True"]


def test_office_page_has_a_button_to_pause_and_to_go_on(desk: Client, office: Office) -> None:
    button = f"{OFFICES}{office.pk}/pause/"
    assert f'href="{button}">Pause delivery' in text_of(desk.get(page_of(office)))
    desk.post(button, {"sure": "yes", "reason": "Asked us to wait."})
    assert f'href="{button}">Resume delivery' in text_of(desk.get(page_of(office)))
    desk.post(button, {"sure": "yes"})
    assert Office.objects.get().paused is False


def test_pause_without_a_reason_changes_nothing(desk: Client, office: Office) -> None:
    page = desk.post(f"{OFFICES}{office.pk}/pause/", {"sure": "yes", "reason": ""})
    assert "This field is required." in text_of(page)
    assert Office.objects.get().paused is False


def test_who_may_not_change_offices_may_not_pause_them(office: Office) -> None:
    visitor = client_of(user_with("view_office"))
    assert visitor.post(f"{OFFICES}{office.pk}/pause/", {"sure": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "anew"),
    [("per_hour", "5", True), ("working_days", "123", True), ("notes", "A note.", False)],
)
def test_saved_rule_of_an_office_has_what_waits_planned_anew(
    desk: Client, office: Office, field: str, value: str, anew: bool
) -> None:
    answer = desk.post(page_of(office), {**form_of(desk, office), field: value})
    assert answer.status_code == 302
    assert OfficePace.objects.filter(next_slot_at=None).exists() is anew


def test_saved_rule_of_a_campaign_has_what_waits_planned_anew(
    desk: Client, office: Office, campaign: Campaign
) -> None:
    letters(1, office, campaign)
    answer = desk.post(page_of(campaign), {**form_of(desk, campaign), "delivery": "digest"})
    assert answer.status_code == 302
    assert OfficePace.objects.get(next_slot_at=None).office == office


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "Nothing waits."),
        (5, "stay: 5 letters wait. At 1 an hour the last one leaves in 1 day."),
        (
            40,
            "stay: 40 letters wait. At 1 an hour the last one leaves in 7 days. "
            "Choose the digest: one mail a day with all of them.",
        ),
    ],
)
def test_page_says_what_waits_and_how_long_it_takes(
    organiser: User, office: Office, campaign: Campaign, time_machine: Any, count: int, words: str
) -> None:
    """Eight hours a day, five days a week, a little more than an hour from letter to letter."""
    time_machine.move_to(datetime(2026, 11, 23, 9, tzinfo=UTC), tick=False)
    letters(count, office, campaign)
    assert TAGS.sub("", waiting_for(office)) == words + (f" queued: {count}" if count else "")
    assert words in text_of(client_of(organiser).get(page_of(office)))


@pytest.mark.parametrize(
    ("way", "fields", "words"),
    [
        (Delivery.DIGEST, {}, "stay: 1 letter waits for the next digest. queued: 1"),
        (
            Delivery.PAPER,
            {"state": LetterState.HELD, "hold_reason": HoldReason.HANDOVER},
            "stay: 1 letter waits for the hand-over. held: waits for the hand-over on paper: 1",
        ),
        (Delivery.SINGLE, {"state": LetterState.SENT}, "Nothing waits."),
    ],
)
def test_words_follow_the_way(
    office: Office, campaign: Campaign, way: str, fields: dict[str, Any], words: str
) -> None:
    Office.objects.update(delivery=way)
    office.refresh_from_db()
    letters(1, office, campaign, **fields)
    assert TAGS.sub("", waiting_for(office)) == words


def test_held_letters_of_an_office_wait_and_are_a_click_away(
    desk: Client, office: Office, campaign: Campaign
) -> None:
    letters(2, office, campaign, state=LetterState.HELD, hold_reason=HoldReason.OFFICE_PAUSED)
    letters(1, office, campaign, state=LetterState.HELD, hold_reason=HoldReason.NO_ADDRESS)
    letters(1, OfficeFactory(), campaign, state=LetterState.HELD, hold_reason="no_address")
    page = waiting_for(office)
    links = [unescape(link) for link in LINKS.findall(page)]
    assert "Nothing waits." not in page
    assert [desk.get(link).context["cl"].result_count for link in links] == [1, 2]
