"""The export page gives what the command gives."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from letters.enums import LetterState
from tests.factories.campaign import CampaignFactory
from tests.factories.letters import LetterFactory
from tests.letters.admin.desk import EXPORT, LETTERS, text_of

pytestmark = pytest.mark.django_db


def test_the_export_page_gives_the_file(desk: Client, organiser: User) -> None:
    letter = LetterFactory(state=LetterState.SENT, submission__country="LV")
    data = {
        "campaign": letter.campaign.pk,
        "by": ["country"],
        "states": "confirmed",
        "format": "csv",
    }

    response: Any = desk.post(EXPORT, data)

    content = b"".join(response.streaming_content).decode("utf-8-sig")
    assert [row[:3] for row in csv.reader(StringIO(content))][1:] == [
        ["Latvia", "LV", "1"],
        ["Total", "", "1"],
    ]
    today = letter.campaign.today()
    name = f"{letter.campaign.slug}-by-country-{today}.csv"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    entry = LogEntry.objects.get()
    assert (entry.user, entry.get_edited_object()) == (organiser, letter.campaign)
    assert entry.get_change_message() == "Exported counts by country as CSV."


@pytest.mark.parametrize("format", ["xlsx", "ods", "json"])
def test_the_export_page_gives_every_format(desk: Client, format: str) -> None:
    letter = LetterFactory(state=LetterState.SENT)
    data = {"campaign": letter.campaign.pk, "states": "sent,", "format": format}

    response: Any = desk.post(EXPORT, data)

    assert response["Content-Disposition"].endswith(f'.{format}"')
    assert len(b"".join(response.streaming_content)) > 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"since": "2026-02-02", "until": "2026-02-01"},
        {"since": "yesterday"},
        {"by": ["moon"]},
        {"format": "pdf"},
        {"campaign": "0"},
    ],
)
def test_the_export_page_says_what_is_wrong(desk: Client, wrong: dict[str, Any]) -> None:
    data = {"campaign": CampaignFactory().pk, "states": "all", "format": "csv", **wrong}

    response = desk.post(EXPORT, data)

    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert list(response.context["form"].errors) == [list(wrong)[-1]]


def test_the_letters_list_and_the_index_lead_to_the_export(desk: Client) -> None:
    for address in (LETTERS, reverse("admin:app_list", args=["letters"])):
        assert f'href="{EXPORT}"' in text_of(desk.get(address))
