"""Whom we ask by mail, and how often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from letters import retention
from letters.actions.asking import ask, resend, stop_all_mail
from letters.enums import Purpose, SubmissionState
from letters.models import AccessToken, Outbound, Submission, Suppression
from letters.moves import NotAllowed
from tests.factories.letters import SubmissionFactory

pytestmark = pytest.mark.django_db

ENDS: list[Callable[[Submission], object]] = [
    partial(retention.erase, actor="supporter"),
    retention.expire,
]


def waiting(email: str = "mari@post.example") -> Submission:
    """A form of a campaign of its own."""
    return SubmissionFactory(state=SubmissionState.AWAITING, email=email)


@pytest.mark.parametrize("end", ENDS, ids=["erased", "expired"])
@pytest.mark.parametrize("act", [ask, resend])
def test_form_that_is_gone_asks_for_nothing(
    act: Callable[[Submission], None], end: Callable[[Submission], object]
) -> None:
    submission = waiting()
    end(submission)
    act(Submission.objects.get())
    assert Outbound.objects.count() == 0
    assert AccessToken.objects.count() == 0


def test_confirmed_form_asks_for_nothing() -> None:
    resend(SubmissionFactory())
    assert Outbound.objects.count() == 0


def test_one_mailbox_is_asked_five_times_a_day_by_the_whole_site() -> None:
    for _ in range(6):
        ask(waiting())
    assert Outbound.objects.filter(purpose=Purpose.CONFIRM).count() == 5


def test_another_mailbox_has_a_day_of_its_own() -> None:
    for _ in range(6):
        ask(waiting())
    ask(waiting("juhan@post.example"))
    assert Outbound.objects.filter(recipient="juhan@post.example").count() == 1


def test_sixth_campaign_may_ask_on_the_next_day() -> None:
    for _ in range(5):
        ask(waiting())
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        ask(waiting())
    assert Outbound.objects.count() == 6


@pytest.mark.parametrize("state", [SubmissionState.AWAITING, SubmissionState.REPEATED])
def test_not_me_leaves_no_form_behind(state: str) -> None:
    form = SubmissionFactory(state=state, name="Mari Tamm", words="Secret words")
    stop_all_mail(form)
    kept = Submission.objects.filter(pk=form.pk).values_list("name", "words")
    assert list(kept) in ([], [("", "")])


def test_not_me_is_kept_also_if_a_form_is_confirmed_in_that_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def confirmed(form: Submission) -> None:
        raise NotAllowed("confirmed")

    form = waiting()
    monkeypatch.setattr("letters.retention.expire", confirmed)
    stop_all_mail(form)
    assert Suppression.objects.get().signer == form.signer
