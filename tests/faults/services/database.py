"""What befalls PostgreSQL: F14, F17."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from django.db import connection, connections

from tests.faults.services.place import Place, end
from tests.faults.site import Site
from tools.console import ROOT


def f14(where: Place) -> Site:
    """PostgreSQL crashes and comes back under load, again and again."""
    assert where.postgres is not None
    with where.site() as site:
        site.start_all()
        load = site.load(12)
        for _ in range(5):
            time.sleep(2.0)
            where.postgres.signal(signal.SIGQUIT)  # immediate shutdown
            assert where.postgres.process is not None
            where.postgres.process.wait()
            time.sleep(0.5)
            where.postgres.start()
        load.join()
        statuses = {visit.status for visit in site.visits}
        if not statuses <= {0, 200, 302, 503}:
            site.problems.append(f"requests were answered with {sorted(statuses)}")
        end(site, window=True)
    return site


def f17(where: Place) -> Site:
    """A commit that is answered for is on the disk, and a server that forgets is refused."""
    assert where.postgres is not None
    with where.site() as site:
        site.start_all()
        load = site.load(6)
        time.sleep(3)
        where.postgres.kill()
        where.postgres.start()
        load.join()
        if said := _check_with(site, "synchronous_commit"):
            site.problems.append(f"our sessions do not ask for commits that are kept: {said}")
        if "fsync=off" not in _check_with(site, "fsync"):
            site.problems.append("fsync=off is not refused by `manage.py check`")
        end(site, window=True)
    return site


def _check_with(site: Site, name: str) -> str:
    """Return what the check at every start says while the server has this setting off."""
    _tell_server(f"ALTER SYSTEM SET {name} = off")
    try:
        command = [sys.executable, "-W", "ignore", "manage.py", "check", "--database", "default"]
        env = {**os.environ, **site.env()}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
        return done.stderr if done.returncode else ""
    finally:
        _tell_server(f"ALTER SYSTEM RESET {name}")


def _tell_server(statement: str) -> None:
    connections.close_all()  # the server was killed since
    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("SELECT pg_reload_conf()")
