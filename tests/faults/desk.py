"""What organisers and offices do, each in a process of its own; a fault may befall it.

Done twice, by a person who saw an error, the second time finds nothing left to decide.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, User

from campaign.models import Campaign, Office, OfficeRoute
from letters import clock, retention
from letters.actions import dispatch, erase, review, take_back
from letters.enums import CAN_BE_TAKEN_BACK, LetterState, OutboundState, Purpose
from letters.models import DeliveryReport, Letter, Outbound, Submission
from letters.moves import NotAllowed
from letters.returns import answers, reports
from letters.returns.failure import Said

S = LetterState


def organiser() -> AbstractBaseUser:
    return User.objects.get(username="organiser")


def decide(what: str) -> int:
    """Do something to every letter or mail it is for. Returns to how many."""
    action, rows = DECISIONS[what]
    done = 0
    for row in rows():
        try:
            action(row)
            done += 1
        except NotAllowed:
            continue
    return done


def _letters(*states: str) -> Callable[[], list[Any]]:
    return lambda: list(Letter.objects.filter(state__in=states).order_by("number"))


def _mails(*states: str) -> Callable[[], list[Any]]:
    rows = Outbound.objects.filter(purpose__in=(Purpose.LETTER, Purpose.DIGEST))
    return lambda: list(rows.filter(state__in=states).order_by("pk"))


def _bounce(mail: Outbound) -> None:
    said = Said(DeliveryReport.Kind.BOUNCED, "5.1.1", "unknown", mail.recipient)
    reports.record(reports.Report(said, DeliveryReport.Source.MAIL, f"bounce-{mail.pk}", mail))


def _answer(letter: Letter) -> None:
    told = answers.Told("mail", clock.now(), "office@gov.bench.internal", "Re", "Thank you.", key=f"answer-{letter.pk}")  # fmt: skip
    answers.record(letter, told)


DECISIONS: dict[str, tuple[Callable[[Any], Any], Callable[[], list[Any]]]] = {
    "approve": (lambda row: review.approve(row, by=organiser()), _letters(S.IN_REVIEW)),
    "return": (
        lambda row: review.return_to_writer(row, by=organiser(), reason="Too short."),
        _letters(S.IN_REVIEW),
    ),
    "reject": (
        lambda row: review.reject(row, by=organiser(), reason="Not civil."),
        _letters(S.IN_REVIEW, S.RETURNED),
    ),
    "take back": (lambda row: take_back.take_back(row), _letters(*CAN_BE_TAKEN_BACK, S.AWAITING)),
    "queue again": (
        lambda row: dispatch.queue_again(row, by=organiser()),
        _mails(OutboundState.HELD, OutboundState.FAILED),
    ),
    "mark sent": (
        lambda row: dispatch.mark_sent(row, by=organiser(), evidence="their receipt"),
        _mails(OutboundState.HELD, OutboundState.FAILED, OutboundState.UNKNOWN),
    ),
    "mark letter sent": (
        lambda row: dispatch.mark_letter_sent(row, by=organiser(), evidence="handed over"),
        _letters(S.HELD, S.FAILED, S.UNKNOWN, S.BOUNCED),
    ),
    "cancel": (
        lambda row: dispatch.cancel_mail(row, by=organiser(), reason="by phone"),
        _mails(OutboundState.HELD, OutboundState.FAILED),
    ),
    "release": (
        lambda row: dispatch.release(row, by=organiser()), _letters(S.HELD, S.FAILED, S.BOUNCED)
    ),
    "bounce": (_bounce, _mails(OutboundState.SENT)),
    "answer": (_answer, _letters(S.SENT, S.BOUNCED)),
    "expire": (retention.expire, lambda: list(Submission.objects.filter(confirmed_at=None))),
    "expire returned": (retention.expire_returned, _letters(S.RETURNED)),
    "erase": (lambda row: erase.erase_signer(row), lambda: list(Submission.objects.all())),
}  # fmt: skip


# --- what no fault befalls: the bench sets the scene ----------------------------------------------


def write_to(*addresses: str) -> None:
    """Give the office of the world these addresses, in this order, and none stopped."""
    office = Office.objects.order_by("pk")[0]
    OfficeRoute.objects.filter(office=office).delete()
    for rank, address in enumerate(addresses, start=1):
        OfficeRoute.objects.create(office=office, email=address, rank=rank)


def spoil() -> None:
    """Make what letters are set of unreadable."""
    for letter in Letter.objects.exclude(content=None):
        Letter.objects.filter(pk=letter.pk).update(content={"spoilt": letter.content})


def mend() -> None:
    for key, content in Letter.objects.exclude(content=None).values_list("pk", "content"):
        if content:
            Letter.objects.filter(pk=key).update(content=content["spoilt"])


def office_paused(paused: bool) -> None:
    Office.objects.update(paused=paused, pause_reason="")


def take_back_seconds(seconds: int) -> None:
    Campaign.objects.update(take_back_seconds=seconds)


def review_policy(policy: str) -> None:
    Campaign.objects.update(review=policy)


def delivery(way: str) -> None:
    Campaign.objects.update(delivery=way)
    Office.objects.update(working_days="1234567")  # whatever day the bench is run on
