"""The delivery engine without Celery: what workers and the sweeper do, in this process."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from letters.delivery import engine, prepare, readdress
from letters.delivery.sweep import Found, sweep

PAUSE_SECONDS = 5


def one_round() -> Found:
    """Sweep, set what is approved, send what is due. Returns what there was to do."""
    readdress.release_waiting()
    found = sweep(grace=timedelta(0))
    for letter in found.letters:
        prepare.prepare(letter)
    for outbound in found.outbounds:
        engine.deliver(outbound)
    return found


class Command(BaseCommand):
    help = "Deliver what is due, without Celery. With --once: until nothing is due, then stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        if not options["once"]:
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
        set_, sent = self._rounds(stop, once=options["once"])
        self.stdout.write(f"{set_} letters set as PDF, {sent} mails tried.")

    def _rounds(self, stop: threading.Event, *, once: bool) -> tuple[int, int]:
        set_ = sent = 0
        while not stop.is_set():
            found = one_round()
            set_, sent = set_ + len(found.letters), sent + len(found.outbounds)
            if not (found.letters or found.outbounds):
                if once:
                    break
                stop.wait(PAUSE_SECONDS)
        return set_, sent
