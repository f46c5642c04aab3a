"""Tell stories once in the lane's own process: every fork of it then has all at hand, as a worker
has that has worked for a while. Nothing of it is kept but what modules remember.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connections

from letters.delivery import gate, journal, mail
from tests.faults.databases import Databases
from tests.faults.fork import End
from tests.faults.run import Run
from tests.faults.scenarios import STORIES
from tests.faults.servers import Sink

TOLD = ("plain", "digest")


class Rehearsal(Run):
    """A run without processes of its own."""

    def do(
        self, function: Callable[..., Any], *arguments: Any, armed: bool = True,
        until: Callable[[], bool] | None = None,
    ) -> End:  # fmt: skip
        return End(result=function(*arguments))


def rehearse(folder: Path, databases: Databases, sink: Sink) -> None:
    """Tell them, and let go of what a fork must not share. What lives then is frozen.

    A fork that collects garbage would copy every page it looks at.
    """
    for story in TOLD:
        name = f"{folder.name}_{story}"
        with Rehearsal(name, folder / name, databases, sink) as run:
            STORIES[story](run)
            if problems := run.findings().problems:
                raise RuntimeError(f"The rehearsal fails: {problems}")
            journal.own().close()
            journal._own = None
            mail.transport().close()
    mail._server.cache_clear()
    gate.forget()
    connections.close_all()
    gc.collect()
    gc.freeze()
