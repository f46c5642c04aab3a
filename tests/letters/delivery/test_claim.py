"""Claims: what is taken, what is put aside, and that a worker whose time ran out goes no further."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from letters.delivery import claim
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Digest, Letter, Outbound
from tests.factories.campaign import OfficeRouteFactory
from tests.factories.letters import LetterFactory, OutboundFactory

pytestmark = pytest.mark.django_db


def mail(**fields: Any) -> Outbound:
    fields = {"letter__state": LetterState.QUEUED, "priority": 5, **fields}
    return OutboundFactory(**fields)


def states() -> list[str]:
    return list(Outbound.objects.order_by("priority").values_list("state", flat=True))


def test_mail_that_disagrees_with_its_letter_is_held_and_the_next_one_taken() -> None:
    mail(letter__state=LetterState.WITHDRAWN)
    good = mail(priority=6)
    assert [one.pk for one in claim.claim("t", 20).outbounds] == [good.pk]
    assert states() == [OutboundState.HELD, OutboundState.SENDING]


def test_mail_that_is_due_no_more_is_not_held_in_place_of_the_odd_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mail(next_attempt_at=timezone.now() + timedelta(hours=1))  # put off since it was listed
    mail(priority=6, letter__state=LetterState.WITHDRAWN)
    real, listed = claim.due_rows, [Outbound.objects.order_by("priority")]
    monkeypatch.setattr(claim, "due_rows", lambda now: listed.pop() if listed else real(now))
    claim._claim_one("t", 20, timezone.now())
    assert states() == [OutboundState.QUEUED, OutboundState.HELD]


def test_mail_moved_while_it_is_put_aside_stays_where_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    odd = mail(letter__state=LetterState.WITHDRAWN)

    def moved(place: str) -> None:
        Outbound.objects.update(state=OutboundState.CANCELLED)

    monkeypatch.setattr("letters.moves.failpoint", moved)
    claim._hold_odd(odd.pk)  # raises nothing


def test_mail_that_agrees_again_is_not_held() -> None:
    claim._hold_odd(mail().pk)
    assert states() == [OutboundState.QUEUED]


def test_digest_that_disagrees_with_a_letter_is_taken_apart() -> None:
    stays, gone = LetterFactory.create_batch(2, state=LetterState.QUEUED)
    assert stays.office is not None
    row = mail(
        purpose=Purpose.DIGEST, letter=None, submission=None, language="en", office=stays.office,
        campaign=stays.campaign,
    )  # fmt: skip
    Letter.objects.update(
        digest=Digest.objects.create(
            outbound=row, campaign=stays.campaign, office=stays.office, day="2026-11-25", pdf="x"
        )
    )
    Letter.objects.filter(pk=gone.pk).update(state=LetterState.WITHDRAWN)
    assert claim.claim("t", 20).outbounds == []
    assert states() == [OutboundState.CANCELLED]
    stays.refresh_from_db()
    assert (stays.state, stays.digest) == (LetterState.QUEUED, None)


def test_time_is_asked_for_only_by_who_still_has_the_mail() -> None:
    mine, other = mail(), mail(priority=6)
    batch = claim.claim("t", 20)
    batch.until = timezone.now() + timedelta(seconds=5)
    Outbound.objects.filter(pk=mine.pk).update(claim_token="another")
    with pytest.raises(claim.Fenced):
        claim.keep(batch, mine)
    assert Outbound.objects.get(pk=other.pk).claim_token == "t"


@pytest.mark.parametrize(
    ("resent", "goes_to"), [(True, "first@pm.example"), (False, "new@pm.example")]
)
def test_what_may_have_arrived_goes_to_the_same_address_only(resent: bool, goes_to: str) -> None:
    row = mail(recipient="first@pm.example", resent=resent)
    assert row.letter is not None
    assert row.letter.office is not None
    row.letter.office.routes.all().delete()
    OfficeRouteFactory(office=row.letter.office, email="new@pm.example")
    claim.claim("t", 20)
    assert Outbound.objects.get().recipient == goes_to
