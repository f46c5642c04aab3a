"""What is erased by age: when, how much at a time, and what a failing row stops."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from campaign.models import Campaign
from letters import retention
from letters.actions.review import return_to_writer
from letters.enums import LetterState, Purpose, SubmissionState
from letters.models import Digest, Letter, Submission
from tests.factories.letters import LetterFactory, OutboundFactory, SubmissionFactory
from tests.journey import World, make_world, sign, sign_and_confirm, work

pytestmark = pytest.mark.django_db


def ago(**delta: float) -> Any:
    return timezone.now() - timedelta(**delta)


def later(**delta: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**delta))


def overdue(count: int) -> list[Submission]:
    return [
        SubmissionFactory(state=SubmissionState.AWAITING, created_at=ago(days=8))
        for _ in range(count)
    ]


@pytest.fixture
def returned(client: Client) -> World:
    """A world with one letter, returned to its writer."""
    world = make_world(review=Campaign.Review.ALL)
    sign_and_confirm(client, world)
    letter = Letter.objects.select_related("campaign", "submission").get()
    return_to_writer(letter, by=User.objects.create_user("reviewer"), reason="Say it shorter.")
    work()
    return world


@pytest.mark.parametrize(("days", "kept"), [(27, True), (29, False)])
@pytest.mark.parametrize("state", [LetterState.SENT, LetterState.BOUNCED, LetterState.ANSWERED])
def test_text_of_a_sent_letter_is_kept_for_four_weeks(
    state: LetterState, days: int, kept: bool
) -> None:
    LetterFactory(state=state, sent_at=ago(days=days))
    retention.run()
    assert (Letter.objects.get().content is not None) is kept


@pytest.mark.django_db(transaction=True)
def test_pdf_of_an_old_letter_is_deleted() -> None:
    name = default_storage.save("letter.pdf", ContentFile(b"%PDF"))
    LetterFactory(state=LetterState.SENT, sent_at=ago(days=29), pdf=name)
    retention.run()
    assert (Letter.objects.get().pdf, default_storage.exists(name)) == ("", False)


def test_text_of_a_letter_let_go_in_this_moment_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    LetterFactory(state=LetterState.BOUNCED, sent_at=ago(days=29))

    def each(rows: Any, step: Any) -> int:
        if found := list(rows):
            Letter.objects.update(state=LetterState.APPROVED, sent_at=None)
        return len([step(row) for row in found])

    monkeypatch.setattr(retention, "_each", each)
    retention.run()
    assert Letter.objects.get().content is not None


def test_digest_that_named_an_old_letter_is_forgotten_with_it() -> None:
    letter = LetterFactory(state=LetterState.SENT, sent_at=ago(days=29))
    assert letter.office is not None
    mail = OutboundFactory(
        purpose=Purpose.DIGEST, letter=None, submission=None, language="en", state="sent",
        sent_at=ago(days=1), office=letter.office, campaign=letter.campaign,
    )  # fmt: skip
    letter.digest = Digest.objects.create(
        outbound=mail, campaign=letter.campaign, office=letter.office, day=ago(days=29).date(),
        text="Mari Tamm wrote",
    )  # fmt: skip
    letter.save(update_fields=["digest"])
    retention.drop_text(letter)
    assert Digest.objects.get().text == ""


def test_text_of_a_letter_that_waits_is_kept_however_old() -> None:
    LetterFactory(state=LetterState.QUEUED, submission__created_at=ago(days=90))
    retention.run()
    assert Letter.objects.get().content is not None


def test_returned_letter_expires_with_its_link(returned: World) -> None:
    with later(days=8):
        assert retention.run().returned == 1
    letter = Letter.objects.get()
    assert (letter.state, letter.content) == (LetterState.EXPIRED, None)


def test_returned_letter_waits_as_long_as_its_link(returned: World) -> None:
    with later(days=6):
        assert retention.run().returned == 0
    assert Letter.objects.get().state == LetterState.RETURNED


def test_writer_of_an_expired_letter_can_sign_again(client: Client, returned: World) -> None:
    with later(days=8):
        retention.run()
        sign(client, returned)
    states = Letter.objects.order_by("created_at").values_list("state", flat=True)
    assert list(states) == [LetterState.EXPIRED, LetterState.AWAITING]


def test_more_rows_than_one_batch_are_all_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    overdue(5)
    assert retention.run().expired == 5
    assert set(Submission.objects.values_list("state", "email")) == {(SubmissionState.EXPIRED, "")}


@pytest.mark.parametrize("batch", [1, 2])
def test_failing_row_stops_no_other(monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    broken, *_others = overdue(4)
    real = retention.expire

    def expire(submission: Submission) -> None:
        if submission.pk == broken.pk:
            raise OSError("disk full")
        real(submission)

    monkeypatch.setattr(retention, "BATCH", batch)
    monkeypatch.setattr(retention, "expire", expire)
    assert retention.run().expired == 3
    assert Submission.objects.get(state=SubmissionState.AWAITING) == broken


def test_failing_rule_stops_no_other_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(submission: Submission) -> None:
        raise OSError("disk full")

    overdue(2)
    LetterFactory(state=LetterState.SENT, sent_at=ago(days=29))
    monkeypatch.setattr(retention, "expire", fails)
    done = retention.run()
    assert (done.expired, done.texts) == (0, 1)


def test_what_is_due_is_what_is_then_done() -> None:
    overdue(3)
    LetterFactory(state=LetterState.SENT, sent_at=ago(days=29))
    due = retention.due()
    assert (due.expired, due.texts) == (3, 1)
    assert retention.run() == due
    assert retention.run() == retention.Due(0, 0, 0, 0, 0, 0)
