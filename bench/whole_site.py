"""A whole site on this computer as docs/self-hosting.md has it, with a campaign ready to be signed.

PostgreSQL (fsync on), Redis (AOF), gunicorn, a Celery worker, beat, and the sink for mail server.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.faults.servers import Sink
from tests.faults.stack import Postgres, Redis, Service, Web, beat, wait, worker
from tools.console import ROOT

SLUG = "keep-the-ban"
GOVERNMENTS = 12
TICK = os.sysconf("SC_CLK_TCK")


class WholeSite:
    """`nice` is the worker's: what a person waits for goes before what no one waits for."""

    def __init__(self, folder: Path, nice: int) -> None:
        folder.chmod(0o755)  # the user postgres passes through
        self.folder, self.started = folder, list[Service]()
        self.postgres = Postgres(folder, "-c", "fsync=on")
        self.redis = Redis(folder)
        self.sink = Sink(folder / "sink", options=["--no-fsync", "--plain"], keep=False)
        self.nice = nice

    def start_servers(self) -> None:
        """Start what holds data, and set the environment of everything that follows."""
        self._start(self.postgres)
        self._start(self.redis)
        self.redis.client.config_set("appendonly", "yes")
        os.environ.update(self._environ())

    def _environ(self) -> dict[str, str]:
        redis = f"redis://127.0.0.1:{self.redis.port}"
        return {
            "DJANGO_SETTINGS_MODULE": "bench.live_settings", "VAR_DIR": str(self.folder / "var"),
            "DATABASE_URL": self.postgres.url, "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "SECRET_KEY": secrets.token_urlsafe(50), "CELERY_BROKER_URL": f"{redis}/0",
            "CACHE_URL": f"{redis}/1", "OPERATOR_EMAIL": "", "FAILPOINTS": "", "C_FORCE_ROOT": "1",
        }  # fmt: skip

    def start_services(self) -> int:
        """Start web, worker and beat. Returns the port of the web server."""
        web = Web({}, self.folder / "web.log")
        web.command[web.command.index("--threads") + 1] = "8"
        work = worker({}, self.folder / "worker.log")
        work.command[:0] = ["nice", "-n", str(self.nice)]
        clock = beat({}, self.folder / "beat.log")
        clock.command += ["--schedule", str(self.folder / "beat"), "--pidfile="]
        for service in (web, work, clock):
            self._start(service)
        wait(lambda: b"ready." in work.log.read_bytes(), "worker")
        return web.port

    def _start(self, service: Service) -> None:
        service.start()
        self.started.append(service)

    def seconds_used(self) -> dict[str, float]:
        """Return the CPU time that each of the services has taken so far."""
        used = {one.name: one.process.pid for one in self.started if one.process}
        used["mail server"] = self.sink.process.pid
        tree = _children()
        return {name: _seconds(pid, tree) for name, pid in used.items()}

    def complaints(self) -> list[str]:
        """Return what the logs tell of errors."""
        lines = (line for one in self.started for line in one.log.read_text("utf-8", "replace").split("\n"))  # fmt: skip
        return [line[:300] for line in lines if " ERROR" in line or "Error:" in line]

    def end(self) -> None:
        for service in reversed(self.started):
            service.kill()
        self.sink.end()


def prepare() -> list[str]:
    """Fill the database with the starter campaign, live, without courtesy. Returns governments."""
    for command in (["migrate", "-v0"], ["load_starter", "-v0"]):
        subprocess.run([sys.executable, "-W", "ignore", "manage.py", *command], cwd=ROOT, check=True)  # fmt: skip
    from campaign.models import Campaign, Office, OfficeRoute
    from letters import queries

    Campaign.objects.filter(slug=SLUG).update(
        state=Campaign.State.LIVE, review=Campaign.Review.NONE, take_back_seconds=0, per_hour=0,
        office_hours=False, contact_email="help@bench.internal",
    )  # fmt: skip
    Office.objects.update(per_hour=0)
    for route in OfficeRoute.objects.all():
        OfficeRoute.objects.filter(pk=route.pk).update(email=f"office{route.pk}@gov.bench.internal")
    campaign = Campaign.objects.get(slug=SLUG)
    all_of_them = queries.governments_of(campaign)
    reachable = (one.iso2 for one in all_of_them if queries.draft(campaign, one).reachable)
    return [code for code, _ in zip(reachable, range(GOVERNMENTS), strict=False)]


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _children() -> dict[int, list[int]]:
    tree: dict[int, list[int]] = {}
    for pid in _processes():
        try:
            tree.setdefault(int(_stat(pid)[1]), []).append(pid)
        except OSError:  # it ended in this moment
            continue
    return tree


def _processes() -> Iterator[int]:
    return (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())


def _seconds(pid: int, tree: dict[int, list[int]]) -> float:
    """Return what a process and all below it took; those that ended are in their parents' sum."""
    try:
        own = sum(int(ticks) for ticks in _stat(pid)[11:15]) / TICK
    except OSError:
        return 0.0
    return own + sum(_seconds(child, tree) for child in tree.get(pid, []))
