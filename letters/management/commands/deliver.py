"""The delivery engine without Celery: what workers and the sweeper do, in this process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from letters.delivery import engine, heartbeat, prepare
from letters.delivery.sweep import sweep
from letters.models import Heartbeat

PAUSE_SECONDS = 5


@dataclass(frozen=True)
class Done:
    """What a round did: letters set as PDF, mails tried."""

    letters: int = 0
    mails: int = 0

    def __add__(self, other: Done) -> Done:
        return Done(self.letters + other.letters, self.mails + other.mails)

    def __bool__(self) -> bool:
        return bool(self.letters or self.mails)


def one_round(stop: Callable[[], bool] = lambda: False) -> Done:
    """Sweep, set what is approved, send what is due."""
    heartbeat.beat(Heartbeat.Kind.WORKER)
    letters = sweep(grace=timedelta(0)).letters
    for letter in letters:
        prepare.prepare(letter)
    mails = 0
    while tried := engine.deliver(stop=stop):
        mails += tried
    return Done(len(letters), mails)


class Command(BaseCommand):
    help = (
        "Deliver what is due, without Celery, until it is stopped. With --once: until nothing is "
        "due."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        if not options["once"]:
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
            self.stdout.write(_("Delivering until it is stopped (Ctrl-C); --once stops by itself."))
            self.stdout.flush()
        done = self._rounds(stop, once=options["once"])
        letters = ngettext("%d letter set as PDF", "%d letters set as PDF", done.letters)
        mails = ngettext("%d mail tried", "%d mails tried", done.mails)
        self.stdout.write(f"{letters % done.letters}, {mails % done.mails}.")

    def _rounds(self, stop: threading.Event, *, once: bool) -> Done:
        all_done = Done()
        while not stop.is_set():
            done = one_round(stop.is_set)
            all_done += done
            if not done:
                if once:
                    break
                stop.wait(PAUSE_SECONDS)
        return all_done
