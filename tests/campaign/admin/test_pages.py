"""Every page of the admin's room of campaigns opens, and a list costs what its page costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaign.models import Campaign, Event, Government, Office, Position, Treaty
from tests.factories.campaign import (
    CampaignFactory,
    EventFactory,
    FormOfAddressFactory,
    OfficeFactory,
    OfficeHolderFactory,
    PositionFactory,
)

pytestmark = pytest.mark.django_db


def government_with_facts() -> Government:
    position = PositionFactory(treaty=Treaty.objects.first() or PositionFactory().treaty)
    OfficeFactory(government=position.government)
    return position.government


def office_with_all() -> Office:
    office = OfficeFactory()
    FormOfAddressFactory(office=office, language="et")
    OfficeHolderFactory(office=office)
    return office


MAKERS: dict[type[Any], Callable[[], Any]] = {
    Campaign: CampaignFactory,
    Event: EventFactory,
    Government: government_with_facts,
    Office: office_with_all,
    Position: PositionFactory,
    Treaty: lambda: PositionFactory().treaty,
}
EACH = pytest.mark.parametrize("model", list(MAKERS), ids=lambda model: model.__name__)
READ_ONLY = {Event}
APPEND_ONLY = {Event, Position}


def url(model: type[Any], page: str, *args: object) -> str:
    return reverse(f"admin:campaign_{model._meta.model_name}_{page}", args=args)


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as context:
        assert client.get(address).status_code == 200
    return len(context)


def test_every_model_with_a_page_is_tested() -> None:
    registered = {model for model in admin.site._registry if model._meta.app_label == "campaign"}

    assert registered == set(MAKERS)


@EACH
def test_list_costs_the_same_with_one_row_and_with_three(
    admin_client: Client, model: type[Any]
) -> None:
    MAKERS[model]()
    queries_of(admin_client, url(model, "changelist"))  # fills the cache of content types
    one = queries_of(admin_client, url(model, "changelist"))
    MAKERS[model]()
    MAKERS[model]()

    assert queries_of(admin_client, url(model, "changelist")) == one


@EACH
def test_list_shows_its_row(admin_client: Client, model: type[Any]) -> None:
    row = MAKERS[model]()

    page = admin_client.get(url(model, "changelist"))

    assert row in page.context["cl"].result_list
    assert url(model, "change", row.pk) in page.content.decode()


@EACH
def test_row_can_be_searched_and_opened(admin_client: Client, model: type[Any]) -> None:
    row = MAKERS[model]()

    search = admin_client.get(url(model, "changelist"), {"q": "nothing like this"})
    page = admin_client.get(url(model, "change", row.pk))

    assert list(search.context["cl"].result_list) == []
    assert page.context["original"] == row


@EACH
def test_row_can_be_added_unless_it_comes_from_files(
    admin_client: Client, model: type[Any]
) -> None:
    expected = 403 if model in READ_ONLY else 200

    assert admin_client.get(url(model, "add")).status_code == expected


@EACH
def test_facts_can_neither_be_changed_nor_deleted(admin_client: Client, model: type[Any]) -> None:
    row = MAKERS[model]()

    page = admin_client.get(url(model, "change", row.pk))
    deletion = admin_client.get(url(model, "delete", row.pk))

    assert page.context["has_change_permission"] is (model not in APPEND_ONLY)
    if model in APPEND_ONLY:
        assert deletion.status_code == 403


def test_head_of_the_page_names_the_site_and_the_room(admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:index"))

    assert page.context["site_header"] == "Sincerely"
    assert "Campaigns and governments" in [app["name"] for app in page.context["app_list"]]
