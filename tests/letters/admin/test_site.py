"""The site's switch in the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from letters.actions import site_delivery
from letters.models import SiteDelivery
from tests.factories.letters import OutboundFactory
from tests.letters.admin.desk import client_of, said, text_of, user_with

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:letters_sitedelivery_changelist")


def turn(client: Client, **data: str) -> list[str]:
    return said(client.post(PAGE, data, follow=True))


def is_paused() -> bool:
    return SiteDelivery.objects.get(pk=1).paused


def test_an_administrator_pauses_the_site(desk: Client, organiser: User) -> None:
    turn(desk, do="pause", note="The relay moves.")
    site = SiteDelivery.objects.get(pk=1)
    assert (site.reason, site.note, site.by) == ("organiser", "The relay moves.", organiser)


def test_the_page_says_that_nothing_leaves_and_why(desk: Client) -> None:
    site_delivery.pause(note="The relay <moves>.")
    page = text_of(desk.get(PAGE))
    assert "Nothing leaves this site." in page
    assert "The relay &lt;moves&gt;." in page


def test_an_administrator_lets_mail_go_on(desk: Client) -> None:
    site_delivery.pause()
    assert turn(desk, do="resume", sure="yes") == ["Mail may leave again."]
    assert not is_paused()


def test_mail_goes_on_only_with_the_box_ticked(desk: Client) -> None:
    site_delivery.pause()
    turn(desk, do="resume")
    assert is_paused()


def test_what_left_is_found_after_a_restore(desk: Client) -> None:
    site_delivery.pause(restored=True)
    assert "Find out what left" in text_of(desk.get(PAGE))
    assert turn(desk, do="find") == ["0 letters had left already and are noted as sent."]


def test_where_nobody_can_tell_the_page_says_so(desk: Client, settings: Settings) -> None:
    settings.RECONCILE = ""
    OutboundFactory()
    site_delivery.pause(restored=True)
    assert "Find out what left" not in text_of(desk.get(PAGE))
    assert turn(desk, do="find") == ["Nobody can tell what left: see the server's log."]


def test_pausing_twice_is_told(desk: Client) -> None:
    site_delivery.pause()
    assert turn(desk, do="pause") == ["It was changed meanwhile: look again."]


def test_an_unknown_order_changes_nothing(desk: Client) -> None:
    assert turn(desk, do="erase") == ["Nothing was changed."]


def test_an_organiser_sees_the_switch_and_cannot_turn_it() -> None:
    client = client_of(user_with("view_outbound"))
    assert "An administrator can change this." in text_of(client.get(PAGE))
    assert client.post(PAGE, {"do": "pause"}).status_code == 403
    assert not SiteDelivery.objects.filter(paused=True).exists()


def test_a_reviewer_does_not_see_the_switch() -> None:
    assert client_of(user_with("review_letters")).get(PAGE).status_code == 403
