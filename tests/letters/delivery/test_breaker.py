"""A mail server in trouble is left alone, and no letter pays for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from letters.delivery import breaker, engine, policy
from letters.delivery.mail import Envelope, NotSent, Phase
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Connection, MailServer, Outbound
from tests.factories.letters import OutboundFactory

pytestmark = pytest.mark.django_db
NAME = "mail.example:25"


class Troubled:
    """A mail server that refuses in one phase; `well` again when it is told so."""

    name = NAME

    def __init__(self, phase: Phase, code: int) -> None:
        self.phase, self.code, self.well = phase, code, False
        self.opened = self.taken = 0

    def open(self) -> None:
        self.opened += 1
        self._refuse("connect", "tls", "login")

    def send(self, envelope: Envelope, message: bytes, before_data: Callable[[], None]) -> str:
        self._refuse("sender", "recipient")
        before_data()
        self.taken += 1
        return "250 taken"

    def close(self) -> None: ...

    def _refuse(self, *phases: str) -> None:
        if not self.well and self.phase in phases:
            raise NotSent(self.phase, self.code, "go away")


def trouble(monkeypatch: pytest.MonkeyPatch, phase: Phase, code: int) -> Troubled:
    server = Troubled(phase, code)
    monkeypatch.setattr(engine, "transport", lambda: server)
    OutboundFactory(letter__state=LetterState.QUEUED)
    return server


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


def test_server_that_is_away_is_left_alone_after_five_tries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = trouble(monkeypatch, "connect", 0)
    for _ in range(9):
        engine.deliver()
    assert server.opened == policy.ERRORS
    assert MailServer.objects.get().trouble == MailServer.Trouble.CONNECT


def test_no_letter_is_charged_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    trouble(monkeypatch, "connect", 0)
    for _ in range(9):
        engine.deliver()
    mail = Outbound.objects.get()
    assert (mail.state, mail.attempts) == (OutboundState.QUEUED, 0)


@pytest.mark.parametrize(
    ("phase", "code", "name"),
    [("tls", 0, "tls"), ("login", 535, "login"), ("sender", 550, "sender")],
)
def test_what_does_not_mend_itself_opens_the_breaker_at_once(
    monkeypatch: pytest.MonkeyPatch, phase: Phase, code: int, name: str
) -> None:
    trouble(monkeypatch, phase, code)
    engine.deliver()
    server = MailServer.objects.get()
    assert (server.trouble, server.last_answer) == (name, "go away")
    assert breaker.permit(NAME) == 0


def test_one_probe_goes_out_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    trouble(monkeypatch, "login", 535)
    engine.deliver()
    with later(policy.OPEN_SECONDS + 1):
        assert [breaker.permit(NAME), breaker.permit(NAME)] == [1, 0]


def test_each_failed_probe_doubles_the_time_up_to_ten_minutes() -> None:
    seconds = [policy.open_for(n).total_seconds() for n in (1, 2, 3, 5, 6, 50)]
    assert seconds == [30, 60, 120, 480, 600, 600]


def test_probe_that_succeeds_closes_the_breaker(monkeypatch: pytest.MonkeyPatch) -> None:
    server = trouble(monkeypatch, "login", 535)
    engine.deliver()
    server.well = True
    with later(policy.OPEN_SECONDS + 1):
        engine.deliver()
    assert Outbound.objects.get(purpose=Purpose.LETTER).state == OutboundState.SENT
    assert MailServer.objects.get().open_until is None


@pytest.mark.parametrize("code", [450, 550])
def test_probe_that_is_judged_closes_the_breaker_too(
    monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    trouble(monkeypatch, "recipient", code)
    MailServer.objects.create(name=NAME, failures=5, opened=1, open_until=timezone.now())
    engine.deliver()
    assert MailServer.objects.values_list("failures", "open_until").get() == (0, None)


def test_last_success_is_noted_once_a_minute_and_for_mails_that_were_taken_only() -> None:
    server, noted = MailServer.objects.create(name=NAME), []
    start = timezone.now()
    for second, took in [(0, False), (1, True), (60, True), (62, True)]:
        with time_machine.travel(start + timedelta(seconds=second), tick=False):
            breaker.clear(NAME, took=took)
        server.refresh_from_db()
        noted.append(server.last_success and (server.last_success - start).seconds)
    assert noted == [None, 1, 1, 62]


def test_trouble_that_two_workers_meet_is_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = policy.judge(NotSent("connect", 0, "no answer"))
    stale = MailServer.objects.create(name=NAME, last_success=timezone.now())
    monkeypatch.setattr(breaker, "server_named", lambda _: stale)
    breaker.charge(NAME, refusal)
    breaker.charge(NAME, refusal)
    found = MailServer.objects.values_list("failures", "last_success").get()
    assert found == (2, stale.last_success)


def test_server_that_sends_us_away_lets_other_mails_go_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = trouble(monkeypatch, "recipient", 421)
    engine.deliver()
    mail = Outbound.objects.get()
    assert mail.next_attempt_at > timezone.now() + timedelta(seconds=50)
    assert (mail.state, server.taken) == (OutboundState.QUEUED, 0)


def test_no_more_connections_than_are_allowed(settings: Settings) -> None:
    settings.MAIL_CONNECTIONS = 2
    taken = [breaker.take_connection(NAME, holder) for holder in ("one", "two", "three")]
    assert [connection is not None for connection in taken] == [True, True, False]


def test_connection_that_is_given_back_is_taken_by_another(settings: Settings) -> None:
    settings.MAIL_CONNECTIONS = 1
    connection = breaker.take_connection(NAME, "one")
    assert connection is not None
    breaker.give_back(connection, "one")
    assert breaker.take_connection(NAME, "two") == connection


def test_connection_of_the_dead_is_free_again(settings: Settings) -> None:
    settings.MAIL_CONNECTIONS = 1
    breaker.take_connection(NAME, "dead")
    breaker.free_connections_of("dead")
    assert Connection.objects.get().holder == ""
