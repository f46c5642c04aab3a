"""What a person at a terminal is told when a command cannot go on."""

from __future__ import annotations

import os
import select
import sys

from django.db import OperationalError, connection


def database_away(error: OperationalError) -> str:
    """Return one sentence if no connection was made. Anything else is raised again.

    It never quotes DATABASE_URL, which holds a password; the driver's own words don't.
    """
    if connection.connection is not None:
        raise error
    place = connection.settings_dict
    where = place["NAME"]
    if place["HOST"]:
        where = f"{place['HOST']}:{place['PORT'] or 'its usual port'}"
    said = str(error).strip().partition("\n")[0]
    return f"The database of DATABASE_URL ({where}) cannot be reached: {said}"


def end_without_a_reader(error: BrokenPipeError) -> None:
    """End quietly if who read our output has gone (`… | head`); raise what another pipe said."""
    watched = select.poll()
    watched.register(sys.stdout.fileno(), select.POLLOUT)
    if not any(event & select.POLLERR for _, event in watched.poll(0)):
        raise error
    # What is still buffered would raise once more when Python ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(1) from None
