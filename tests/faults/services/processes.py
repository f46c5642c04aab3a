"""Deploys and power cuts: F08, F30, F34."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from django.db import connection

from tests.faults.services.place import Place, end
from tests.faults.site import Site
from tools.console import ROOT


def f08(where: Place) -> Site:
    """Rolling restarts of a Celery worker under load: nothing is lost, it ends within 30 s."""
    with where.site() as site:
        site.start_all()
        load = site.load(20)
        for _ in range(10):
            took = site.worker_service.ask_to_end(35)
            if took > 30:
                site.problems.append(f"the worker took {took:.0f} s to end")
            site.worker_service.start()
            time.sleep(1.5)
        load.join()
        end(site)
    return site


def f30(where: Place) -> Site:
    """A migration that only adds runs while old code works on."""
    with where.site() as site:
        site.start_all()
        load = site.load(6)
        time.sleep(2)
        with connection.cursor() as cursor:
            for table in ("letters_outbound", "letters_letter", "letters_submission"):
                cursor.execute(f"ALTER TABLE {table} ADD COLUMN of_next_release integer NULL")
        command = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--noinput", "-v0"]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **site.env()}, check=True)
        load.join()
        if bad := [visit.status for visit in site.visits if visit.status >= 500]:
            site.problems.append(f"{len(bad)} requests were answered with {sorted(set(bad))}")
        end(site)
    return site


def f34(where: Place) -> Site:
    """Everything killed at once, several times: web, worker, beat, Redis, PostgreSQL."""
    with where.site() as site:
        site.start_all()
        load = site.load(10)
        for number in range(5):
            time.sleep(2.5 + number / 3)
            site.stop_services()
            where.redis.kill()
            if where.postgres:
                where.postgres.kill()
                where.postgres.start()
            where.redis.start()
            for service in site.services:
                service.start()
        load.join()
        end(site, window=True)
    return site
