"""The site's delivery from a terminal."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from letters import clock
from letters.actions import site_delivery
from letters.delivery import recover
from letters.enums import LetterState
from letters.management.commands import delivery
from letters.models import Heartbeat, MailServer, SiteDelivery
from tests.factories.letters import LetterFactory, OutboundFactory
from tests.letters.signs import all_alive

pytestmark = pytest.mark.django_db


def run(*words: str) -> list[str]:
    out = io.StringIO()
    call_command("delivery", *words, stdout=out)
    return out.getvalue().splitlines()


def site() -> tuple[bool, str, int]:
    row = SiteDelivery.objects.get(pk=1)
    return row.paused, row.reason, row.generation


class Terminal:
    """A person at the keyboard who says one thing."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return f"{self.answer}\n"


def test_status_of_a_new_site(settings: Settings) -> None:
    assert run("status") == [
        "Delivery: IN TROUBLE.",
        "- No worker is running: nobody sends mail. Start a Celery worker, or run “manage.py"
        " deliver” every minute.",
        "- The sweeper is not running: what got stuck stays stuck, and retries wait. Start"
        " Celery's beat, or run “manage.py deliver --once” every minute.",
        "Mail: none waits.",
        "No worker has been seen.",
        "Who can tell what became of a mail (RECONCILE): mailbox."
        " No mail leaves this machine: PRODUCTION is not set.",
    ]


def test_status_of_a_site_that_is_well_counts_letters_by_their_state() -> None:
    all_alive()
    LetterFactory(state=LetterState.UNKNOWN)
    LetterFactory(state=LetterState.APPROVED)
    for hold in ("refused", "no_address", "refused"):
        LetterFactory(state=LetterState.HELD, hold_reason=hold)
    assert run("status")[:2] == [
        "Delivery: running.",
        "Letters: 1 approved, 1 held (no address of the office is known), 2 held (the mail server"
        " refused the message), 1 unknown whether it arrived.",
    ]


def test_status_says_what_waits_who_works_and_what_is_wrong() -> None:
    now = clock.now()
    OutboundFactory(letter__state=LetterState.QUEUED, next_attempt_at=now - timedelta(seconds=90))
    OutboundFactory(state="held")
    Heartbeat.objects.create(name="deliver@mx", kind="worker", host="mx", started_at=now, at=now)
    MailServer.objects.create(
        name="mx:25", failures=5, trouble="login", open_until=now + timedelta(minutes=1),
        last_code=535, last_answer="wrong password",
    )  # fmt: skip
    found = run("status")[1:]  # below the headline stands that no sweeper runs
    assert found[1] == "Mail: 1 letter held, 1 letter queued."
    assert found[2] in ("Oldest that is due: 90 s ago.", "Oldest that is due: 91 s ago.")
    assert found[3].startswith(
        "Mail server mx:25: it refuses our name and password; 5 errors in a row; not used until "
    )
    assert found[3].endswith("; last answer: 535 wrong password.")
    assert found[4].startswith("Worker deliver@mx: ")


def test_pause_and_resume() -> None:
    run("pause", "--note", "The relay moves.")
    assert site() == (True, "organiser", 1)
    assert run("status")[0].endswith("(from the command line: The relay moves.).")
    run("resume", "--yes")
    assert site() == (False, "", 1)


def test_resume_of_a_running_site_is_refused() -> None:
    with pytest.raises(CommandError, match="It is not paused"):
        run("resume", "--yes")


def test_resume_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    site_delivery.pause()
    with pytest.raises(CommandError, match="use --yes"):
        run("resume")
    monkeypatch.setattr("sys.stdin", Terminal("n"))
    with pytest.raises(CommandError, match="stays paused"):
        run("resume")
    assert site() == (True, "organiser", 1)
    monkeypatch.setattr("sys.stdin", Terminal("y"))
    run("resume")
    assert site() == (False, "", 1)


def test_resume_after_a_restore_finds_out_what_left_and_begins_a_generation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers = [LetterFactory().number for _ in range(22)]
    found = recover.Recovered(asked=40, mails=22, letters=numbers, unconfirmed=["K7Q4-M2"])
    monkeypatch.setattr(site_delivery, "recover", lambda: found)
    run("pause", "--restored")
    printed = run("resume", "--yes")
    assert printed[1:] == [
        "Asked for 40 mails that wait: 22 had left already.",
        f"Letters noted as sent, 22: {', '.join(numbers[:20])} and 2 more",
        "Letters that left though the backup does not know their confirmation, and would go again"
        " if their writers confirm again, 1: K7Q4-M2",
        "0 mails wait in the queue.",
        "Mail may leave again.",
    ]
    assert site() == (False, "", 2)


def test_resume_after_a_restore_is_refused_where_nobody_can_tell(settings: Settings) -> None:
    settings.RECONCILE = ""
    OutboundFactory()
    run("pause", "--restored")
    with pytest.raises(CommandError, match="Nobody can tell what left"):
        run("resume", "--yes")
    assert site() == (True, "restored", 1)
    run("resume", "--yes", "--without-reconcile")
    assert site() == (False, "", 2)


def test_a_pause_becomes_one_after_a_restore_and_not_the_other_way() -> None:
    run("pause")
    run("pause", "--restored")
    with pytest.raises(CommandError, match="paused already"):
        run("pause")
    assert site() == (True, "restored", 1)


@pytest.mark.parametrize(("at", "said"), [(None, "never"), (0, "0 s ago"), (-5, "5 s ago")])
def test_times_are_told_in_seconds(at: Any, said: str) -> None:
    now = clock.now()
    assert delivery._ago(now, None if at is None else now + timedelta(seconds=at)) == said
