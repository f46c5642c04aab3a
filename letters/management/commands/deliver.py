"""The delivery engine without Celery: what workers and the sweeper do, in this process."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from letters.delivery import engine, heartbeat, prepare
from letters.delivery.sweep import sweep
from letters.models import Heartbeat, Letter
from letters.printing import work as bundles

PAUSE_SECONDS = 5
BUNDLE_SECONDS = 5.0
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Done:
    """What a round did: letters set as PDF, mails tried, times that bundles were gone on with."""

    letters: int = 0
    mails: int = 0
    bundles: int = 0

    def __add__(self, other: Done) -> Done:
        return Done(
            self.letters + other.letters,
            self.mails + other.mails,
            self.bundles + other.bundles,
        )

    def __bool__(self) -> bool:
        return bool(self.letters or self.mails or self.bundles)


class Stop:
    """Whether the process was asked to end. A plain flag: a signal may come at any line."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self, *_: object) -> None:
        self.asked = True

    def __call__(self) -> bool:
        return self.asked

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.asked and time.monotonic() < end:
            time.sleep(LOOK_SECONDS)


def one_round(stop: Callable[[], bool] = lambda: False) -> Done:
    """Sweep, send what is due, set what is approved, and send that."""
    heartbeat.beat(Heartbeat.Kind.WORKER)
    found = sweep(grace=timedelta(0))
    mails, letters = _send(stop) if found.outbounds else 0, 0
    for letter in found.letters:
        if stop():
            break
        letters += _set(letter)
    return Done(letters, mails + _send(stop), _bundles(stop))


def _set(key: UUID) -> bool:
    """Set a letter or a digest. Returns whether it got on: a full disk leaves it as it was."""
    before = _at(key)
    prepare.prepare(key)
    return before is None or _at(key) != before


def _at(key: UUID) -> tuple[str, int] | None:
    return Letter.objects.filter(pk=key).values_list("state", "render_failures").first()


def _send(stop: Callable[[], bool]) -> int:
    mails = 0
    while tried := engine.deliver(stop=stop):
        mails += tried
    return mails


def _bundles(stop: Callable[[], bool]) -> int:
    """Go on with bundles for a while each: mail comes first, in the next round."""
    made = 0
    for key in bundles.to_ring():
        if stop():
            break
        bundles.work(key, seconds=BUNDLE_SECONDS)
        made += 1
    return made


class Command(BaseCommand):
    help = (
        "Deliver what is due, without Celery, until it is stopped. With --once: until nothing is "
        "due."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = Stop()
        if not options["once"]:
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, stop.ask)
            self.stdout.write(_("Delivering until it is stopped (Ctrl-C); --once stops by itself."))
            self.stdout.flush()
        done = self._rounds(stop, once=options["once"])
        letters = ngettext("%d letter set as PDF", "%d letters set as PDF", done.letters)
        mails = ngettext("%d mail tried", "%d mails tried", done.mails)
        self.stdout.write(f"{letters % done.letters}, {mails % done.mails}.")

    def _rounds(self, stop: Stop, *, once: bool) -> Done:
        all_done = Done()
        while not stop():
            done = one_round(stop)
            all_done += done
            if not done:
                if once:
                    break
                stop.wait(PAUSE_SECONDS)
        return all_done
