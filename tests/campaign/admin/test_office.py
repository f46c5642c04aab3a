from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client, RequestFactory

from campaign.models import Office
from tests.factories.campaign import OfficeFactory, OfficeRouteFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/campaign/office/"


def act(client: Client, action: str, *offices: Office) -> list[str]:
    chosen = [str(office.pk) for office in offices]
    form = {"action": action, "_selected_action": chosen, "sure": "yes", "reason": "Asked us to."}
    page = client.post(LIST, form, follow=True)
    return [str(message) for message in page.context["messages"]]


def test_offices_are_paused_and_resumed_together(admin_client: Client) -> None:
    offices = [OfficeFactory(), OfficeFactory(paused=True)]

    assert act(admin_client, "pause", *offices) == ["1 office changed."]
    assert set(Office.objects.values_list("paused", flat=True)) == {True}
    assert act(admin_client, "resume", *offices) == ["2 offices changed."]
    assert set(Office.objects.values_list("paused", flat=True)) == {False}


def test_pause_is_kept_in_the_log(admin_client: Client) -> None:
    office = OfficeFactory()

    act(admin_client, "pause", office)

    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.change_message) == (str(office.pk), "Paused. Asked us to.")


@pytest.mark.parametrize(("stopped", "shown"), [(False, True), (True, False)])
def test_list_shows_whether_an_office_can_be_reached(
    admin_client: Client, stopped: bool, shown: bool
) -> None:
    OfficeRouteFactory(stopped=stopped)

    rows = admin_client.get(LIST).context["cl"].result_list

    assert [row.has_route for row in rows] == [shown]


def test_line_ends_of_a_browser_are_no_change(rf: RequestFactory) -> None:
    lines: Any = Office._meta.get_field("address_lines")
    shown: Any = admin.site._registry[Office].formfield_for_dbfield(lines, rf.get("/"))
    assert shown.has_changed("1 Sample Street\nTown", "1 Sample Street\r\nTown") is False
