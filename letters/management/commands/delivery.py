"""The site's delivery from a terminal: how it is doing, pause it, let it go on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count

from letters import clock
from letters.actions import site_delivery
from letters.delivery import gate, reconcile, watch
from letters.delivery.recover import WAITING_MAIL, Recovered
from letters.enums import HoldReason, LetterState
from letters.models import Heartbeat, Letter, MailServer, Outbound, SiteDelivery
from letters.moves import NotAllowed
from letters.rendering.troubles import words

SHOWN = 20
TOLD_STATES = (
    LetterState.APPROVED, LetterState.HELD, LetterState.UNKNOWN, LetterState.FAILED,
    LetterState.BOUNCED,
)  # fmt: skip


class Command(BaseCommand):
    help = "Show delivery, pause it, or let it go on; after a restore, first find out what left."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        commands.add_parser("status", help="what waits, the mail server, the workers")
        pause = commands.add_parser("pause", help="let nothing leave from now on")
        pause.add_argument("--note", default="", help="why, for the others")
        pause.add_argument(
            "--restored", action="store_true", help="the database comes from a backup"
        )
        resume = commands.add_parser("resume", help="let mail leave again")
        resume.add_argument("--yes", action="store_true", help="do not ask")
        resume.add_argument(
            "--without-reconcile",
            action="store_true",
            help="after a restore: send all that waits, also what may have left already",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            {"status": self._status, "pause": self._pause, "resume": self._resume}[options["what"]](
                options
            )
        except NotAllowed as error:
            raise CommandError(str(error)) from error

    def _pause(self, options: dict[str, Any]) -> None:
        site_delivery.pause(note=options["note"], restored=options["restored"])
        self.stdout.write("Paused: nothing leaves until `manage.py delivery resume`.")

    def _resume(self, options: dict[str, Any]) -> None:
        site, _newest = gate.state()
        if not site.paused:
            raise CommandError("It is not paused.")
        self.stdout.write(_state(site))
        if site.reason == SiteDelivery.Reason.RESTORED and not options["without_reconcile"]:
            self._find_what_left()
        waiting = Outbound.objects.filter(state="queued").count()
        self.stdout.write(f"{waiting} mails wait in the queue.")
        if not options["yes"]:
            _ask("Let mail leave again? [y/N] ")
        site_delivery.resume()
        self.stdout.write("Mail may leave again.")

    def _find_what_left(self) -> None:
        found = site_delivery.find_what_left()
        if found is None:
            raise CommandError(
                "Nobody can tell what left after the backup was made. Set RECONCILE (see"
                " docs/restore.md), or use --without-reconcile: then all that waits is sent, also"
                " what left already."
            )
        for line in _found(found):
            self.stdout.write(line)

    def _status(self, options: dict[str, Any]) -> None:
        site, _newest = gate.state()
        found = list(_troubles())
        state = "Delivery: IN TROUBLE." if found and not site.paused else _state(site)
        told = [state, *found, *_letters(), *_queue(), *_servers(), *_workers(), _sources()]
        for line in told:
            self.stdout.write(line)


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        raise CommandError("Nobody is there to ask: use --yes.")
    if input(question).strip().lower() not in {"y", "yes"}:
        raise CommandError("Nothing was changed: it stays paused.")


def _state(site: SiteDelivery) -> str:
    if not site.paused:
        return "Delivery: running."
    reason = str(site.get_reason_display())
    if site.reason == SiteDelivery.Reason.ORGANISER and site.by_id is None:
        reason = "from the command line"  # nobody is logged in there
    why = ": ".join(filter(None, [reason, site.note]))
    return f"Delivery: PAUSED since {_when(site.since)} ({why})."


def _troubles() -> Iterator[str]:
    """Say what /readyz knows, each with what to do about it."""
    for trouble in watch.troubles(watch.look()):
        found = words(trouble.kind, trouble.facts)
        yield f"- {found.what} {found.advice}".rstrip()


def _letters() -> Iterator[str]:
    """Count the letters that wait to be set, wait for a person, or may have arrived."""
    counts = Letter.objects.filter(state__in=TOLD_STATES).values_list("state", "hold_reason")
    rows = sorted(
        counts.order_by().annotate(count=Count("pk")),
        key=lambda row: (TOLD_STATES.index(LetterState(row[0])), row[1]),
    )
    told = [
        f"{count} {LetterState(state).label}" + (f" ({HoldReason(hold).label})" if hold else "")
        for state, hold, count in rows
    ]
    if told:
        yield f"Letters: {', '.join(told)}."


def _queue() -> Iterator[str]:
    rows = Outbound.objects.filter(state__in=WAITING_MAIL).order_by("state", "purpose")
    found = list(rows.values_list("state", "purpose").annotate(count=Count("pk")))
    yield (
        "Mail: "
        + (
            ", ".join(f"{count} {purpose} {state}" for state, purpose, count in found)
            or "none waits"
        )
        + "."
    )
    now = clock.now()
    oldest = Outbound.objects.due(now).order_by("next_attempt_at").first()
    if oldest is not None:
        yield f"Oldest that is due: {_ago(now, oldest.next_attempt_at)}."


def _servers() -> Iterator[str]:
    now = clock.now()
    for server in MailServer.objects.all():
        if server.open_until is None and not server.failures:
            state = f"well; last success {_ago(now, server.last_success)}"
        else:
            state = f"{server.get_trouble_display()}; {server.failures} errors in a row"
            if server.open_until is not None and server.open_until > now:
                state += f"; not used until {_when(server.open_until)}"
            state += f"; last answer: {server.last_code or ''} {server.last_answer}".rstrip()
        yield f"Mail server {server.name}: {state}."


def _workers() -> Iterator[str]:
    now = clock.now()
    alive = list(Heartbeat.objects.all())
    for one in alive:
        yield f"{one.get_kind_display().capitalize()} {one.name}: {_ago(now, one.at)}."
    if not alive:
        yield "No worker has been seen."


def _sources() -> str:
    names = ", ".join(source.name for source in reconcile.sources())
    return f"Who can tell what became of a mail (RECONCILE): {names or 'nobody'}." + (
        "" if settings.PRODUCTION else " No mail leaves this machine: PRODUCTION is not set."
    )


def _found(found: Recovered) -> Iterator[str]:
    yield f"Asked for {found.asked} mails that wait: {found.mails} had left already."
    if found.letters:
        yield f"Letters noted as sent, {len(found.letters)}: {_few(found.letters)}"
    if found.unconfirmed:
        yield (
            "Letters that left though the backup does not know their confirmation, and would go"
            f" again if their writers confirm again, {len(found.unconfirmed)}:"
            f" {_few(found.unconfirmed)}"
        )


def _few(numbers: list[str]) -> str:
    more = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
    return ", ".join(numbers[:SHOWN]) + more


def _when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "an unknown time"


def _ago(now: datetime, at: datetime | None) -> str:
    if at is None:
        return "never"
    return f"{max(0, int((now - at).total_seconds()))} s ago"
