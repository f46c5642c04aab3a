"""Where faults of whole processes happen: real gunicorn, Celery, Redis and PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connections
from environ import Env

from tests.faults.databases import Databases, databases
from tests.faults.pool import prepare
from tests.faults.servers import Sink
from tests.faults.site import Site
from tests.faults.stack import Postgres, Redis


@dataclass
class Place:
    """Where service faults happen: servers that live through several of them."""

    kind: str
    folder: Path
    databases: Databases
    sink: Sink
    redis: Redis
    postgres: Postgres | None
    number: int = 0

    @contextlib.contextmanager
    def site(self, *, sweep: int = 1, proxy: int = 0, broker: bool = True) -> Iterator[Site]:
        self.number += 1
        self.redis.client.flushall()
        name = f"site_{os.getpid()}_{self.number}"
        port = (proxy or self.redis.port) if broker else 0
        with Site(
            name, self.folder / name, self.databases, self.sink, redis=self.redis,
            redis_port=port, sweep_seconds=sweep,
        ) as site:  # fmt: skip
            yield site


@contextlib.contextmanager
def place(kind: str, folder: Path) -> Iterator[Place]:
    home = folder / f"services_{kind}"
    home.mkdir(parents=True)
    home.chmod(0o755)
    with contextlib.ExitStack() as stack:
        postgres = None
        if kind == "postgres":
            postgres = Postgres(home)
            postgres.start()
            stack.callback(postgres.kill)
        redis = Redis(home)
        redis.start()
        stack.callback(redis.kill)
        made = databases(kind, home, postgres.url if postgres else "")
        prepare(made, home)
        look_at(made)
        sink = Sink(home / "sink")
        stack.callback(sink.end)
        yield Place(kind, home, made, sink, redis, postgres)


def look_at(made: Databases) -> None:
    """Let this process, too, see databases of this kind: it began with another."""
    connections.close_all()
    config = {"default": Env.db_url_config(made.url())}
    if made.kind == "sqlite":
        config["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}
    settings.DATABASES = connections.configure_settings(config)
    settings.DATABASE_CLOCK = made.kind != "sqlite"
    connections.settings = settings.DATABASES
    del connections["default"]


def end(site: Site, *, window: bool = False) -> None:
    """Wait for the letters, stop everything, and let the checker look."""
    site.wait_until_sent()
    time.sleep(1.0)  # the writers' copies follow the letters
    site.over = True
    site.stop_services()
    connections.close_all()
    if window:
        site.in_flight |= {one.message_id for one in site.sink.arrivals(site.mark)}
    site.settle()
    found = site.findings()
    site.problems = found.problems
    site.result = {**vars(found), "restarts": site.restarts}
