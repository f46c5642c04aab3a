"""What a writer and an office notice of courtesy: digests, the hand-over, the time to take back."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from campaign import mailbox
from campaign.models import Campaign, Delivery, Office
from letters.actions.erase import erase_address
from letters.delivery import pace
from letters.delivery.settle import settle
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Digest, Letter, Outbound
from tests.factories.campaign import OfficeFactory
from tests.journey import World, mails, make_world, sign_and_confirm, work

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
TOMORROW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def wednesday(time_machine: Any) -> None:
    time_machine.move_to(NOON)


def written(client: Client, *people: str, **policy: Any) -> World:
    world = make_world(**{"per_hour": 0, "office_hours": False, **policy})
    for person in people or ("mari",):
        sign_and_confirm(client, world, email=f"{person}@post.example", name=person.title())
    work()
    return world


def page_of(client: Client, world: World, **changes: Any) -> str:
    return " ".join(sign_and_confirm(client, world, **changes).content.decode().split())


def to_office(world: World) -> list[Any]:
    return mails(world.office.routes.get().email)


def test_office_gets_one_mail_a_day_with_all_letters(client: Client, time_machine: Any) -> None:
    world = written(client, "mari", "juhan", delivery=Delivery.DIGEST)
    assert to_office(world) == []
    time_machine.move_to(TOMORROW)
    work()
    [mail] = to_office(world)
    assert str(mail["Subject"]).startswith("2 letters: ")
    [attached] = mail.iter_attachments()
    assert len(PdfReader(io.BytesIO(attached.get_content())).pages) == 2


def test_every_letter_of_a_digest_is_sent_and_its_writer_gets_a_copy(
    client: Client, time_machine: Any
) -> None:
    written(client, "mari", "juhan", delivery=Delivery.DIGEST)
    time_machine.move_to(TOMORROW)
    work()
    assert set(Letter.objects.values_list("state", flat=True)) == {LetterState.SENT}
    for person in ("mari", "juhan"):
        [copy] = [m for m in mails(f"{person}@post.example") if "Your letter" in str(m["Subject"])]
        assert "We have sent your letter" in mailbox.text(copy)


def test_letter_can_be_taken_back_from_a_digest_until_it_is_sent(
    client: Client, time_machine: Any
) -> None:
    world = written(client, "juhan", delivery=Delivery.DIGEST)
    page = sign_and_confirm(client, world)
    work()
    client.post(f"{page.redirect_chain[-1][0]}withdraw/")  # type: ignore[attr-defined]
    time_machine.move_to(TOMORROW)
    work()
    [mail] = to_office(world)
    assert str(mail["Subject"]).startswith("1 letter: ")
    assert Letter.objects.filter(state=LetterState.WITHDRAWN).count() == 1


def test_erased_person_leaves_no_word_in_a_digest(client: Client, time_machine: Any) -> None:
    world = written(client, delivery=Delivery.DIGEST)
    time_machine.move_to(TOMORROW)
    work()
    page = sign_and_confirm(client, world, email="juhan@post.example")
    assert "My grandfather" in Digest.objects.get().text
    erase_address("mari@post.example")
    made = Digest.objects.get()
    assert (made.text, made.pdf) == ("", "")
    assert page.status_code == 200


def test_handed_over_letter_is_set_and_mailed_to_nobody(client: Client) -> None:
    world = written(client, delivery=Delivery.PAPER)
    letter = Letter.objects.get()
    assert (letter.state, letter.hold_reason) == (LetterState.HELD, HoldReason.HANDOVER)
    assert letter.pdf != ""
    assert to_office(world) == []


def test_hand_over_needs_no_address(client: Client) -> None:
    world = make_world(delivery=Delivery.PAPER)
    world.office.routes.all().delete()
    sign_and_confirm(client, world)
    work()
    assert Letter.objects.get().hold_reason == HoldReason.HANDOVER


def test_writer_is_told_that_the_letter_is_handed_over(client: Client) -> None:
    world = make_world(delivery=Delivery.PAPER)
    page = page_of(client, world)
    assert "waits to be handed over to the office on paper" in page
    assert "We send your letter to the office" not in page
    work()
    [copy] = [m for m in mails("mari@post.example") if "Your letter" in str(m["Subject"])]
    text = " ".join(mailbox.text(copy).split())
    assert "waits to be handed over to the office on paper" in text


def test_page_says_until_when_a_letter_can_be_taken_back(client: Client) -> None:
    page = page_of(client, make_world(take_back_seconds=900))
    assert "at least until 25 November 2026, 12:15 UTC" in page


def test_page_of_a_digest_says_when_it_goes(client: Client) -> None:
    page = page_of(client, make_world(delivery=Delivery.DIGEST))
    assert "in one e-mail, on the office&#x27;s next working day" in page


def test_letter_that_waits_for_its_turn_says_for_how_long(client: Client) -> None:
    world = written(client, per_hour=1)
    page = sign_and_confirm(client, world, email="juhan@post.example")
    work()
    late = NOON + timedelta(days=3)
    Outbound.objects.filter(purpose=Purpose.LETTER, state=OutboundState.QUEUED).update(
        next_attempt_at=late
    )
    shown = client.get(page.redirect_chain[-1][0]).content.decode()  # type: ignore[attr-defined]
    assert "We expect to send it on" in shown


def test_letters_leave_one_by_one_and_can_be_taken_back_while_they_wait(
    client: Client, time_machine: Any
) -> None:
    world = written(client, "mari", "juhan", "kai", per_hour=30)
    assert len(to_office(world)) == 1
    time_machine.move_to(NOON + timedelta(minutes=3))
    work()
    assert len(to_office(world)) == 2


def changed(**fields: Any) -> None:
    Campaign.objects.update(**fields)
    pace.ask_anew(Office.objects.all())
    work()


def test_change_to_digest_takes_the_queued_mails_along(client: Client, time_machine: Any) -> None:
    world = written(client, "mari", "juhan", take_back_seconds=3600)
    changed(delivery=Delivery.DIGEST)
    assert {mail.state for mail in Outbound.objects.filter(purpose=Purpose.LETTER)} == {
        OutboundState.CANCELLED
    }
    time_machine.move_to(TOMORROW)
    work()
    assert len(to_office(world)) == 1


def test_change_to_single_mails_takes_the_digest_apart(client: Client, time_machine: Any) -> None:
    world = written(client, "mari", "juhan", delivery=Delivery.DIGEST)
    changed(delivery=Delivery.SINGLE)
    assert len(to_office(world)) == 2


def test_change_to_paper_and_back(client: Client) -> None:
    world = written(client, take_back_seconds=3600)
    changed(delivery=Delivery.PAPER)
    assert Letter.objects.get().hold_reason == HoldReason.HANDOVER
    changed(delivery=Delivery.SINGLE)
    letter = Letter.objects.get()
    assert (letter.state, to_office(world)) == (LetterState.QUEUED, [])
    assert letter.pdf != ""


def test_letter_without_an_address_after_the_hand_over_waits_for_one(client: Client) -> None:
    world = written(client, delivery=Delivery.PAPER)
    world.office.routes.all().delete()
    changed(delivery=Delivery.SINGLE)
    assert Letter.objects.get().hold_reason == HoldReason.NO_ADDRESS


def test_nothing_is_settled_where_nothing_changed(client: Client) -> None:
    world = written(client, "mari", "juhan", take_back_seconds=3600)
    assert settle(world.office) == 0
    assert settle(OfficeFactory()) == 0


def test_paused_campaign_sends_offices_nothing_until_it_goes_on(client: Client) -> None:
    world = written(client, take_back_seconds=0, delivery_paused=True)
    assert to_office(world) == []
    Campaign.objects.update(delivery_paused=False)
    work()
    assert len(to_office(world)) == 1
