from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from campaign.models import Government, Position
from tests.factories.campaign import GovernmentFactory, OfficeFactory, PositionFactory

pytestmark = pytest.mark.django_db


def cells(client: Client, government: Government) -> list[str]:
    """Return the texts of a government's row in the list."""
    page = client.get("/admin/campaign/government/", {"q": government.name})
    change_list = page.context["cl"]
    row = change_list.result_list[0]
    columns = change_list.list_display[1:]
    return [str(_value(column, row, change_list)) for column in columns]


def _value(column: object, row: Government, change_list: object) -> object:
    if callable(column):
        return column(row)
    method = getattr(change_list.model_admin, str(column), None)  # type: ignore[attr-defined]
    return method(row) if method else getattr(row, str(column))


def test_list_shows_todays_standing_on_each_treaty_and_the_offices(admin_client: Client) -> None:
    position = PositionFactory(treaty__name="Mine Ban", day=date(2000, 1, 1))
    OfficeFactory.create_batch(2, government=position.government)

    page = admin_client.get("/admin/campaign/government/").content.decode()

    assert cells(admin_client, position.government)[-2:] == ["2", "party"]
    assert "Mine Ban" in page


def test_standing_to_come_is_not_shown_yet(admin_client: Client) -> None:
    position = PositionFactory(day=date(2999, 1, 1))

    assert cells(admin_client, position.government)[-1] == "not a party"


def change_form(government: Government, **positions: object) -> dict[str, object]:
    return {
        "iso2": government.iso2,
        "name": government.name,
        "languages": "et\r\n ru \r\n",
        "positions-TOTAL_FORMS": "0",
        "positions-INITIAL_FORMS": "0",
        **positions,
    }


def test_languages_are_edited_one_per_line(admin_client: Client) -> None:
    government = GovernmentFactory(languages=["en"])
    address = reverse("admin:campaign_government_change", args=[government.pk])
    shown = admin_client.get(address).context["adminform"].form["languages"].value()

    admin_client.post(address, change_form(government))

    government.refresh_from_db()
    assert (shown, government.languages) == ("en", ["et", "ru"])


def test_position_is_added_beside_those_that_stay(admin_client: Client) -> None:
    old = PositionFactory(kind="signed")
    form = {
        "positions-TOTAL_FORMS": "1",
        "positions-0-treaty": str(old.treaty.pk),
        "positions-0-kind": "joined",
        "positions-0-day": "2026-01-01",
        "positions-0-source": "Depositary",
    }
    address = reverse("admin:campaign_government_change", args=[old.government.pk])

    admin_client.post(address, change_form(old.government, **form))

    assert list(Position.objects.values_list("kind", "day", "source")) == [
        ("signed", old.day, old.source),
        ("joined", date(2026, 1, 1), "Depositary"),
    ]


def test_known_position_cannot_be_overwritten(admin_client: Client) -> None:
    old = PositionFactory(kind="signed")
    form = {
        "positions-TOTAL_FORMS": "1",
        "positions-INITIAL_FORMS": "1",
        "positions-0-id": str(old.pk),
        "positions-0-government": str(old.government.pk),
        "positions-0-treaty": str(old.treaty.pk),
        "positions-0-kind": "joined",
        "positions-0-day": "2026-01-01",
        "positions-0-source": "Rumour",
    }
    address = reverse("admin:campaign_government_change", args=[old.government.pk])

    admin_client.post(address, change_form(old.government, **form))

    old.refresh_from_db()
    assert (old.kind, old.source) == ("signed", "Treaty register")
