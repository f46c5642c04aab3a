"""`make services-test`: the tests on a PostgreSQL and a Redis of their own.

Both servers listen on a free port of the loopback only, keep their data in a temporary
folder, and end with the tests, however those end.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tools import apt
from tools.children import Child, end
from tools.console import Refused, run_tool, say

STARTING_SECONDS = 30
# The tests kill processes, not the computer: what is written reaches the disk soon enough.
POSTGRES_OPTIONS = (
    "-c",
    "fsync=off",
    "-c",
    "max_connections=200",
    "-c",
    "listen_addresses=127.0.0.1",
)
REDIS_OPTIONS = ("--bind", "127.0.0.1", "--save", "", "--databases", "64")


def main() -> int:
    programs = find_programs()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(_public_folder()))
        database = stack.enter_context(postgres(programs, folder))
        redis = stack.enter_context(redis_server(programs, folder))
        return run_tests(database, redis)


def run_tests(database: str, redis: str) -> int:
    environ = {
        **os.environ,
        "SINCERELY_SERVICES": "1",
        # One key for the tests and the workers that they start: links in mails depend on it.
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": database,
        "CELERY_BROKER_URL": f"{redis}/0",
        "CACHE_URL": f"{redis}/1",
    }
    command = [sys.executable, "-m", "pytest", "-n", "auto", *sys.argv[1:]]
    tests = Child("tests", command, environ, stop_signal=signal.SIGINT)
    try:
        return tests.process.wait()
    finally:
        end([tests])


def find_programs() -> dict[str, str]:
    """Return where the servers are. Install what is missing, or refuse with the line for it."""
    if not (programs := _programs()):
        apt.provide("PostgreSQL or Redis is missing.", ["postgresql", "redis-server"])
        programs = _programs()
    if not programs:
        raise Refused("apt-get succeeded, yet PostgreSQL or Redis cannot be found.")
    return programs


def _programs() -> dict[str, str]:
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(versions, key=lambda path: float(path.parent.name), reverse=True)
    places = os.pathsep.join([*map(str, newest_first), os.environ["PATH"], "/usr/sbin", "/sbin"])
    found = {
        name: shutil.which(name, path=places) for name in ("initdb", "postgres", "redis-server")
    }
    return {name: path for name, path in found.items() if path} if all(found.values()) else {}


@contextlib.contextmanager
def _public_folder() -> Iterator[str]:
    """Make a folder that the user postgres may enter, too."""
    with tempfile.TemporaryDirectory(prefix="sincerely-services-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103
        yield folder


@contextlib.contextmanager
def postgres(programs: dict[str, str], folder: Path) -> Iterator[str]:
    """Run a PostgreSQL of our own. Give its address."""
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    home, password, port = folder / "postgres", secrets.token_hex(16), free_port()
    home.mkdir(mode=0o700)
    (home / "password").write_text(password)
    if user:
        for path in (home, home / "password"):
            shutil.chown(path, user, user)
    make = [programs["initdb"], "--pgdata", "data", "--username", "sincerely", "--no-sync"]
    make += ["--encoding", "UTF8", "--locale", "C.UTF-8"]
    make += ["--auth", "scram-sha-256", "--pwfile", "password"]
    made = Child("initdb", make, log=folder / "initdb.log", folder=home, user=user)
    if made.process.wait():
        raise Refused(made.last_words("initdb cannot make a PostgreSQL cluster."))
    run = [programs["postgres"], "-D", "data", "-k", str(home), "-p", str(port), *POSTGRES_OPTIONS]
    # SIGINT is PostgreSQL's fast shutdown: it doesn't wait for connections to close.
    log = folder / "postgres.log"
    with server(
        Child("PostgreSQL", run, log=log, folder=home, user=user, stop_signal=signal.SIGINT)
    ):
        yield f"postgres://sincerely:{password}@127.0.0.1:{port}/postgres"


@contextlib.contextmanager
def redis_server(programs: dict[str, str], folder: Path) -> Iterator[str]:
    """Run a Redis of our own. Give its address."""
    password, port = secrets.token_hex(16), free_port()
    run = [programs["redis-server"], "--port", str(port), "--requirepass", password, *REDIS_OPTIONS]
    with server(Child("Redis", run, log=folder / "redis.log", folder=folder)):
        yield f"redis://:{password}@127.0.0.1:{port}"


@contextlib.contextmanager
def server(child: Child) -> Iterator[None]:
    """Wait until a server says that it is ready, and end it after the block."""
    started = time.monotonic()
    try:
        while not any("ready to accept connections" in line.lower() for line in child.lines()):
            if child.process.poll() is not None or time.monotonic() - started > STARTING_SECONDS:
                raise Refused(child.last_words(f"{child.name} does not start."))
            time.sleep(0.1)
        say(f"{child.name} is ready ({time.monotonic() - started:.1f} s).")
        yield
    finally:
        end([child])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    run_tool(main)
