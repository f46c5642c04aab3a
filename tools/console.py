"""How the tools speak and stop: plain sentences, signs of life, never a traceback."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
SIGN_OF_LIFE_SECONDS = 10
WIDTH = 79


class Refused(Exception):
    """What is wrong and what to do, for the person at the keyboard. The tool ends with 1."""


def say(text: str) -> None:
    print(text, flush=True)


def run_tool(main: Callable[[], int]) -> NoReturn:
    """Run a tool's main function; whatever stops it is told in words."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A shell starts background jobs with SIGINT ignored: take it back. nohup keeps its word.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)
    try:
        code = main()
    except Refused as refusal:
        print(refusal, file=sys.stderr, flush=True)
        code = 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr, flush=True)
        code = 130
    except OSError as error:
        print(f"{error.strerror}: {error.filename}", file=sys.stderr, flush=True)
        code = 1
    raise SystemExit(code)


def _interrupt(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def fitting(line: str) -> str:
    """Return a line that fits the terminal: cut at a word, and seen to be cut."""
    if len(line) <= WIDTH:
        return line
    short = line[: WIDTH - 1]
    if " " in short.strip() and not line[WIDTH - 1].isspace():
        short = short.rpartition(" ")[0]
    return short.rstrip() + "…"


class Status:
    """One line about work in progress: rewritten on a terminal, repeated now and then in a log."""

    def __init__(self, label: str, *, announced: bool = True) -> None:
        self.label = label
        self.started = self.shown = time.monotonic()
        self.on_terminal = sys.stdout.isatty()
        if announced:
            say(f"{label} …")

    def update(self, detail: str) -> None:
        now = time.monotonic()
        line = fitting(f"  {now - self.started:3.0f} s  {detail or self.label}")
        if self.on_terminal:
            print(f"\r\033[K{line}", end="", flush=True)
        elif now - self.shown >= SIGN_OF_LIFE_SECONDS:
            self.shown = now
            say(line)

    def close(self) -> None:
        if self.on_terminal:
            print("\r\033[K", end="", flush=True)
