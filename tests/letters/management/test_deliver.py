"""`deliver --once` does all that is due, says how much, and stops."""

from __future__ import annotations

import signal
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from letters.delivery import prepare
from letters.enums import LetterState, OutboundState
from letters.management.commands import deliver as command
from letters.models import Letter, Outbound
from letters.moves import move_letter
from tests.factories.letters import LetterFactory
from tests.journey import confirm, mails, make_world, sign

pytestmark = pytest.mark.django_db


def deliver() -> str:
    out = StringIO()
    call_command("deliver", "--once", stdout=out)
    return out.getvalue()


def test_nothing_due_ends_at_once() -> None:
    assert deliver() == "0 letters set as PDF, 0 mails tried.\n"


def test_without_once_it_says_that_it_goes_on_until_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handlers: dict[int, Callable[..., None]] = {}

    def stopped_round(stop: Callable[[], bool]) -> command.Done:
        handlers[signal.SIGTERM](signal.SIGTERM, None)
        return command.Done()

    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    monkeypatch.setattr(command, "one_round", stopped_round)
    out = StringIO()

    call_command("deliver", stdout=out)

    assert out.getvalue().splitlines() == [
        "Delivering until it is stopped (Ctrl-C); --once stops by itself.",
        "0 letters set as PDF, 0 mails tried.",
    ]


def test_confirmation_is_sent(client: Client) -> None:
    world = make_world()
    sign(client, world)
    assert deliver() == "0 letters set as PDF, 1 mail tried.\n"
    assert [str(mail["To"]) for mail in mails()] == ["mari@post.example"]


def test_confirmed_letter_goes_all_the_way_with_its_copy(client: Client) -> None:
    sign(client, make_world())
    deliver()
    confirm(client, mails()[0])
    assert deliver() == "1 letter set as PDF, 2 mails tried.\n"
    assert Letter.objects.get().state == LetterState.SENT
    assert set(Outbound.objects.values_list("state", flat=True)) == {OutboundState.SENT}


def test_full_disk_ends_a_round_instead_of_turning_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise OSError("No space left on device")

    monkeypatch.setattr(prepare, "letter_pdf", full)
    move_letter(LetterFactory(state=LetterState.CONFIRMED), LetterState.APPROVED, actor="test")
    assert command.one_round() == command.Done(letters=0, mails=0)
