"""The delivery page and the red notice: is mail going out, what stopped, why, and what to do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaign.models import Campaign, Delivery, Office
from letters.admin.chart import bar_chart
from letters.delivery import watch
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import BulkDecision, DeliveryReport, MailServer, Outbound, SiteDelivery
from tests.factories.letters import LetterFactory, OutboundFactory
from tests.letters.admin.desk import (
    LETTERS,
    LISTS,
    OUTBOUNDS,
    client_of,
    page_of,
    text_of,
    to_review,
    user_with,
)
from tests.letters.signs import alive, all_alive, look_again

pytestmark = pytest.mark.django_db
DELIVERY = reverse("admin:letters_delivery")
PASSWORD = "The mail server refuses our name and password."


def stopped(state: OutboundState, code: int | None, answer: str, **values: Any) -> Outbound:
    values.setdefault("letter__state", LetterState(state.value))
    if values["letter__state"] == LetterState.HELD:
        values.setdefault("letter__hold_reason", HoldReason.REFUSED)
    return OutboundFactory(state=state, last_code=code, last_answer=answer, **values)


def headline(page: str) -> str:
    found = re.search(r'<p class="headline \w+">([^<]+)</p>', page)
    assert found is not None
    return found[1]


def break_server() -> None:
    MailServer.objects.create(
        name="", failures=1, open_until=timezone.now(), trouble="login", last_code=535,
        last_answer="5.7.8 authentication failed",
    )  # fmt: skip


def test_site_that_is_well_says_so_in_one_sentence(desk: Client) -> None:
    all_alive()
    assert headline(text_of(desk.get(DELIVERY))) == "Mail can go out; no mail waits."
    OutboundFactory()
    page = text_of(desk.get(DELIVERY))
    assert headline(page) == "Mail is going out."
    assert "troubles" not in page


def test_site_where_nobody_works_says_so(desk: Client) -> None:
    page = text_of(desk.get(DELIVERY))
    assert headline(page) == "No mail is going out."
    assert "No worker is running: nobody sends mail." in page


def test_site_without_a_sweeper_still_sends(desk: Client) -> None:
    alive("worker")
    page = text_of(desk.get(DELIVERY))
    assert headline(page) == "Mail is going out, but not all is well: see above."


def test_server_that_refuses_our_password_is_a_red_notice_on_every_page(desk: Client) -> None:
    all_alive()
    break_server()
    for address in [DELIVERY, reverse("admin:index"), *LISTS]:
        page = text_of(desk.get(address))
        assert f"<strong>{PASSWORD}</strong> Nothing leaves until this is mended" in page
        assert "check EMAIL_URL" in page
    assert headline(text_of(desk.get(DELIVERY))) == "No mail is going out."


def test_notice_goes_when_it_is_over(desk: Client) -> None:
    all_alive()
    break_server()
    assert PASSWORD in text_of(desk.get(LETTERS))
    MailServer.objects.update(open_until=None)
    look_again()
    assert "troubles" not in text_of(desk.get(LETTERS))


def test_paused_site_is_a_red_notice(desk: Client) -> None:
    all_alive()
    SiteDelivery.objects.update_or_create(id=1, defaults={"paused": True, "reason": "restored"})
    page = text_of(desk.get(DELIVERY))
    assert "the database was restored from a backup" in page
    assert headline(page) == "No mail is going out."


def test_stranger_at_the_login_page_is_told_nothing() -> None:
    assert "troubles" not in text_of(Client().get(reverse("admin:login")))


def test_reviewer_sees_the_notice_and_no_link(reviewer: User) -> None:
    page = text_of(client_of(reviewer).get(reverse("admin:letters_letterinreview_changelist")))
    assert "No worker is running" in page
    assert DELIVERY not in page


def test_notice_costs_nothing_the_second_time(desk: Client) -> None:
    desk.get(LETTERS)
    with CaptureQueriesContext(connection) as queries:
        desk.get(LETTERS)
    tables = " ".join(query["sql"] for query in queries)
    assert "letters_heartbeat" not in tables
    assert "letters_mailserver" not in tables


def test_database_that_fails_the_look_does_not_take_the_page_along(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise OperationalError

    monkeypatch.setattr(watch, "look", fails)
    assert "The database does not answer" in text_of(desk.get(reverse("admin:index")))


@pytest.mark.parametrize("rights", [(), ("review_letters",), ("export_counts",), ("view_letter",)])
def test_page_is_for_those_who_may_see_mails(rights: tuple[str, ...]) -> None:
    assert client_of(user_with(*rights)).get(DELIVERY).status_code == 403


def test_page_is_one_click_away_from_everywhere(desk: Client) -> None:
    for address in [reverse("admin:index"), *LISTS]:
        assert f'href="{DELIVERY}"' in text_of(desk.get(address))


def test_letters_that_stopped_are_grouped_by_reason_with_what_to_do(desk: Client) -> None:
    for reason in (HoldReason.REFUSED, HoldReason.REFUSED, HoldReason.NO_ADDRESS):
        LetterFactory(state=LetterState.HELD, hold_reason=reason)
    LetterFactory(state=LetterState.FAILED)
    LetterFactory(state=LetterState.QUEUED)
    rows = desk.get(DELIVERY).context["stopped"]
    assert [(str(row.state), str(row.why), row.count) for row in rows] == [
        ("held", "No address of the office is known.", 1),
        ("held", "The mail server refused the message.", 2),
        ("failed", "They were given up: what the mail servers answered stands below.", 1),
    ]
    for row in rows:
        assert desk.get(row.link).context["cl"].queryset.count() == row.count


def test_answers_are_in_plain_words_with_one_as_it_came(desk: Client) -> None:
    unknown = "5.1.1 <pm@gov.example>: Recipient address rejected"
    stopped(OutboundState.HELD, 550, unknown)
    stopped(OutboundState.HELD, 550, "User unknown")
    stopped(OutboundState.HELD, 554, "5.7.1 blocked using zen.spamhaus.org")
    stopped(OutboundState.FAILED, 550, "5.1.1 no such user here", purpose=Purpose.CONFIRM,
            letter__state=LetterState.AWAITING)  # fmt: skip
    response = desk.get(DELIVERY)
    found = [(str(row["what"]), row["count"], row["codes"]) for row in response.context["answered"]]
    assert found == [
        ("There is no such mailbox.", 2, [550]),
        ("Our server's address is on a list of senders they block.", 1, [554]),
    ]
    as_it_came = [unknown.replace("<", "&lt;").replace(">", "&gt;"), "User unknown"]
    assert sum(f"{one}" in text_of(response) for one in as_it_came) == 1
    (writers,) = response.context["to_writers"]
    assert (str(writers["what"]), writers["count"]) == ("There is no such mailbox.", 1)
    assert str(writers["advice"]) == "Most often the writer mistyped it. Nothing to do."
    for row in [*response.context["answered"], writers]:
        assert desk.get(row["link"]).context["cl"].queryset.count() == row["count"]


def test_bounces_are_explained_by_what_came_back(desk: Client) -> None:
    mail = stopped(OutboundState.SENT, 250, "2.0.0 Ok", sent_at=timezone.now(),
                   letter__state=LetterState.BOUNCED)  # fmt: skip
    DeliveryReport.objects.create(
        outbound=mail, kind="bounced", source="mail", key="k", status="5.2.2", text="mailbox full",
        at=timezone.now(),
    )  # fmt: skip
    (row,) = desk.get(DELIVERY).context["bounced"]
    assert (str(row["what"]), row["count"]) == ("The mailbox is full.", 1)


def test_queue_is_shown_by_purpose_and_state_with_links(desk: Client) -> None:
    OutboundFactory()
    stopped(OutboundState.HELD, 550, "no")
    OutboundFactory(purpose=Purpose.CONFIRM, letter__state=LetterState.AWAITING)
    rows = desk.get(DELIVERY).context["queue_rows"]
    assert [(str(row["purpose"]), [cell["count"] for cell in row["cells"]]) for row in rows] == [
        ("confirmation", [1, 0, 0, 0, 0]),
        ("letter to the office", [1, 0, 0, 1, 0]),
    ]
    link = rows[1]["cells"][3]["link"]
    assert desk.get(link).context["cl"].queryset.count() == 1


def test_mails_that_left_are_drawn_by_the_hour_with_the_same_numbers_in_a_table(
    desk: Client,
) -> None:
    now = datetime(2026, 11, 2, 12, 30, tzinfo=UTC)
    for ago in (0.25, 0.75, 2, 30):
        OutboundFactory(state=OutboundState.SENT, sent_at=now - timedelta(hours=ago))
    OutboundFactory(
        purpose=Purpose.COPY, letter__state=LetterState.SENT, state=OutboundState.SENT,
        sent_at=now - timedelta(hours=2),
    )  # fmt: skip
    with time_machine.travel(now, tick=False):
        desk.force_login(User.objects.get())
        response = desk.get(DELIVERY)
    hours = {one.at.hour: (one.letters, one.others) for one in response.context["hours"]}
    assert len(hours) == 24
    assert {hour: n for hour, n in hours.items() if n != (0, 0)} == {
        12: (1, 0), 11: (1, 0), 10: (1, 1),
    }  # fmt: skip
    assert (response.context["sent_last_hour"], response.context["sent_last_day"]) == (2, 4)
    page = text_of(response)
    assert "Most in the hour from 10:00: 2." in page
    assert '<td class="number">1</td><td class="number">1</td>' in page


def test_bars_are_as_high_as_their_numbers() -> None:
    chart = bar_chart([0, 1, 400, 200], ["a", "", "", "d"])
    assert [bar.height for bar in chart.bars] == [0, 1, 136, 68]
    assert {bar.y + bar.height for bar in chart.bars} == {chart.foot}
    assert chart.bars[-1].x + chart.bars[-1].width <= chart.width
    assert bar_chart([0, 0], ["", ""]).highest == 0


def test_letters_that_have_no_mail_yet_are_counted_and_a_click_away(desk: Client) -> None:
    to_review()
    for way in (Delivery.DIGEST, Delivery.DIGEST, Delivery.SINGLE):
        LetterFactory(state=LetterState.QUEUED, office__delivery=way)
    page = text_of(desk.get(DELIVERY))
    links = re.findall(r'<dd><a href="([^"]+)">(\d+)</a></dd>', page)
    assert [count for _link, count in links] == ["1", "2"]
    found = [desk.get(unescape(link)).context["cl"].result_count for link, _count in links]
    assert found == [1, 2]


def test_what_is_paused_is_named(desk: Client) -> None:
    letter = LetterFactory(state=LetterState.HELD, hold_reason=HoldReason.OFFICE_PAUSED)
    Office.objects.update(paused=True, pause_reason="3 refusals in a row: 550 no")
    Campaign.objects.update(delivery_paused=True, delivery_pause_reason="A wrong date.")
    LetterFactory(state=LetterState.QUEUED, submission=letter.submission)
    page = desk.get(DELIVERY)
    context = page.context
    assert context["campaigns_paused"] == [(letter.campaign, 1)]
    assert "A wrong date." in text_of(page)
    assert [(office.pk, count) for office, count in context["offices_paused"]] == [
        (letter.office_id, 1)
    ]


def test_silent_process_is_named_as_such(desk: Client) -> None:
    alive("worker", ago=3600, name="worker celery@gone")
    all_alive()
    found = {one["name"]: one["silent"] for one in desk.get(DELIVERY).context["processes"]}
    assert found.pop("celery@gone") is True
    assert set(found.values()) == {False}


def test_page_costs_the_same_with_many_rows(desk: Client, organiser: User) -> None:
    counts = []
    for _ in range(2):
        for n in range(3):
            stopped(OutboundState.HELD, 550, f"5.1.{n} no")
            to_review()
            alive("worker")
            BulkDecision.objects.create(
                kind="sent", count=1, proposed_by=organiser, proposed_at=timezone.now()
            )
        with CaptureQueriesContext(connection) as queries:
            desk.get(DELIVERY)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 19


def test_mails_own_pages_say_it_in_plain_words(desk: Client) -> None:
    mail = stopped(OutboundState.HELD, 554, "5.7.1 Message rejected as spam")
    assert mail.letter is not None
    change = reverse("admin:letters_outbound_change", args=[mail.pk])
    for address in (OUTBOUNDS, change, page_of(mail.letter)):
        assert "They take it for spam." in text_of(desk.get(address))


def test_mails_are_narrowed_to_what_was_said_and_for_whom(desk: Client) -> None:
    letter = stopped(OutboundState.HELD, 554, "spam")
    stopped(OutboundState.HELD, 550, "User unknown")
    copy = stopped(OutboundState.FAILED, 554, "spam", purpose=Purpose.COPY)
    for query, rows in (
        ("said=spam", {letter.pk, copy.pk}),
        ("said=spam&to=offices", {letter.pk}),
        ("to=writers", {copy.pk}),
    ):
        found = desk.get(f"{OUTBOUNDS}?{query}").context["cl"].queryset
        assert {row.pk for row in found} == rows
