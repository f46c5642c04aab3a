"""Markup: nothing inline, and nothing that people wrote becomes an element."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaign.models import Office
from letters.actions.drafts import start_draft
from letters.enums import OutboundState, SubmissionState
from letters.models import (
    Attempt,
    BulkDecision,
    Decision,
    Move,
    SiteDelivery,
    Submission,
    Suppression,
)
from tests.factories.campaign import OfficeFactory
from tests.factories.letters import OutboundFactory, SubmissionFactory
from tests.letters.admin.desk import (
    EXPORT,
    LISTS,
    NASTY,
    OUTBOUNDS,
    REVIEW,
    post,
    text_of,
    to_review,
)

SUPPRESS = reverse("admin:letters_suppression_add")

pytestmark = pytest.mark.django_db


class Inline(HTMLParser):
    """Collects what a strict policy would block, and elements that people's text may not make."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = dict(attributes)
        if tag == "style" or "style" in names or any(name.startswith("on") for name in names):
            self.found.append(f"{tag} {names}")
        if tag == "script" and "src" not in names and names.get("type") != "application/json":
            self.found.append(f"{tag} {names}")
        if tag == "img" and names.get("src") == "x":
            self.found.append(tag)


@pytest.fixture
def pages(desk: Client) -> Callable[[], list[tuple[str, str]]]:
    """Return every page of the letters' admin, with nasty text in each field that people fill."""

    def get() -> list[tuple[str, str]]:
        office = OfficeFactory(title=NASTY, government__name=NASTY)
        letter = to_review(
            NASTY, submission__name=NASTY, submission__town=NASTY, submission__organisation=NASTY,
            government=office.government, office=office, problem=NASTY,
            submission__suspicions=[NASTY],
        )  # fmt: skip
        outbound = OutboundFactory(
            letter=letter, last_answer=NASTY, recipient="a@b.example", state=OutboundState.FAILED,
        )  # fmt: skip
        Attempt.objects.create(
            outbound=outbound, number=1, claim_token="x", started_at=timezone.now(), answer=NASTY
        )
        Move.objects.create(
            submission=letter.submission, letter=letter, to_state="x", actor="y", reason=NASTY
        )
        Decision.objects.create(letter=letter, outcome="rejected", reason=NASTY)
        suppression = Suppression.objects.create(signer="x", reason=NASTY)
        details = [
            reverse(f"admin:letters_{model}_change", args=[pk])
            for model, pk in (
                ("letter", letter.pk),
                ("letterinreview", letter.pk),
                ("submission", letter.submission_id),
                ("outbound", outbound.pk),
                ("suppression", suppression.pk),
            )
        ]
        version = letter.text.version
        texts = [
            reverse("admin:letters_preview", args=[letter.text_id])
            + f"?government={office.government.iso2}",
            reverse("admin:letters_lettertemplate_changelist"),
            reverse("admin:letters_lettertemplate_change", args=[version.template_id]),
            reverse("admin:letters_letterversion_change", args=[version.pk]),
            reverse("admin:letters_letterversion_change", args=[start_draft(version.template).pk]),
        ]
        index = reverse("admin:app_list", args=["letters"])
        decision = BulkDecision.objects.create(
            kind="sent", keys=[f"letter:{letter.pk}", f"letter:{letter.pk}"], count=2,
            evidence=NASTY, proposed_by=User.objects.get(), proposed_at=timezone.now(),
        )  # fmt: skip
        Office.objects.update(paused=True, pause_reason=NASTY)
        SiteDelivery.objects.update_or_create(
            id=1, defaults={"paused": True, "reason": "organiser", "note": NASTY}
        )
        decisions = [
            reverse("admin:letters_bulkdecision_changelist"),
            reverse("admin:letters_bulkdecision_change", args=[decision.pk]),
            reverse("admin:letters_delivery"),
        ]
        addresses = [*LISTS, EXPORT, *details, *texts, *decisions, index, SUPPRESS]
        found = [(address, text_of(desk.get(address))) for address in addresses]
        asked = post(desk, REVIEW, "reject", [letter])
        marked = post(desk, OUTBOUNDS, "mark_sent", [outbound])
        return [*found, ("reject", text_of(asked)), ("mark_sent", text_of(marked))]

    return get


def test_no_page_has_inline_style_or_script_or_runs_peoples_text(
    pages: Callable[[], list[tuple[str, str]]],
) -> None:
    found = {}
    for address, page in pages():
        parser = Inline()
        parser.feed(page)
        found[address] = parser.found

    assert found == {address: [] for address in found}
    assert len(found) == 23


def test_every_submission_state_has_a_page(desk: Client) -> None:
    for state in SubmissionState.values:
        erased = timezone.now() if state == SubmissionState.ERASED else None
        confirmed = timezone.now() if state == SubmissionState.CONFIRMED else None
        row: Submission = SubmissionFactory(state=state, erased_at=erased, confirmed_at=confirmed)
        address = reverse("admin:letters_submission_change", args=[row.pk])
        assert desk.get(address).status_code == 200
