"""People who sign, at their own pace: the load, in a process of its own.

They come at random moments, `rate` a second on the average, and do not wait for each other: a
slow site gets no fewer of them. Each opens the campaign's page, fills in the form, signs, sees
"Check your e-mail", opens the link once the mail has arrived in the sink, reads, confirms, and
sees the letter's page. A time is counted from the moment at which the person acted, connection
and the load's own delay included.

    python -m bench.visitors PLAN.json    (written by bench/load.py)
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import sys
import time
import zlib
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from letters.identifiers import token_for

KEY = re.compile(r'name="form_key" value="([^"]+)"')
SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')
ASKED = re.compile(r"<l\.([0-9a-f-]{36})\.confirm@")
WORDS = (
    "My grandfather cleared fields near the border for eleven years.",
    "Where I grew up, children are told which paths they may walk.\n\nI still look down.",
    "I worked as a nurse and saw what a mine does to a body, long after peace returned.",
)
NAMES = ("Mari Tamm", "Jānis Kalniņš", "Élodie O’Brien", "Łukasz Kowalski", "Zoë Lindström")
# What a person takes, in seconds: to fill in the form, to open the mail, to read the letter.
WRITES, OPENS, READS = (2.0, 6.0), (1.0, 4.0), (1.0, 4.0)
ANSWER_SECONDS = 60.0


@dataclass(frozen=True)
class Plan:
    """`patience` in seconds: how long after the last signature somebody still waits for a mail.

    `warm` people come before the clock starts: a site that runs has seen visitors.
    """

    port: int
    path: str
    governments: list[str]
    rate: float
    seconds: float
    seed: int
    ledger: str
    patience: float
    out: str
    warm: int = 16


@dataclass
class Answer:
    """Status 0: none came."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        zipped = self.headers.get("content-encoding") == "gzip"
        return (zlib.decompress(self.body, wbits=31) if zipped else self.body).decode()

    @property
    def leads_to(self) -> str:
        return urlsplit(self.headers.get("location", "")).path


class Visit:
    """A browser's connection: made when first needed, kept for what follows at once."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.cookie = crowd, ""
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, kind: str, method: str, path: str, form: dict[str, str] | None = None, *, due: float
    ) -> Answer:
        """Ask, and note how long it took since `due`, when the person acted."""
        answer = Answer()
        at = time.time()
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await self._ask(method, path, form)
        seconds = self.crowd.now() - due
        self.crowd.visits.append((kind, round(at, 3), round(seconds, 4), answer.status))
        return answer

    async def _ask(self, method: str, path: str, form: dict[str, str] | None) -> Answer:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.crowd.plan.port)
        reader, writer = self.streams
        writer.write(self._request(method, path, form))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, colon, value in (line.partition(":") for line in lines)
            if colon
        }
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].partition(";")[0]
        body = await reader.readexactly(int(headers["content-length"]))
        return Answer(int(first.split(" ", 2)[1]), headers, body)

    def _request(self, method: str, path: str, form: dict[str, str] | None) -> bytes:
        body = urlencode(form).encode() if form is not None else b""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.crowd.plan.port}"]
        lines += ["Accept-Encoding: gzip", "Accept-Language: en", "User-Agent: bench"]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        if form is not None:
            kind = "Content-Type: application/x-www-form-urlencoded"
            lines += [kind, f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def leave(self) -> None:
        """Close the connection: a person who thinks holds none."""
        if self.streams is not None:
            self.streams[1].close()
        self.streams = None


class Crowd:
    """Everybody, and what they saw. `waiting`: those who signed and have no mail yet."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.chance = plan, random.Random(plan.seed)
        self.now = asyncio.get_running_loop().time
        self.visits: list[tuple[str, float, float, int]] = []
        self.late: list[float] = []
        self.signed: list[str] = []
        self.confirmed: list[str] = []
        self.mails: dict[str, str] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.last_signed = self.now()

    async def run(self) -> None:
        watching = asyncio.create_task(self._watch())
        await self._warm_up()
        start = due = self.now()
        number = self.plan.warm
        while (due := due + self.chance.expovariate(self.plan.rate)) < start + self.plan.seconds:
            await self._until(due)
            number += 1
            self._begin(self._sign(number, due))
        end = time.time()
        await self._all_done()
        watching.cancel()
        self._report(number, end)

    async def _warm_up(self) -> None:
        for number in range(1, self.plan.warm + 1):
            self._begin(self._sign(number, self.now()))
        await self._all_done()
        self.visits.clear()
        self.late.clear()

    async def _all_done(self) -> None:
        while self.tasks or self._waiting():
            await asyncio.sleep(0.2)

    def _waiting(self) -> bool:
        """Whether somebody still hopes for a mail."""
        missing = len(self.mails) < len(self.signed)
        return missing and self.now() - self.last_signed < self.plan.patience

    def _begin(self, steps: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(steps)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _until(self, due: float) -> None:
        await asyncio.sleep(max(0.0, due - self.now()))
        self.late.append(self.now() - due)

    async def _think(self, least: float, most: float) -> float:
        due = self.now() + self.chance.uniform(least, most)
        await self._until(due)
        return due

    async def _sign(self, number: int, due: float) -> None:
        visit = Visit(self)
        page = await visit.ask("page", "GET", self.plan.path, due=due)
        visit.leave()
        found = KEY.search(page.text) if page.status == 200 else None
        if found is None:
            return
        form = self._filled(number, found[1])
        due = await self._think(*WRITES)
        answer = await visit.ask("sign", "POST", self.plan.path, form, due=due)
        if answer.status == 302:
            self.signed.append(form["email"])
            self.last_signed = self.now()
            await visit.ask("check e-mail", "GET", answer.leads_to, due=self.now())
        visit.leave()

    def _filled(self, number: int, key: str) -> dict[str, str]:
        codes = self.plan.governments
        return {
            "government": codes[number % len(codes)], "name": NAMES[number % len(NAMES)],
            "email": f"person{number}@post.bench.internal", "country": "EE", "town": "Tartu",
            "organisation": "", "words": WORDS[number // 3 % len(WORDS)] if number % 3 == 0 else "",
            "consent": "on", "leave_empty": "", "action": "sign", "form_key": key,
        }  # fmt: skip

    async def _watch(self) -> None:
        """Look for new mails in the sink's ledger, as people look into their mailboxes."""
        with Path(self.plan.ledger).open("rb") as ledger:
            rest = b""
            while True:
                *lines, rest = (rest + ledger.read()).split(b"\n")
                for line in lines:
                    self._mail(line)
                await asyncio.sleep(0.2)

    def _mail(self, line: bytes) -> None:
        if b".confirm@" not in line:
            return
        taken = json.loads(line)
        found = ASKED.match(taken["message_id"])
        if taken["event"] == "taken" and found and taken["recipient"] not in self.mails:
            self.mails[taken["recipient"]] = found[1]
            self._begin(self._confirm(taken["recipient"], found[1]))

    async def _confirm(self, email: str, outbound: str) -> None:
        path = f"/en/confirm/{token_for('confirm', outbound)}/"
        visit = Visit(self)
        due = await self._think(*OPENS)
        page = await visit.ask("link", "GET", path, due=due)
        visit.leave()
        if page.status != 200:
            return
        due = await self._think(*READS)
        seen = SEEN.search(page.text)
        form = {"seen": seen[1]} if seen else {}
        answer = await visit.ask("confirm", "POST", path, form, due=due)
        if answer.status == 302:
            self.confirmed.append(email)
            await visit.ask("my letter", "GET", answer.leads_to, due=self.now())
        visit.leave()

    def _report(self, came: int, end: float) -> None:
        told = {
            "came": came, "end": end, "visits": self.visits, "signed": self.signed,
            "mails": len(self.mails), "confirmed": self.confirmed,
            "late": sorted(self.late)[int(len(self.late) * 0.99) - 1] if self.late else 0.0,
        }  # fmt: skip
        Path(self.plan.out).write_text(json.dumps(told))


async def visit_all(plan: Plan) -> None:
    await Crowd(plan).run()


if __name__ == "__main__":
    asyncio.run(visit_all(Plan(**json.loads(Path(sys.argv[1]).read_text()))))
