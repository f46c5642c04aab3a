"""Faults of whole processes and servers, with real gunicorn, Celery, Redis and PostgreSQL."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections
from environ import Env
from redis import RedisError

from tests.faults import tricks
from tests.faults.databases import Databases, databases
from tests.faults.pool import Job, prepare
from tests.faults.servers import Proxy, Sink
from tests.faults.site import Site, p95
from tests.faults.stack import Postgres, Redis, wait
from tools.console import ROOT


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


# --- the faults ------------------------------------------------------------------------------------


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


def f10(where: Place) -> Site:
    """Redis flushed, killed without AOF, away, full: signing goes on, nothing is lost."""
    with where.site() as site:
        site.start_all()
        site.load(2).join()
        site.visits.clear()
        load = site.load(15)
        _trouble_redis(where)
        load.join()
        slow = p95(site.visits)
        if slow > 1.0:
            site.problems.append(f"requests took {slow:.2f} s (p95) while Redis was in trouble")
        if bad := [visit.status for visit in site.visits if visit.status >= 500]:
            site.problems.append(f"{len(bad)} requests were answered with {sorted(set(bad))}")
        end(site)
    return site


def _trouble_redis(where: Place) -> None:
    client = where.redis.client
    for _ in range(3):
        time.sleep(1)
        client.flushall()
    where.redis.kill()
    time.sleep(4)
    where.redis.start()
    time.sleep(2)
    client.config_set("maxmemory", "1mb")
    client.config_set("maxmemory-policy", "noeviction")
    time.sleep(3)
    client.config_set("maxmemory", "0")


def f11(where: Place) -> Site:
    """Redis accepts connections and says nothing: the bell gives up, the request does not wait."""
    proxy = Proxy(where.redis.port)
    try:
        with where.site(proxy=proxy.port) as site:
            site.start_all()
            site.load(1).join()
            proxy.set(timeout=True)
            site.visits.clear()
            persons = [site.person(number) for number in range(5)]
            for person in persons:
                site.sign_by_web(person)
            slowest = max(visit.seconds for visit in site.visits)
            if slowest > 1.0:
                site.problems.append(f"a request took {slowest:.2f} s while Redis hung")
            proxy.set()
            for person in persons:
                site.confirm_by_web(person)
            end(site)
    finally:
        proxy.end()
    return site


def f13(where: Place) -> Site:
    """Unknown, old and broken messages in the queue: ignored, the work is done all the same."""
    with where.site() as site:
        site.start_all()
        queue = "celery"
        for garbage in ("not json", "{}", json.dumps({"body": "e30=", "headers": {}})):
            where.redis.client.lpush(queue, garbage)
        send = "from campaign.celery import app\n"
        send += "app.send_task('letters.deliver_old', args=['x'])\n"
        send += "app.send_task('letters.deliver', args=['no-uuid'])\n"
        send += "app.send_task('letters.deliver', args=['a', 'b', 'c'], kwargs={'d': 1})\n"
        subprocess.run([sys.executable, "-W", "ignore", "-c", send], cwd=ROOT, env={**os.environ, **site.env()}, check=True)  # fmt: skip
        site.load(3).join()
        if not site.worker_service.alive:
            site.problems.append("the worker ended")
        end(site)
    return site


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
    """A commit that is answered for is on the disk: settings that say otherwise are refused."""
    assert where.postgres is not None
    with where.site() as site:
        site.start_all()
        load = site.load(6)
        time.sleep(3)
        where.postgres.kill()
        where.postgres.start()
        load.join()
        with connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM SET synchronous_commit = off")
            cursor.execute("SELECT pg_reload_conf()")
        try:
            command = [
                sys.executable,
                "-W",
                "ignore",
                "manage.py",
                "check",
                "--database",
                "default",
            ]
            env = {**os.environ, **site.env()}
            done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
            if done.returncode == 0 or "synchronous_commit" not in done.stderr:
                site.problems.append("synchronous_commit=off is not refused by `manage.py check`")
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER SYSTEM RESET synchronous_commit")
                cursor.execute("SELECT pg_reload_conf()")
        end(site, window=True)
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


FAULTS: dict[str, tuple[str, Callable[[Place], Site], tuple[str, ...]]] = {
    "F08s": ("rolling restart of a Celery worker", f08, ("sqlite", "postgres")),
    "F10": ("Redis flushed, killed, away, full", f10, ("sqlite", "postgres")),
    "F11": ("Redis hangs", f11, ("sqlite", "postgres")),
    "F13": ("odd messages in the queue", f13, ("sqlite", "postgres")),
    "F14": ("PostgreSQL crashes five times under load", f14, ("postgres",)),
    "F17": ("power cut of PostgreSQL; unsafe settings refused", f17, ("postgres",)),
    "F30": ("an adding migration under load", f30, ("sqlite", "postgres")),
    "F34s": ("all processes killed at once, five times", f34, ("sqlite", "postgres")),
}


# --- recovery times ----------------------------------------------------------------------------------


def lost_bell(where: Place) -> tuple[Site, float]:
    """From a sign POST whose bell got lost to the mail in the sink. Shipped settings."""
    with where.site(sweep=15) as site:
        site.start_all()
        person = site.person(1)
        site.web.env["CELERY_BROKER_URL"] = "redis://127.0.0.1:9/0"  # nobody hears the bell
        site.web.kill()
        site.web.start()
        site.sign_by_web(person)
        took = wait(lambda: site.link(person), "the mail", 90)
        site.confirm_by_web(person)
        end(site)
    return site, took


def dead_sender(where: Place) -> tuple[Site, float]:
    """From a worker's death with mails in its hands to the last of them in the sink."""
    with where.site(sweep=15) as site:
        site.worker_service.env["FAILPOINTS"] = "send.after_rcpt=kill@3"
        persons = [site.person(number) for number in range(20)]
        site.surely(tricks.confirmed_letters, [(p.name, p.email, p.words) for p in persons])
        site.confirmed += persons
        site.start_all()
        wait(lambda: site.fired, "the death of the sender", 60)
        site.worker_service.kill()
        site.worker_service.start()
        took = site.wait_until_sent(150)
        end(site)
    return site, took


def redis_back(where: Place) -> tuple[Site, float]:
    """From Redis being back, after ten seconds away, to the last letter in the sink."""
    with where.site(sweep=15) as site:
        site.start_all()
        site.load(2).join()
        where.redis.kill()
        persons = [site.person(number) for number in range(5)]
        for person in persons:
            site.sign_by_web(person)
        time.sleep(10)
        where.redis.start()
        took = wait(lambda: all(site.link(person) for person in persons), "the mails", 150)
        for person in persons:
            site.confirm_by_web(person)
        end(site)
    return site, took


def database_back(where: Place) -> tuple[Site, float]:
    """From PostgreSQL being back to the first sign POST taken and its mail in the sink."""
    assert where.postgres is not None
    with where.site(sweep=15) as site:
        site.start_all()
        site.load(2).join()
        where.postgres.signal(signal.SIGQUIT)
        assert where.postgres.process is not None
        where.postgres.process.wait()
        time.sleep(5)
        where.postgres.start()
        connections.close_all()
        person, started = site.person(7), time.monotonic()
        site.sign_by_web(person)
        wait(lambda: site.link(person), "the mail", 90)
        took = time.monotonic() - started
        site.confirm_by_web(person)
        end(site, window=True)
    return site, took


RECOVERIES: dict[str, tuple[Callable[[Place], tuple[Site, float]], float, tuple[str, ...]]] = {
    "lost doorbell": (lost_bell, 30, ("sqlite", "postgres")),
    "dead sender": (dead_sender, 60, ("sqlite", "postgres")),
    "Redis back": (redis_back, 60, ("sqlite", "postgres")),
    "database back": (database_back, 10, ("postgres",)),
}


def jobs(section: str, kind: str) -> list[Job]:
    table: dict[str, Any] = FAULTS if section == "faults" else RECOVERIES
    return [
        {"section": section, "database": kind, "fault": name, "case": _case(table[name]), "seed": 1}
        for name in table if kind in table[name][2]
    ]  # fmt: skip


def _case(entry: tuple[Any, ...]) -> str:
    return str(entry[0]) if isinstance(entry[0], str) else f"at most {entry[1]} s"


def befall(where: Place, job: Job) -> Job:
    """Do one job. Whatever breaks in the bench itself is a problem, too."""
    started = time.monotonic()
    answer = dict(job)
    try:
        if job["section"] == "faults":
            site = FAULTS[job["fault"]][1](where)
        else:
            measure, limit, _ = RECOVERIES[job["fault"]]
            site, took = measure(where)
            answer["took"] = round(took, 1)
            if took > limit:
                site.problems.append(f"took {took:.1f} s, {limit} s at most")
        answer |= {**site.result, "problems": site.problems}
    except (TimeoutError, subprocess.SubprocessError, OSError, RuntimeError, RedisError) as error:
        answer["problems"] = [f"{type(error).__name__}: {error}"]
    for path in where.sink.kept.glob("*.eml"):
        path.unlink()
    answer["seconds"] = round(time.monotonic() - started, 1)
    return answer
