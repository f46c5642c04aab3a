"""Notices: told once, told when it is over, at most one an hour, and nothing about a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from campaign.models import Campaign
from letters.delivery import alarms
from letters.enums import HoldReason, LetterState, Purpose
from letters.models import Letter, MailServer, Outbound
from letters.rendering.mail_notice import notice_mail
from tests.factories.campaign import CampaignFactory
from tests.factories.letters import LetterFactory
from tests.journey import mails, work
from tests.letters.signs import alive, all_alive, look_again

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 2, 8, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture(autouse=True)
def operator(settings: Settings) -> None:
    settings.OPERATOR_EMAIL = "operator@ngo.example"


def told_at(**later: float) -> list[str]:
    """Return what is told so long after the start, the subjects, and let it leave."""
    look_again()
    with time_machine.travel(START + timedelta(**later), tick=False):
        all_alive()
        written = Outbound.objects.filter(pk__in=alarms.look())
        subjects = [notice_mail(row).subject for row in written]
        Outbound.objects.filter(purpose=Purpose.NOTICE).update(state="sent", sent_at=START)
    return subjects


def held(campaign: Campaign | None = None, count: int = 1, **values: Any) -> Campaign:
    campaign = campaign or CampaignFactory(slug="rivers")
    for _ in range(count):
        values = {"state": LetterState.HELD, "hold_reason": HoldReason.REFUSED, **values}
        LetterFactory(submission__campaign=campaign, **values)
    return campaign


REFUSED = "rivers: 1 letter is held. The mail server refused the message."
REFUSED_OVER = (
    "rivers: No letter is held for this reason any more: “The mail server refused the message.”"
)


def test_nothing_wrong_is_no_news() -> None:
    assert told_at() == []


def test_sweeper_that_was_never_seen_has_time_to_start() -> None:
    told = []
    for seconds in (0, 120, 121):
        look_again()
        with time_machine.travel(START + timedelta(seconds=seconds), tick=False):
            alive("worker")
            told.append(len(alarms.look()))
    assert told == [0, 0, 1]


def test_nobody_is_told_where_nothing_ever_ran() -> None:
    look_again()
    assert alarms.look() == []


def test_letters_that_are_held_are_told_once_to_their_campaign() -> None:
    campaign = held()
    assert [told_at(), told_at(minutes=1), told_at(hours=5)] == [[REFUSED], [], []]
    row = Outbound.objects.get(purpose=Purpose.NOTICE)
    assert (row.recipient, row.campaign, row.priority) == (campaign.contact_email, campaign, 3)


def test_it_is_told_when_it_is_over_and_not_within_the_hour() -> None:
    held()
    assert told_at() == [REFUSED]
    Letter.objects.update(state=LetterState.QUEUED, hold_reason="")
    assert [told_at(minutes=59), told_at(minutes=61), told_at(hours=9)] == [[], [REFUSED_OVER], []]


def test_trouble_that_comes_back_is_told_again_after_an_hour() -> None:
    held()
    told_at()
    Letter.objects.update(state=LetterState.QUEUED, hold_reason="")
    assert told_at(minutes=61) == [REFUSED_OVER]
    Letter.objects.update(state=LetterState.HELD, hold_reason=HoldReason.REFUSED)
    assert [told_at(minutes=62), told_at(minutes=122)] == [[], [REFUSED]]


def test_trouble_that_grows_is_told_again_after_a_day() -> None:
    campaign = held()
    told_at()
    held(campaign, count=2)
    assert told_at(hours=23) == []
    assert told_at(hours=25) == ["rivers: 3 letters are held. The mail server refused the message."]


def test_each_reason_and_each_campaign_is_its_own() -> None:
    rivers = held()
    held(rivers, hold_reason=HoldReason.NO_ADDRESS)
    held(CampaignFactory(slug="forests"))
    LetterFactory(submission__campaign=rivers, state=LetterState.FAILED)
    LetterFactory(submission__campaign=rivers, state=LetterState.BOUNCED)
    assert sorted(told_at()) == [
        "forests: 1 letter is held. The mail server refused the message.",
        "rivers: 1 letter came back: it was taken, but not delivered.",
        "rivers: 1 letter is held. No address of the office is known.",
        REFUSED,
        "rivers: 1 letter was given up: it could not be delivered.",
    ]


def test_letters_that_wait_for_the_hand_over_are_as_they_should_be() -> None:
    held(hold_reason=HoldReason.HANDOVER)
    assert told_at() == []


def test_server_that_refuses_our_password_is_told_to_the_operator() -> None:
    MailServer.objects.create(name="", open_until=START, since=START, trouble="login")
    assert told_at() == ["Sincerely: The mail server refuses our name and password."]
    row = Outbound.objects.get()
    assert (row.recipient, row.campaign) == ("operator@ngo.example", None)
    text = notice_mail(row).text
    assert "check EMAIL_URL" in text
    assert "Since 2026-11-02 08:00 (UTC)." in text
    MailServer.objects.update(open_until=None)
    assert told_at(hours=2) == [
        "Sincerely: The mail server takes mail again. What waited is on its way."
    ]


def test_without_an_operator_nobody_is_told_about_the_machine(settings: Settings) -> None:
    settings.OPERATOR_EMAIL = ""
    MailServer.objects.create(name="", open_until=START, trouble="login")
    assert told_at() == []


def test_two_sweepers_at_once_tell_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    held()
    with time_machine.travel(START, tick=False):
        all_alive()
        monkeypatch.setattr(alarms, "_told", dict)  # neither sees what the other wrote
        first, second = alarms.tell(), alarms.tell()
    assert (len(first), second, Outbound.objects.count()) == (1, [], 1)


def test_looking_often_is_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    held()
    monkeypatch.setattr(alarms, "tell", lambda: ["a"])
    assert [alarms.look(), alarms.look()] == [["a"], []]


def test_nothing_about_a_person_is_told() -> None:
    held(
        submission__name="Kersti Kask", submission__email="kersti@mail.example",
        submission__words="My own words.", problem="550 kersti@mail.example unknown",
    )  # fmt: skip
    told_at()
    row = Outbound.objects.get()
    mail = notice_mail(row)
    for text in (mail.subject, mail.text, mail.html, str(row.content)):
        assert "kersti" not in text.lower()
        assert "own words" not in text


def test_notice_names_the_offices_and_links_to_their_letters() -> None:
    campaign = held(office__title="Chancellor", government__name="Sudmark")
    told_at()
    mail = notice_mail(Outbound.objects.get())
    link = (
        "/admin/letters/letter/?"
        f"campaign__id__exact={campaign.pk}&state__exact=held&hold_reason__exact=refused"
    )
    assert "- Chancellor (Sudmark): 1" in mail.text
    assert link in mail.text
    assert link.replace("&", "&amp;") in mail.html


def test_notice_leaves_like_any_other_mail() -> None:
    all_alive()
    campaign = held()
    work()
    (message,) = mails(campaign.contact_email)
    assert str(message["Subject"]) == REFUSED
    assert Outbound.objects.get(purpose=Purpose.NOTICE).state == "sent"
