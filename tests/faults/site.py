"""A site of real processes, and the visitors that keep it busy."""

from __future__ import annotations

import http.client
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import connections

from letters.enums import LetterState
from letters.models import Letter
from tests.faults.people import KEY
from tests.faults.run import LINK, Person, Run
from tests.faults.stack import Redis, Service, Web, beat, wait, worker


@dataclass
class Visit:
    """One request as its visitor saw it. Status 0: the connection broke."""

    status: int
    seconds: float
    at: float


@dataclass
class Site(Run):
    """A run whose processes are the real ones. `redis_port` may be a proxy's."""

    redis: Redis | None = None
    redis_port: int = 0
    sweep_seconds: int = 1
    services: list[Service] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)
    restarts: int = 0
    over: bool = False

    def __enter__(self) -> Site:
        super().__enter__()
        env = self.env()
        logs = self.folder
        self.web = Web(env, logs / "web.log")
        self.worker_service = worker(env, logs / "worker.log")
        self.beat = beat(env, logs / "beat.log")
        self.services = [self.web, self.worker_service, self.beat]
        return self

    def __exit__(self, *exception: object) -> None:
        self.over = True
        self.stop_services()
        super().__exit__(*exception)

    def env(self) -> dict[str, str]:
        broker = f"redis://127.0.0.1:{self.redis_port}/0" if self.redis_port else ""
        return {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings", "VAR_DIR": str(self.folder),
            "DATABASE_URL": self.databases.url(self.name), "EMAIL_URL": settings.EMAIL_URL,
            "SECRET_KEY": settings.SECRET_KEY, "CELERY_BROKER_URL": broker,
            "CACHE_URL": f"redis://127.0.0.1:{self.redis_port}/1" if self.redis_port else "",
            "SWEEP_SECONDS": str(self.sweep_seconds), "RECONCILE": settings.RECONCILE,
            "FAILPOINTS": "", "PAGE_CACHE_SECONDS": "0",
        }  # fmt: skip

    def start_all(self) -> None:
        for service in self.services:
            service.start()
        threading.Thread(target=self._look_after_services, daemon=True).start()
        self.wait_for_workers()

    def _look_after_services(self) -> None:
        """Start again what ended by itself, as systemd and compose.yml do."""
        while not self.over:
            for service in self.services:
                if service.wanted and not service.alive and not self.over:
                    self.restarts += 1
                    service.start()
            time.sleep(0.5)

    def wait_for_workers(self) -> None:
        log = self.worker_service.log
        wait(lambda: b"ready." in log.read_bytes()[-20_000:], "worker")

    # --- visitors -------------------------------------------------------------------------------
    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
        """Ask as a browser does. Returns status and body; status 0 if the connection broke."""
        started = time.monotonic()
        status, said = 0, ""
        connection = http.client.HTTPConnection("127.0.0.1", self.web.port, timeout=20)
        try:
            headers = (
                {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
            )
            connection.request(method, path, urlencode(body) if body is not None else None, headers)
            answer = connection.getresponse()
            status, said = answer.status, answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
            self.visits.append(Visit(status, time.monotonic() - started, started))
        return status, said

    def sign_by_web(self, person: Person, *, tries: int = 60) -> bool:
        """Sign as a patient visitor: again with the same form until an answer comes."""
        data: dict[str, Any] | None = None
        for _ in range(tries):
            if data is None:
                status, page = self.ask("GET", "/en/bench/")
                found = KEY.search(page) if status == 200 else None
                data = self._filled(person, found[1]) if found else None
            elif self.ask("POST", "/en/bench/", data)[0] in (302, 303):
                return True
            if data is None or self.visits[-1].status not in (200,):
                time.sleep(0.25)
        self.problems.append("a visitor could not sign")
        return False

    @staticmethod
    def _filled(person: Person, key: str) -> dict[str, Any]:
        return {
            "government": "XA", "name": person.name, "email": person.email, "country": "EE",
            "town": "Tartu", "words": person.words, "consent": "on", "action": "sign", "form_key": key,
        }  # fmt: skip

    def confirm_by_web(self, person: Person, *, seconds: float = 60) -> bool:
        try:
            wait(lambda: self.link(person), "the mail with the link", seconds)
        except TimeoutError as error:
            self.problems.append(str(error))
            return False
        path = urlsplit(self.link(person)).path
        for _ in range(60):
            if self.ask("POST", path, {})[0] in (302, 303, 200, 409):
                self.confirmed.append(person)
                return True
            time.sleep(0.25)
        self.problems.append("a visitor could not confirm")
        return False

    def link(self, person: Person) -> str:
        for path in sorted(self.sink.kept.glob("*.eml")):
            said = path.read_bytes()
            if person.email.encode() in said[:2000] and b"/confirm/" in said:
                text = said.replace(b"=\r\n", b"").decode("utf-8", "replace").replace("=3D", "=")
                if found := LINK.search(text):
                    return found[0]
        return ""

    def load(self, count: int, pause: float = 0.0) -> threading.Thread:
        """Let people sign and confirm one after the other, in the background."""
        persons = [self.person(1000 + len(self.confirmed) + n) for n in range(count)]

        def visit() -> None:
            for person in persons:
                if self.sign_by_web(person):
                    self.confirm_by_web(person)
                time.sleep(pause)

        thread = threading.Thread(target=visit, daemon=True)
        thread.start()
        return thread

    def all_sent(self) -> bool:
        sent = Letter.objects.filter(state=LetterState.SENT).count()
        return sent >= len(self.confirmed)

    def wait_until_sent(self, seconds: float = 90) -> float:
        """Wait until every confirmed letter is sent. Returns how long it took."""
        try:
            return wait(self._all_sent_if_known, "all letters sent", seconds)
        except TimeoutError as error:
            self.problems.append(str(error))
            return seconds

    def _all_sent_if_known(self) -> bool:
        try:
            return self.all_sent()
        except Exception:  # the database is away
            connections.close_all()
            return False

    def stop_services(self) -> None:
        for service in reversed(self.services):
            service.kill()


def p95(visits: list[Visit]) -> float:
    ordered = sorted(visit.seconds for visit in visits)
    return ordered[int(len(ordered) * 0.95)] if ordered else 0.0
