"""Set up what a command needs: `python3 -m tools.setup demo|run|dev|browser`.

`demo` is `run` after a look at HOST and PORT: nobody waits for an installation in vain. Runs on the system's Python and on nothing else, and returns at once when all is there.
"""

from __future__ import annotations

import os
import platform
import sys
import time

from tools import native, place, venv
from tools.console import Refused, run_tool, say

OLDEST_PYTHON = (3, 11)
DEMO = "demo"


def main(arguments: list[str] | None = None) -> int:
    wanted = _wanted(sys.argv[1:] if arguments is None else arguments)
    check_python(tuple(sys.version_info[:2]))
    if wanted == DEMO:
        place.check_world(os.environ)
        place.check_port(place.place_from(os.environ))
        wanted = "run"
    native.ensure()
    if venv.up_to_date(wanted):
        return 0
    started = time.monotonic()
    venv.build(wanted)
    say(f"Set up in {time.monotonic() - started:.0f} s.")
    return 0


def _wanted(arguments: list[str]) -> str:
    known = (DEMO, *venv.SETS)
    if len(arguments) == 1 and arguments[0] in known:
        return arguments[0]
    raise Refused(f"Usage: python3 -m tools.setup {'|'.join(known)}")


def check_python(version: tuple[int, ...]) -> None:
    if version < OLDEST_PYTHON:
        raise Refused(
            f"Sincerely needs Python 3.11 or newer; {sys.executable} is "
            f"{platform.python_version()}. Another one is chosen by: make demo PYTHON=python3.13"
        )


if __name__ == "__main__":
    run_tool(main)
