"""One run: a site of its own (database, files, time), its processes, and what befell them.

The run itself is the supervisor: it starts a supporter's request or a worker as a fork, starts
it again when it died, moves time on when everything waits, and wakes up zombies at the end.
"""

from __future__ import annotations

import email
import os
import random
import re
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections
from django.test.utils import override_settings

from campaign.models import Campaign
from letters import clock, failpoints, form_key
from tests.faults import desk, people
from tests.faults.checker import Findings, check, in_flight, next_moment
from tests.faults.databases import Databases
from tests.faults.fork import End, Fork
from tests.faults.servers import Sink

LONG_STOP_SECONDS = 20 * 60
# How long one waits for another's lock. A stopped process holds its own for ever.
LOCK_SECONDS = 2
LOCK_TIMEOUT = re.compile(r"lock_timeout=\w+")
HALF_A_MINUTE = 30.0
ROUNDS = 80
TRIES = 6
SHORT_MAIL_SECONDS = {
    "connect": 1.0, "session": 2.0, "command": 1.0, "end_of_data": 1.0, "mail": 5.0,
}  # fmt: skip
LINK = re.compile(r"https?://[^\s<>\"]+/(?:confirm|letter)/[^\s<>\"]+")


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    words: str


@dataclass
class Run:
    """`failpoint` as FAILPOINTS wants it, or empty. `reconcile`: ask the ledger."""

    name: str
    folder: Path
    databases: Databases
    sink: Sink
    seed: int = 1
    failpoint: str = ""
    reconcile: bool = False
    travelled: float = 0
    zombies: list[Fork] = field(default_factory=list)
    confirmed: list[Person] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    in_flight: set[str] = field(default_factory=set)
    faults: int = 0
    erased: bool = False
    at_rest: bool = True
    most_extra: int | None = None
    worker: Callable[[], None] = people.work_once
    expected: set[str] = field(default_factory=set)
    passed: dict[str, int] = field(default_factory=dict)

    # --- the site -----------------------------------------------------------------------------
    def __enter__(self) -> Run:
        self.folder.mkdir(parents=True)
        self.random = random.Random(self.seed)
        self.sink.forget()
        self.mark = self.sink.mark()
        self.database = self.databases.copy(self.name)
        self._settings = override_settings(**self._own_settings())
        self._settings.enable()
        self._name_before = settings.DATABASES["default"]["NAME"]
        self._use(self.database)
        return self

    def __exit__(self, *exception: object) -> None:
        for zombie in self.zombies:
            zombie.kill()
        connections.close_all()
        self._use(self._name_before)
        self._settings.disable()
        self.databases.drop(self.name)
        if not self.problems and exception[0] is None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _own_settings(self) -> dict[str, Any]:
        storages: dict[str, Any] = settings.STORAGES
        options = {**storages["default"]["OPTIONS"], "location": self.folder / "letters"}
        return {
            "VAR_DIR": self.folder,
            "MAILBOX_DIR": self.folder / "mailbox",
            "STORAGES": {**storages, "default": {**storages["default"], "OPTIONS": options}},
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "RECONCILE": f"sink:{self.sink.path}" if self.reconcile else "",
            "MAIL_SECONDS": SHORT_MAIL_SECONDS,
        }

    def use_port(self, port: int) -> None:
        """From now on the site's mail server is the one at `port`."""
        self.use(EMAIL_URL=f"smtp://127.0.0.1:{port}")

    @staticmethod
    def use(**changes: Any) -> None:
        """Change settings for all processes that start from now on."""
        for name, value in changes.items():
            setattr(settings, name, value)

    def back_up(self) -> str:
        connections.close_all()
        return self.databases.save(self.name)

    def restore(self, backup: str) -> None:
        connections.close_all()
        self.databases.restore(backup, self.name)

    @staticmethod
    def _use(name: str) -> None:
        connections.close_all()
        own = connections["default"].settings_dict
        own["NAME"] = name
        options = own["OPTIONS"]
        if "timeout" in options:
            options["timeout"] = LOCK_SECONDS
        if "options" in options:
            options["options"] = LOCK_TIMEOUT.sub(
                f"lock_timeout={LOCK_SECONDS}s", options["options"]
            )
        clock._anchor = None

    # --- processes ----------------------------------------------------------------------------
    def start(self, function: Callable[..., Any], *arguments: Any, armed: bool = True) -> Fork:
        """Start a process of the site. Not `armed`: no fault may befall it."""
        connections.close_all()
        seed = self.random.random()
        self.folder.joinpath("failpoints", "passed").unlink(missing_ok=True)

        def live() -> Any:
            os.environ["FAILPOINTS"] = self.failpoint if armed else ""
            failpoints._passed.clear()
            random.seed(seed)
            return function(*arguments)

        return Fork(live, log=self.folder / "log")

    def do(
        self, function: Callable[..., Any], *arguments: Any, armed: bool = True,
        until: Callable[[], bool] | None = None,
    ) -> End:  # fmt: skip
        fired = self.fired
        process = self.start(function, *arguments, armed=armed)
        end = process.wait(until=until)
        self._remember_places()
        if end.hung:
            self.problems.append(f"{function.__name__} hung")
        if end.stopped:
            self.zombies.append(process)
        if end.stopped or end.signal or end.code or self.fired != fired:
            self.note_fault()
        if end.stopped:
            self.travel(LONG_STOP_SECONDS)
        return end

    def _remember_places(self) -> None:
        """Keep how often each place was passed at most by one process."""
        path = self.folder / "failpoints" / "passed"
        for place, times in Counter(path.read_text().split() if path.exists() else ()).items():
            self.passed[place] = max(times, self.passed.get(place, 0))

    def surely(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Do what no fault may befall: the bench's own steps."""
        end = self.do(function, *arguments, armed=False)
        if not end.good:
            raise RuntimeError(f"{function.__name__}: {end}\n{self.log()[-3000:]}")
        return end.result

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def fired(self) -> bool:
        return any((self.folder / "failpoints").glob("fired-*"))

    def note_fault(self) -> None:
        """Remember what was on its way in this moment: only that may arrive twice (I2)."""
        self.faults += 1
        arrived = {arrival.message_id for arrival in self.sink.arrivals(self.mark)}
        self.in_flight |= in_flight(arrived)

    # --- time ---------------------------------------------------------------------------------
    def travel(self, seconds: float) -> None:
        self.travelled += max(0.0, seconds)
        part = self.folder / "travelled.part"
        part.write_text(str(self.travelled))
        part.rename(self.folder / "travelled")

    # --- supporters ---------------------------------------------------------------------------
    def person(self, number: int) -> Person:
        name = f"Mari Tamm {self.random.choice(('Õun', 'Ängström', 'Nguyễn'))}"
        return Person(
            name, f"mari{number}.{self.name}@people.bench.internal", f"My field no. {number}."
        )

    def sign(self, person: Person, **changes: Any) -> bool:
        """Fill in the form and press until an answer comes. Returns whether it was taken."""
        return self.press("/en/bench/", self.form(person, **changes))

    def form(self, person: Person, **changes: Any) -> dict[str, Any]:
        """Fill in the form of a page that was opened when all was well."""
        data = {
            "government": "XA", "name": person.name, "email": person.email, "country": "EE",
            "town": "Tartu", "words": person.words, "consent": "on", "action": "sign", **changes,
        }  # fmt: skip
        return {**data, "form_key": form_key.new_key(Campaign.objects.get())}

    def press(self, path: str, data: dict[str, Any]) -> bool:
        for _ in range(TRIES):
            end = self.do(people.post, path, data)
            if end.good and end.result[0] < 500:
                if end.result[0] not in (302, 303):
                    self.problems.append(f"POST {path} was answered with {end.result[0]}")
                return bool(end.result[0] in (302, 303))
            self.note_fault()
            if self.zombies and not end.stopped:
                self.wake()
        self.problems.append(f"POST {path} failed {TRIES} times")
        return False

    def confirm(self, person: Person) -> bool:
        """Open the link in the mail and press."""
        mails = [mail for mail in self.mails(person.email) if "/confirm/" in _body(mail)]
        if not mails:
            self.problems.append("no mail with the link arrived")
            return False
        if taken := self.press(_link(mails[-1]), {}):
            self.confirmed.append(person)
        return taken

    def press_link(self, person: Person) -> int:
        """Press once more what was confirmed. Returns the status of the answer."""
        mails = [mail for mail in self.mails(person.email) if "/confirm/" in _body(mail)]
        return int(self.surely(people.post, _link(mails[-1]), {})[0])

    def mails(self, to: str) -> list[EmailMessage]:
        """Return what arrived for somebody, oldest first."""
        ours = {arrival.message_id for arrival in self.sink.arrivals(self.mark)}
        found = []
        for path in sorted(self.sink.kept.glob("*.eml")):
            message = email.message_from_bytes(path.read_bytes(), policy=default)
            assert isinstance(message, EmailMessage)
            if message["Message-ID"] in ours and message["To"] == to:
                found.append(message)
        return found

    # --- organisers ---------------------------------------------------------------------------
    def decide(self, what: str) -> int:
        """Let an organiser (or an office) do this, again if an error came back."""
        done = 0
        for _ in range(TRIES):
            end = self.do(desk.decide, what)
            if end.good:
                return done + int(end.result)
            if self.zombies and not end.stopped:
                self.wake()
        self.problems.append(f"{what} failed {TRIES} times")
        return done

    # --- workers ------------------------------------------------------------------------------
    def work(self) -> End:
        """Let a worker work until nothing is due. One that is to be asked to end runs on."""
        if "=term" in self.failpoint and not self.fired:
            return self.do(people.work, until=lambda: next_moment(only_due=True) is None)
        end = self.do(self.worker)
        if not end.good and self.zombies and not end.stopped:
            self.wake()
        return end

    def settle(self) -> None:
        """Work and let time pass until nothing is on its way any more."""
        for _ in range(ROUNDS):
            self.work()
            moment = next_moment()
            if moment is None:
                return
            # What is due and was not done waits for a breaker or for another's connection.
            self.travel(max(HALF_A_MINUTE, (moment - clock.now()).total_seconds() + 0.5))
        self.problems.append("not quiescent")

    def wake(self) -> None:
        """Let those that were stopped go on, long after their leases.

        One that was stopped inside a transaction keeps its locks: until it is woken (or ended)
        the others may be unable to work, and say so. On SQLite that is everybody.
        """
        for zombie in self.zombies:
            zombie.signal(signal.SIGCONT)
            if zombie.wait().hung:
                self.problems.append("a zombie hung")
        self.zombies.clear()

    def wake_zombies(self) -> None:
        if self.zombies:
            self.wake()
            self.settle()

    def findings(self) -> Findings:
        """Return what the checker says at the end. It only looks: no fork is needed."""
        clock._anchor = None
        return check(self)


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return str(part.get_content()) if part else ""


def _link(message: EmailMessage) -> str:
    found = LINK.search(_body(message))
    assert found is not None
    return urlsplit(found[0]).path
