"""A government without an address: the letter is counted, waits, and leaves once it can."""

from __future__ import annotations

import pytest
from django.test import Client

from campaign import mailbox
from letters.enums import HoldReason, LetterState
from letters.models import Letter
from tests.factories.campaign import GovernmentFactory, OfficeFactory
from tests.journey import World, mails, make_world, sign_and_confirm, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = make_world()
    return World(world.campaign, GovernmentFactory(), world.office)


@pytest.fixture
def letter(client: Client, world: World) -> Letter:
    sign_and_confirm(client, world)
    work()
    return Letter.objects.get()


def test_letter_without_an_address_waits_and_counts(letter: Letter) -> None:
    assert (letter.state, letter.hold_reason) == (LetterState.HELD, HoldReason.NO_ADDRESS)
    assert Letter.objects.counted().count() == 1


def test_page_says_so_before_signing(client: Client, world: World) -> None:
    page = client.get(world.path, {"government": world.government.iso2}).content.decode()
    assert "We have no address of this government" in page


def test_copy_says_that_it_waits(letter: Letter) -> None:
    [copy] = [mail for mail in mails("mari@post.example") if letter.number in str(mail["Subject"])]
    assert "it has not been sent yet" in " ".join(mailbox.text(copy).split())


def test_new_office_gets_the_letter_with_its_own_salutation(letter: Letter, world: World) -> None:
    office = OfficeFactory(government=world.government, form__salutation="Dear Chancellor,")
    work()
    [mail] = mails(office.routes.get().email)
    assert "Dear Chancellor," in mailbox.text(mail)
    assert "My grandfather cleared fields." in mailbox.text(mail)


def test_writer_gets_one_copy_only(letter: Letter, world: World) -> None:
    OfficeFactory(government=world.government)
    work()
    copies = [m for m in mails("mari@post.example") if letter.number in str(m["Subject"])]
    assert len(copies) == 1


def test_paused_office_gets_nothing_until_it_is_resumed(client: Client) -> None:
    world = make_world()
    world.office.paused = True
    world.office.save()
    sign_and_confirm(client, world)
    work()
    assert Letter.objects.get().hold_reason == HoldReason.OFFICE_PAUSED
    world.office.paused = False
    world.office.save()
    work()
    assert Letter.objects.get().state == LetterState.SENT
