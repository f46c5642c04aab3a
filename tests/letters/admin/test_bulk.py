"""Decisions in the admin: the number first and why, evidence where it is asked, two for many."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaign.models import Delivery
from letters.actions import bulk
from letters.admin import decide
from letters.enums import HoldReason, LetterState, OutboundState
from letters.models import BulkDecision, Decision, Letter, Outbound
from tests.factories.letters import LetterFactory, OutboundFactory
from tests.letters.admin.desk import (
    LETTERS,
    OUTBOUNDS,
    client_of,
    page_of,
    post,
    said,
    text_of,
    user_with,
)

pytestmark = pytest.mark.django_db
DECISIONS = reverse("admin:letters_bulkdecision_changelist")


def held(count: int, answer: str = "5.1.1 unknown", **values: Any) -> list[Outbound]:
    return [
        OutboundFactory(
            state=OutboundState.HELD, letter__state=LetterState.HELD,
            letter__hold_reason=HoldReason.REFUSED, last_code=550, last_answer=answer, **values,
        )
        for _ in range(count)
    ]  # fmt: skip


def states() -> set[str]:
    return set(Outbound.objects.values_list("state", flat=True))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are many already."""
    monkeypatch.setattr(bulk, "ALONE", 1)


@pytest.fixture
def second() -> Client:
    return client_of(User.objects.create_superuser("second"))


def propose(desk: Client, mails: list[Outbound], action: str = "mark_sent") -> BulkDecision:
    post(desk, OUTBOUNDS, action, mails, sure="yes", reason="The log of 4 May.")
    return BulkDecision.objects.get()


def step(client: Client, decision: BulkDecision, name: str) -> Any:
    address = reverse(f"admin:letters_bulkdecision_{name}", args=[decision.pk])
    return client.post(address, follow=True)


def test_the_number_comes_first_and_why_they_stopped(desk: Client) -> None:
    mails = [*held(2), *held(1, "5.7.1 spam")]
    response = post(desk, OUTBOUNDS, "mark_sent", mails)
    assert "<strong>3 mails.</strong>" in text_of(response)
    assert response.context["reasons"] == [
        ("held: There is no such mailbox.", 2),
        ("held: They take it for spam.", 1),
    ]
    assert states() == {OutboundState.HELD}


def test_letters_are_told_apart_by_why_they_are_held(desk: Client) -> None:
    letters = [
        LetterFactory(state=LetterState.HELD, hold_reason=HoldReason.NO_ADDRESS),
        LetterFactory(state=LetterState.FAILED),
    ]
    response = post(desk, LETTERS, "mark_sent", letters)
    assert sorted(response.context["reasons"]) == [
        ("failed", 1),
        ("held: no address of the office is known", 1),
    ]


def test_marking_as_sent_wants_evidence(desk: Client) -> None:
    mails = held(1)
    response = post(desk, OUTBOUNDS, "mark_sent", mails, sure="yes", reason=" ")
    assert "This field is required." in text_of(response)
    assert states() == {OutboundState.HELD}
    response = post(desk, OUTBOUNDS, "mark_sent", mails, sure="yes", reason="Seen in the log.")
    assert said(response) == ["1 mail marked as sent."]
    assert Decision.objects.get().reason == "Seen in the log."


@pytest.mark.parametrize(
    ("action", "state", "words"),
    [
        ("queue_again", "queued", "2 mails queued."),
        ("cancel", "cancelled", "2 mails taken back."),
    ],
)
def test_mails_are_decided_on_alone_up_to_a_hundred(
    desk: Client, action: str, state: str, words: str
) -> None:
    response = post(desk, OUTBOUNDS, action, held(2), sure="yes", reason="The office asked.")
    assert (said(response), states()) == ([words], {state})
    kept = BulkDecision.objects.values_list("state", "count", "done").get()
    assert kept == ("done", 2, 2)


@pytest.mark.parametrize("state", ["held", "failed", "bounced"])
def test_letters_are_marked_as_sent_one_by_one_too(desk: Client, state: str) -> None:
    hold = HoldReason.HANDOVER if state == "held" else ""
    letter = LetterFactory(state=state, hold_reason=hold)
    page = text_of(desk.get(page_of(letter)))
    assert re.findall(r'name="action" value="(\w+)"', page) == ["release", "mark_sent", "withdraw"]
    response = post(desk, LETTERS, "mark_sent", [letter], sure="yes", reason="Receipt 12.")
    assert said(response) == ["1 letter marked as sent."]


def test_a_mails_page_offers_what_can_be_decided(desk: Client) -> None:
    (mail,) = held(1)
    address = reverse("admin:letters_outbound_change", args=[mail.pk])
    offered = re.findall(r'name="action" value="(\w+)"', text_of(desk.get(address)))
    assert offered == ["queue_again", "mark_sent", "cancel"]
    Outbound.objects.update(state=OutboundState.QUEUED)
    assert 'name="action"' not in text_of(desk.get(address))


@pytest.mark.usefixtures("few")
def test_many_need_a_second_person(desk: Client) -> None:
    mails = held(2)
    asked = text_of(post(desk, OUTBOUNDS, "mark_sent", mails))
    assert "Nothing changes before another organiser has agreed." in asked
    decision = propose(desk, mails)
    assert (decision.state, decision.count, decision.evidence) == (
        "proposed",
        2,
        "The log of 4 May.",
    )
    assert states() == {OutboundState.HELD}


@pytest.mark.usefixtures("few")
def test_the_proposer_is_not_offered_to_agree_and_cannot(desk: Client) -> None:
    decision = propose(desk, held(2))
    page = text_of(desk.get(page_of_decision(decision)))
    assert "You proposed it: another organiser has to agree." in page
    assert "Agree, and carry it out" not in page
    response = step(desk, decision, "agree")
    assert said(response) == ["You proposed it: another organiser has to agree."]
    assert states() == {OutboundState.HELD}


def page_of_decision(decision: BulkDecision) -> str:
    return reverse("admin:letters_bulkdecision_change", args=[decision.pk])


@pytest.mark.usefixtures("few")
def test_another_agrees_and_it_is_done(desk: Client, second: Client) -> None:
    decision = propose(desk, held(2))
    page = text_of(second.get(page_of_decision(decision)))
    assert "Agree, and carry it out" in page
    assert "held: There is no such mailbox." in page
    Outbound.objects.filter(pk=Outbound.objects.all()[0].pk).update(state="queued")
    response = step(second, decision, "agree")
    assert said(response) == ["Done: 1 changed, 1 left as they had become meanwhile."]
    assert Outbound.objects.filter(state=OutboundState.SENT, purpose="letter").count() == 1
    assert Decision.objects.get().by == User.objects.get(username="second")


@pytest.mark.usefixtures("few")
def test_it_is_refused(desk: Client, second: Client) -> None:
    decision = propose(desk, held(2))
    assert said(step(second, decision, "refuse")) == ["Refused: nothing was changed."]
    assert said(step(second, decision, "agree")) == ["Somebody has decided on it already."]
    assert states() == {OutboundState.HELD}


@pytest.mark.usefixtures("few")
def test_a_long_one_shows_how_far_it_came_and_goes_on(
    desk: Client, second: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 1)
    monkeypatch.setattr(bulk, "SECONDS", 0)
    decision = propose(desk, held(2))
    page = text_of(step(second, decision, "agree"))
    assert "1 of 2 are done with." in page
    assert 'max="2" value="1"' in page
    assert said(step(second, decision, "go_on")) == [
        "Done: 2 changed, 0 left as they had become meanwhile."
    ]


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("rights", [("view_outbound",), ("change_letter",), ("review_letters",)])
def test_without_the_right_nobody_agrees(desk: Client, rights: tuple[str, ...]) -> None:
    decision = propose(desk, held(2))
    response = step(client_of(user_with(*rights)), decision, "agree")
    assert response.status_code == 403
    assert states() == {OutboundState.HELD}


def test_decisions_are_seen_by_those_who_may_decide() -> None:
    reader = client_of(user_with("view_outbound", "view_letter"))
    assert reader.get(DECISIONS).status_code == 403
    assert client_of(user_with("change_outbound")).get(DECISIONS).status_code == 200


def test_reviewers_see_what_is_rejected_alone(desk: Client, second: Client) -> None:
    by = User.objects.get(username="second")
    bulk.note_alone(BulkDecision.Kind.SENT, 1, evidence="", by=by)
    bulk.note_alone(BulkDecision.Kind.REJECT, 2, evidence="", by=by)
    page = client_of(user_with("review_letters")).get(DECISIONS)
    assert [one.kind for one in page.context["cl"].result_list] == ["reject"]


@pytest.mark.usefixtures("few")
def test_looking_at_a_decision_decides_nothing(desk: Client, second: Client) -> None:
    decision = propose(desk, held(2))
    for name in ("agree", "refuse", "go_on"):
        address = reverse(f"admin:letters_bulkdecision_{name}", args=[decision.pk])
        assert second.get(address).status_code == 405
    assert BulkDecision.objects.get().state == "proposed"


def test_more_than_a_page_can_name_are_proposed_if_their_number_is_still_the_one_shown(
    desk: Client, monkeypatch: pytest.MonkeyPatch, few: None
) -> None:
    monkeypatch.setattr(decide, "NAMED", 2)
    mails = held(3)
    everything = {"select_across": "1"}
    asked = text_of(post(desk, OUTBOUNDS, "queue_again", mails[:1], **everything))
    assert asked.count('name="_selected_action"') == 1
    assert '<input type="hidden" name="expected" value="3">' in asked
    sure = {**everything, "sure": "yes", "expected": "3"}
    held(1)
    changed = text_of(post(desk, OUTBOUNDS, "queue_again", mails[:1], **sure))
    assert "Their number has changed since you looked" in changed
    assert BulkDecision.objects.count() == 0
    post(desk, OUTBOUNDS, "queue_again", mails[:1], **{**sure, "expected": "4"})
    assert BulkDecision.objects.get().count == 4


def test_rights_to_see_are_no_rights_to_decide(desk: Client) -> None:
    mails = held(1)
    seeing = client_of(user_with("view_outbound", "view_letter"))
    for action in ("queue_again", "mark_sent", "cancel"):
        post(seeing, OUTBOUNDS, action, mails, sure="yes", reason="x")
    for action in ("release", "mark_sent", "withdraw"):
        post(seeing, LETTERS, action, list(Letter.objects.all()), sure="yes", reason="x")
    assert states() == {OutboundState.HELD}
    assert Letter.objects.get().state == LetterState.HELD


PAUSED = {"office__paused": True, "hold_reason": HoldReason.OFFICE_PAUSED}
PAPER = {"office__delivery": Delivery.PAPER, "hold_reason": HoldReason.HANDOVER}
NOWHERE = {"office__route": None, "hold_reason": HoldReason.NO_ADDRESS}
STAYS = "1 letter stays held: its office is paused, takes letters on paper or has no address."


@pytest.mark.parametrize("why", [PAUSED, PAPER, NOWHERE])
def test_letters_that_would_be_held_again_are_left_out_and_told(
    desk: Client, why: dict[str, Any]
) -> None:
    stays = LetterFactory(state=LetterState.HELD, **why)
    goes = LetterFactory(state=LetterState.HELD, hold_reason=HoldReason.REFUSED)
    page = post(desk, LETTERS, "release", [stays, goes])
    assert page.context["ids"] == [goes.pk]
    assert STAYS in text_of(page)
    assert reverse("admin:campaign_office_change", args=[stays.office_id]) in text_of(page)


def test_letter_that_would_be_held_again_stays_as_it_is(desk: Client) -> None:
    letter = LetterFactory(state=LetterState.HELD, **PAUSED)
    page = post(desk, LETTERS, "release", [letter], sure="yes")
    letter.refresh_from_db()
    assert letter.state == LetterState.HELD
    assert [re.sub("<[^>]+>", "", one) for one in said(page)] == [f"{STAYS} {letter.office}"]


def test_offices_are_no_links_without_the_right_to_see_them() -> None:
    letter = LetterFactory(state=LetterState.HELD, **PAUSED)
    client = client_of(user_with("view_letter", "change_letter"))
    page = post(client, LETTERS, "release", [letter])
    assert said(page) == [f"{STAYS} {letter.office}"]
