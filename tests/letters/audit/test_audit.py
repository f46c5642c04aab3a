"""The audit finds nothing on a healthy site, and each breach of an invariant by its own line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from campaign.models import Campaign, Delivery
from letters import clock, guards, retention
from letters.actions.take_back import take_back
from letters.audit import audit
from letters.counts import tally
from letters.enums import LetterState, OutboundState, Purpose, SubmissionState
from letters.models import (
    Attempt,
    Connection,
    Digest,
    Letter,
    MailServer,
    Move,
    Outbound,
    Submission,
)
from letters.moves import move_letter, move_outbound
from tests.factories.campaign import OfficeFactory
from tests.factories.letters import LetterFactory, OutboundFactory, SubmissionFactory
from tests.journey import World, make_world, sign_and_confirm, work

pytestmark = pytest.mark.django_db


def breaches() -> list[tuple[str, str]]:
    """Return which lines are bad, as the rule's number and what they name."""
    return [
        (found.rule.split()[0], ", ".join(found.first))
        for found in audit(sample=None)
        if not found.ok
    ]


def lines() -> list[str]:
    return [found.says for found in audit(sample=None) if not found.ok]


@pytest.fixture
def letter(world: World) -> Letter:
    return Letter.objects.get(state=LetterState.SENT)


@contextmanager
def unguarded() -> Iterator[None]:
    """The database as it would be without its guards: so that something can be wrong."""
    guards.remove(connection)
    yield
    guards.install(connection)


def test_a_healthy_site_has_no_breach(world: World) -> None:
    assert lines() == []


def test_an_empty_site_has_no_breach() -> None:
    assert lines() == []


@pytest.mark.parametrize("review", [Campaign.Review.ALL, Campaign.Review.NONE])
@pytest.mark.parametrize("seconds", [0, 900])
@pytest.mark.parametrize("delivery", Delivery)
def test_every_way_of_a_letter_is_healthy(
    client: Client, review: str, seconds: int, delivery: str
) -> None:
    world = make_world(review=review, take_back_seconds=seconds, delivery=delivery)
    sign_and_confirm(client, world)
    work()
    assert lines() == []
    take = Letter.objects.get()
    if take.can_be_taken_back:
        take_back(take)
        assert lines() == []
    retention.erase(Submission.objects.get(), actor="supporter")
    assert lines() == []


# --- I1 ----------------------------------------------------------------------------------------


def test_the_sum_names_the_places(world: World) -> None:
    assert next(audit(sample=0)).says == "1 confirmed letters = 1 sent"


def test_a_letter_in_no_known_place(letter: Letter) -> None:
    with unguarded():
        Letter.objects.filter(pk=letter.pk).update(state="lost")
    assert ("I1", "lost") in breaches()


def test_a_confirmed_form_without_letters() -> None:
    gone = SubmissionFactory()
    assert ("I1", str(gone.pk)) in breaches()


def test_a_confirmed_letter_that_waits_for_its_confirmation(letter: Letter) -> None:
    with unguarded():
        Letter.objects.filter(pk=letter.pk).update(state="awaiting_confirmation")
    assert "what was confirmed waits for no confirmation" in lines()


@pytest.mark.parametrize("state", ["confirmed", "rendered"])
def test_a_letter_that_stopped_half_way(state: str) -> None:
    stopped = LetterFactory(state=state)
    assert ("I1", stopped.number) in breaches()


def test_an_approved_letter_without_its_text() -> None:
    LetterFactory(state=LetterState.APPROVED, content=None)
    assert "what is to be set as PDF has its text" in lines()


NO_MAIL = "what is on its way has a mail or waits for a digest"


@pytest.mark.parametrize("state", ["queued", "sending", "unknown"])
def test_a_letter_on_its_way_without_a_mail(state: str) -> None:
    LetterFactory(state=state)
    assert NO_MAIL in lines()


@pytest.mark.parametrize(
    ("state", "mail"), [("queued", "held"), ("queued", "cancelled"), ("unknown", "queued")]
)
def test_a_letter_whose_mail_is_elsewhere(state: str, mail: str) -> None:
    OutboundFactory(letter__state=state, state=mail)
    assert NO_MAIL in lines()


@pytest.mark.parametrize(("delivery", "bad"), [("digest", False), ("single", True)])
def test_a_letter_waits_for_a_digest_where_there_is_one(delivery: str, bad: bool) -> None:
    LetterFactory(state="queued", office=OfficeFactory(delivery=delivery))
    assert (NO_MAIL in lines()) == bad


def a_digest(letter: Letter, state: str) -> Digest:
    assert letter.office is not None and letter.confirmed_on is not None
    mail = Outbound.objects.create(
        purpose=Purpose.DIGEST, office=letter.office, campaign=letter.campaign, language="en",
        state=state, next_attempt_at=clock.now(), created_at=clock.now(), message_id="<d@x>",
        sent_at=clock.now() if state == "sent" else None,
    )  # fmt: skip
    made = Digest.objects.create(
        outbound=mail, campaign=letter.campaign, office=letter.office, day=letter.confirmed_on
    )
    Letter.objects.filter(pk=letter.pk).update(digest=made)
    return made


@pytest.mark.parametrize(("mail", "bad"), [("queued", False), ("held", True), ("sent", True)])
def test_a_letter_in_a_digest_goes_as_its_digest_goes(mail: str, bad: bool) -> None:
    a_digest(LetterFactory(state="queued"), mail)
    assert (NO_MAIL in lines()) == bad


def test_a_letter_called_sent_that_nobody_sent() -> None:
    claimed = LetterFactory(state="sent")
    assert "what was sent has its proof" in lines()
    a_digest(claimed, "sent")
    assert "what was sent has its proof" not in lines()


@pytest.mark.parametrize(("actor", "bad"), [("organiser", False), ("worker", True)])
def test_a_person_may_say_that_a_letter_was_sent(actor: str, bad: bool) -> None:
    held = LetterFactory(state="held", hold_reason="no_address")
    move_letter(held, LetterState.SENT, actor=actor, sent_at=clock.now())
    assert ("what was sent has its proof" in lines()) == bad


# --- I2 and I3 ---------------------------------------------------------------------------------


def test_a_letter_that_left_by_itself_and_in_a_digest(letter: Letter) -> None:
    move_outbound(a_digest(letter, "queued").outbound, "sent", actor="x", sent_at=clock.now())
    assert lines() == ["no letter left by itself and in a digest"]


def tries(outbound: Outbound, *found: dict[str, Any]) -> None:
    Outbound.objects.filter(pk=outbound.pk).update(attempts=len(found))
    now = clock.now()
    for number, values in enumerate(found, 1):
        filled: dict[str, Any] = {"ended_at": now, "stage": "done", **values}
        Attempt.objects.create(
            outbound=outbound, number=number, claim_token=str(number), started_at=now, **filled
        )


YES, SILENCE, NO = {"code": 250}, {"stage": "data"}, {"code": 451}
TOO_OFTEN = "no mail may have arrived more than 2 times"


@pytest.mark.parametrize(
    ("found", "bad"),
    [
        ((NO, NO, NO, YES), False), ((SILENCE, YES), False), ((SILENCE, NO, YES), False),
        ((SILENCE, SILENCE, YES), True), ((YES, YES, YES), True),
        ((SILENCE, SILENCE, {"stage": "data", "ended_at": None}), False),
    ],
)  # fmt: skip
def test_a_mail_may_arrive_twice_at_most(found: tuple[dict[str, Any], ...], bad: bool) -> None:
    tries(OutboundFactory(letter__state="queued"), *found)
    assert (TOO_OFTEN in lines()) == bad


@pytest.mark.parametrize(("actor", "bad"), [("organiser", False), ("sweeper", True)])
def test_a_person_may_let_a_mail_go_once_more(actor: str, bad: bool) -> None:
    mail = OutboundFactory(letter__state="queued")
    tries(mail, SILENCE, SILENCE, YES)
    Move.objects.create(
        outbound=mail, from_state="held", to_state="queued", actor=actor,
        at=clock.now() + timedelta(seconds=1),
    )  # fmt: skip
    assert (TOO_OFTEN in lines()) == bad


def test_a_letter_that_left_unconfirmed(letter: Letter) -> None:
    Letter.objects.filter(pk=letter.pk).update(confirmed_at=None)
    assert "what left was confirmed" in lines()


def test_a_letter_that_left_unapproved(letter: Letter) -> None:
    with unguarded():
        Move.objects.filter(letter=letter, to_state="approved").update(to_state="held")
    assert "what left was approved" in lines()


@pytest.mark.parametrize("state", ["withdrawn", "rejected", "in_review", "awaiting_confirmation"])
@pytest.mark.parametrize("mail", ["queued", "sending", "sent"])
def test_a_letter_that_may_not_go_with_a_mail_that_goes(state: str, mail: str) -> None:
    now = clock.now()
    more = {"lease_until": now, "claim_token": "a"} if mail == "sending" else {}
    more |= {"sent_at": now} if mail == "sent" else {}
    OutboundFactory(letter__state=state, state=mail, **more)
    assert "what may not go has no mail that goes" in lines()


def test_a_withdrawn_letter_in_a_digest_that_goes() -> None:
    a_digest(LetterFactory(state="withdrawn"), "queued")
    assert "what may not go has no mail that goes" in lines()


# --- I4 and I5 ---------------------------------------------------------------------------------


def test_a_count_that_differs_from_the_recount(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = frozenset({LetterState.QUEUED})
    monkeypatch.setattr(
        "letters.audit.counting.tally", lambda campaign, by: _tally(campaign, by, without)
    )
    [found] = [one for one in audit(sample=0) if not one.ok]
    assert found.first == [f"{letter.campaign.slug} (0, 0) ≠ (1, 1)"]


def _tally(campaign: Campaign, by: Any, states: frozenset[str]) -> Any:
    return tally(campaign, by, states=states)


def test_a_letter_of_another_signer(letter: Letter) -> None:
    Letter.objects.filter(pk=letter.pk).update(signer="another")
    assert "a letter is its form's signer's" in lines()


def pdf_of(letter: Letter) -> Path:
    return Path(settings.VAR_DIR, "letters", letter.pdf)


@pytest.mark.parametrize(
    "spoil", [lambda path: path.unlink(), lambda path: path.write_bytes(b"%PDF-1.7 another")]
)
@pytest.mark.parametrize("sample", [None, 3])
def test_a_pdf_that_is_not_the_one_that_was_made(
    letter: Letter, spoil: Callable[[Path], Any], sample: int | None
) -> None:
    spoil(pdf_of(letter))
    [found] = [one for one in audit(sample=sample) if not one.ok]
    assert (found.rule, found.first) == ("I5 right content", [letter.number])


def test_only_the_sample_is_read(letter: Letter) -> None:
    pdf_of(letter).unlink()
    assert [one.says for one in audit(sample=0) if not one.ok] == []


# --- I6, I7, leases, guards -----------------------------------------------------------------------


def test_an_erased_person_of_whom_something_is_left(letter: Letter) -> None:
    retention.erase(letter.submission, actor="supporter")
    assert lines() == []
    Submission.objects.filter(pk=letter.submission_id).update(town="Tartu")
    Letter.objects.filter(pk=letter.pk).update(content={"words": ["mine"]})
    Outbound.objects.filter(letter=letter).update(recipient="pm@gov.example")
    assert lines() == [
        "erased forms are empty",
        "erased people's letters have no text",
        "mails to the erased have no address and no answer",
    ]


@pytest.mark.parametrize(
    ("model", "state", "about"),
    [
        (Letter, LetterState.BOUNCED, "letters"), (Outbound, OutboundState.BOUNCED, "mails"),
        (Submission, SubmissionState.REPEATED, "forms"),
    ],
)  # fmt: skip
def test_a_change_that_nobody_noted(letter: Letter, model: Any, state: str, about: str) -> None:
    keys = {Letter: letter.pk, Submission: letter.submission_id}
    key = keys.get(model) or letter.outbounds.get(purpose=Purpose.LETTER).pk
    with unguarded():
        model.objects.filter(pk=key).update(state=state)
    assert f"the last moves of {about} are where they are" in lines()


def test_a_move_that_is_missing(letter: Letter) -> None:
    with unguarded():
        Move.objects.filter(letter=letter, outbound=None, to_state="queued").delete()
    assert lines() == ["the moves of letters follow on each other"]


def test_a_story_that_does_not_begin_at_the_beginning(letter: Letter) -> None:
    with unguarded():
        Move.objects.filter(letter=letter, outbound=None).first().delete()  # type: ignore[union-attr]
    assert lines() == ["the moves of letters follow on each other"]


def test_a_move_that_no_table_allows(letter: Letter) -> None:
    last = Move.objects.filter(letter=letter, outbound=None).latest("id")
    Move.objects.create(
        letter=letter, from_state="sent", to_state="queued", actor="worker", at=last.at
    )
    Move.objects.create(
        letter=letter, from_state="queued", to_state="sent", actor="worker", at=last.at
    )
    assert lines() == ["every move is in the table"]


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_lease_that_nobody_gave(hours: int) -> None:
    until = clock.now() + timedelta(hours=hours)
    mail = OutboundFactory(
        letter__state="sending", state="sending", claim_token="a", lease_until=until
    )
    assert ("Leases", mail.message_id) in breaches()


def test_a_mail_being_sent_without_an_attempt() -> None:
    mail = OutboundFactory(
        letter__state="sending", state="sending", claim_token="a", lease_until=clock.now()
    )
    assert ("Leases", mail.message_id) in breaches()
    Attempt.objects.create(outbound=mail, number=1, claim_token="a", started_at=clock.now())
    assert ("Leases", mail.message_id) not in breaches()


def test_a_connection_that_is_kept_for_ever() -> None:
    server = MailServer.objects.create(name="mx:25")
    until = clock.now() + timedelta(hours=2)
    Connection.objects.create(server=server, number=1, holder="deliver@mx", until=until)
    assert breaches() == [("Leases", "deliver@mx")]


def test_a_guard_that_is_gone(world: World) -> None:
    with unguarded():
        assert [rule for rule, _first in breaches()] == ["Guards"]
