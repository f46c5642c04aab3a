"""The real processes, each by its own pid: PostgreSQL, Redis, web, workers, beat, deliver.

All listen on the loopback, write their logs into the site's folder, and die with us.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
import redis

from tools.children import _dying_with
from tools.console import ROOT
from tools.services import find_programs, free_port

START_SECONDS = 60.0


class Service:
    """A command that can be started, signalled and started again. It leads its own group."""

    def __init__(
        self, name: str, command: Sequence[str], env: dict[str, str], log: Path, *,
        folder: Path = ROOT, user: str | None = None,
    ) -> None:  # fmt: skip
        self.name, self.command, self.env, self.log = name, list(command), env, log
        self.folder, self.user = folder, user
        self.process: subprocess.Popen[bytes] | None = None
        self.wanted = False

    def start(self) -> None:
        self.wanted = True
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, env={**os.environ, **self.env}, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, user=self.user, group=self.user,
                extra_groups=[] if self.user else None,
                preexec_fn=_dying_with(os.getpid(), signal.SIGKILL),
            )  # fmt: skip

    def signal(self, number: signal.Signals, *, group: bool = False) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                (os.killpg if group else os.kill)(self.process.pid, number)

    def kill(self) -> None:
        """End it and all it started, at once."""
        self.wanted = False
        self.signal(signal.SIGKILL, group=True)
        if self.process is not None:
            self.process.wait()

    def ask_to_end(self, seconds: float) -> float:
        """Ask it to end (SIGTERM). Returns how long it took. Raises TimeoutExpired."""
        assert self.process is not None
        self.wanted = False
        started = time.monotonic()
        self.signal(signal.SIGTERM)
        self.process.wait(seconds)
        return time.monotonic() - started

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


def wait(true: Callable[[], object], what: str, seconds: float = START_SECONDS) -> float:
    """Wait until something is so. Returns how long it took. Raises TimeoutError."""
    started = time.monotonic()
    while not true():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.05)
    return time.monotonic() - started


class Postgres(Service):
    """A cluster that may be crashed."""

    def __init__(self, folder: Path, *options: str) -> None:
        user = "postgres" if os.geteuid() == 0 else None
        programs, home, self.port = find_programs(), folder / "postgres", free_port()
        home.mkdir(mode=0o700, parents=True)
        if user:
            shutil.chown(home, user, user)
        make = [programs["initdb"], "--pgdata", "data", "--username", "sincerely", "--no-sync"]
        make += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"]
        subprocess.run(make, cwd=home, user=user, group=user, check=True, capture_output=True)
        run = [programs["postgres"], "-D", "data", "-k", str(home), "-p", str(self.port)]
        # As it is shipped: what it says is on the disk must be there after a crash.
        run += ["-c", "max_connections=200", "-c", "listen_addresses=127.0.0.1", *options]
        super().__init__("PostgreSQL", run, {}, folder / "postgres.log", folder=home, user=user)
        self.url = f"postgres://sincerely@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            (self.folder / "data" / "postmaster.pid").unlink()
        super().start()
        wait(self.answers, "PostgreSQL")

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


class Redis(Service):
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        run = [find_programs()["redis-server"], "--port", str(self.port), "--bind", "127.0.0.1"]
        run += ["--save", "", "--appendonly", "no"]
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__("Redis", run, {}, folder / "redis.log", folder=folder)
        self.client = redis.Redis(port=self.port, socket_timeout=5)

    def start(self) -> None:
        super().start()
        wait(self.answers, "Redis")

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False


class Web(Service):
    def __init__(self, env: dict[str, str], log: Path) -> None:
        self.port = free_port()
        run = [sys.executable, "-W", "ignore", "-m", "gunicorn", "campaign.wsgi:application"]
        run += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--log-level", "warning"]  # fmt: skip
        run += ["--bind", f"127.0.0.1:{self.port}", "--no-control-socket"]
        super().__init__("web", run, env, log)

    def start(self) -> None:
        super().start()
        wait(self.listens, "web")

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def worker(env: dict[str, str], log: Path, number: int = 1) -> Service:
    run = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "campaign", "worker"]
    run += ["--loglevel", "INFO", "--concurrency", "2", "--hostname", f"w{number}@%h"]
    return Service(f"worker {number}", run, {**env, "C_FORCE_ROOT": "1"}, log)


def beat(env: dict[str, str], log: Path) -> Service:
    run = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "campaign", "beat"]
    return Service("beat", [*run, "--loglevel", "WARNING"], env, log)
