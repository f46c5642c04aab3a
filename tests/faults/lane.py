"""A lane: one process that does run after run, one job a line from its standard input.

It has imported everything and told a story itself, so that a fork of it starts at once.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any


def main(kind: str, place: str, server: str) -> None:
    folder = Path(place)
    os.environ["VAR_DIR"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.faults.settings"
    from tests.faults.databases import databases

    made = databases(kind, folder.parent, server)
    os.environ["DATABASE_URL"] = made.url()
    import django

    django.setup()
    from tests.faults import jobs

    answers = os.fdopen(os.dup(1), "w")
    with (folder / "log").open("ab") as log:  # nothing but answers may go to the first
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    lane = jobs.Lane(folder, made)
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        job: dict[str, Any] = json.loads(line)
        started = time.monotonic()
        try:
            result = lane.run(job)
        except Exception:
            result = {"problems": [f"the bench: {traceback.format_exc()[-700:]}"]}
        result["seconds"] = round(time.monotonic() - started, 2)
        print(json.dumps({**job, **result}), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:4])
