"""A mail server that misbehaves as asked and knows for certain what it took.

Every message is in the ledger, and the ledger on the disk, before the sender reads 250. What
arrived but was never acknowledged is in it as well: that is what the sender cannot know.

    python -m tests.faults.sink --ledger FILE [--keep FOLDER] [--listen SCRIPT]… [--no-fsync]

prints the port of each listener as a JSON list once it listens, and lives until it is ended. A
line on its standard input is the script of one more listener; its port is the answer.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import ssl
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

from tests.faults import ledger
from tests.faults.certificate import throw_away
from tests.faults.script import Script, Step, parse

MEGABYTE = b"".join(b"250-%06d %s\r\n" % (n, b"x" * 480) for n in range(2100)) + b"250 at last\r\n"
GARBAGE = b"\x00\xff\xfe{not: smtp}\r\n"
FOREIGN = "450 Später noch einmal, 请稍后再试\r\n".encode()
FORGET = b"forget"
DOT = b"\r\n.\r\n"


class Books:
    """The ledger. Lines of one turn of the loop share one fsync."""

    def __init__(self, path: Path, *, fsync: bool, plain: bool, keep: Path | None) -> None:
        self.file = path.open("ab", buffering=0)
        self.fsync, self.plain, self.keep = fsync, plain, keep
        self.pending: list[tuple[bytes, Callable[[], None]]] = []
        self.done: Counter[tuple[object, ...]] = Counter()
        self.connections = itertools.count(1)
        self.messages = itertools.count(1)
        self.servers: list[asyncio.Server] = []

    def note(self, event: str, **about: Any) -> None:
        """Write a line of which nothing depends on: a connection came or went."""
        self.file.write(_line(event, about))

    def take(self, message: bytes, about: dict[str, Any], then: Callable[[], None]) -> None:
        """Write a message down, and go on with `then` once it is on the disk."""
        if self.keep:
            (self.keep / f"{next(self.messages):06}.eml").write_bytes(message)
        line = _line("taken", {**about, **ledger.describe(message, plain=self.plain)})
        if not self.pending:
            asyncio.get_running_loop().call_soon(self._flush)
        self.pending.append((line, then))

    def _flush(self) -> None:
        pending, self.pending = self.pending, []
        self.file.write(b"".join(line for line, _ in pending))
        if self.fsync:
            os.fsync(self.file.fileno())
        for _, then in pending:
            then()

    def still(self, key: tuple[object, ...], step: Step) -> bool:
        """Whether a step that is limited to some times is done once more."""
        self.done[key] += 1
        return not step.times or self.done[key] <= step.times


def _line(event: str, about: dict[str, Any]) -> bytes:
    return json.dumps({"event": event, "at": time.time(), **about}).encode() + b"\n"


class Session(asyncio.Protocol):
    """One connection. `paused` holds back what the client sent while we are silent."""

    def __init__(self, books: Books, port_script: Script, port: int) -> None:
        self.books, self.port_script, self.port = books, port_script, port
        self.script = Script()
        self.number = next(books.connections)
        self.buffer = bytearray()
        self.seen = 0  # so far no dot was found
        self.in_data = self.paused = self.dead = self.upgrading = False
        self.sender = self.recipient = ""
        self.transport: asyncio.Transport

    # --- the connection -----------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self.upgrading:  # the same connection, encrypted now
            self.upgrading = False
            return
        self.books.note("connect", connection=self.number, port=self.port)
        self.answer("banner", b"220 sink.bench.internal ESMTP\r\n")

    def connection_lost(self, error: Exception | None) -> None:
        self.dead = True
        self.books.note("disconnect", connection=self.number, port=self.port)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self.work()

    def work(self) -> None:
        while not (self.paused or self.dead) and (self.message() if self.in_data else self.line()):
            pass

    def line(self) -> bool:
        end = self.buffer.find(b"\n")
        if end < 0:
            return False
        line = bytes(self.buffer[:end]).rstrip(b"\r")
        del self.buffer[: end + 1]
        self.command(line)
        return True

    def message(self) -> bool:
        # An empty message is the dot alone; else the dot follows a line's end.
        if self.buffer.startswith(DOT[2:]):
            end = 0
        elif (found := self.buffer.find(DOT, max(0, self.seen - len(DOT)))) >= 0:
            end = found + 2
        else:
            self.seen = len(self.buffer)
            return False
        body = bytes(self.buffer[:end])
        del self.buffer[: end + 3]
        self.in_data, self.seen = False, 0
        self.taken(body.replace(b"\r\n..", b"\r\n."))
        return True

    # --- the dialogue -------------------------------------------------------------------------
    def command(self, line: bytes) -> None:
        verb, _, rest = line.partition(b" ")
        handler = {
            b"EHLO": self.ehlo, b"HELO": self.ehlo, b"MAIL": self.mail, b"RCPT": self.rcpt,
            b"DATA": self.data, b"QUIT": self.quit, b"STARTTLS": self.starttls, b"AUTH": self.auth,
        }.get(verb.upper(), self.other)  # fmt: skip
        handler(rest.decode("utf-8", "replace"))

    def ehlo(self, rest: str) -> None:
        offers = ["sink.bench.internal", "8BITMIME", "SIZE 36700160", "ENHANCEDSTATUSCODES"]
        flags = self.port_script.flags
        offers += [] if "no-pipelining" in flags else ["PIPELINING"]
        offers += ["STARTTLS"] if flags & {"tlsfail", "selfsigned"} else []
        offers += ["AUTH PLAIN LOGIN"] if "auth535" in flags else []
        lines = [f"250-{offer}\r\n" for offer in offers[:-1]] + [f"250 {offers[-1]}\r\n"]
        self.answer("ehlo", "".join(lines).encode())

    def mail(self, rest: str) -> None:
        self.sender, self.recipient = _address(rest), ""
        self.script = Script()
        self.answer("mail", b"250 2.1.0 ok\r\n")

    def rcpt(self, rest: str) -> None:
        self.recipient = _address(rest)
        self.script = parse(self.recipient.rpartition("@")[0])
        self.answer("rcpt", b"250 2.1.5 ok\r\n")

    def data(self, rest: str) -> None:
        if not self.recipient:
            self.say(b"503 5.5.1 RCPT first\r\n")
            return
        step = self.step("data")
        self.in_data = step is None
        self.act(step, b"354 go on\r\n")

    def taken(self, body: bytes) -> None:
        """Decide about a whole message. All but a refusal and `vanish` leave us answerable."""
        step = self.step("dot")
        reply = b"250 2.0.0 taken\r\n"
        if step and (step.code >= 400 or step.deed == "vanish"):
            self.act(step, reply)
            return
        about = {
            "sender": self.sender, "recipient": self.recipient, "bytes": len(body),
            "connection": self.number, "port": self.port,
        }  # fmt: skip
        self.recipient = ""
        self.paused = True
        self.books.take(body, about, partial(self.acknowledge, step, reply))

    def acknowledge(self, step: Step | None, reply: bytes) -> None:
        self.paused = False
        if not self.dead:
            self.act(step, reply)
            self.work()

    def starttls(self, rest: str) -> None:
        self.say(b"220 2.0.0 go ahead\r\n")
        if "tlsfail" in self.port_script.flags:
            self.say(GARBAGE * 20)
            self.transport.close()
            return
        self.paused = self.upgrading = True
        asyncio.get_running_loop().create_task(self.encrypt())

    async def encrypt(self) -> None:
        loop = asyncio.get_running_loop()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(throw_away())
        try:
            made = await loop.start_tls(self.transport, self, context, server_side=True)
        except (OSError, ssl.SSLError):
            self.transport.abort()
            return
        assert made is not None
        self.paused = self.upgrading = False
        self.transport = made

    def auth(self, rest: str) -> None:
        self.say(b"535 5.7.8 bad name or password\r\n")

    def quit(self, rest: str) -> None:
        self.say(b"221 2.0.0 bye\r\n")
        self.transport.close()

    def other(self, rest: str) -> None:
        self.say(b"250 2.0.0 ok\r\n")

    # --- misbehaviour -------------------------------------------------------------------------
    def answer(self, phase: str, reply: bytes) -> None:
        self.act(self.step(phase), reply)

    def step(self, phase: str) -> Step | None:
        for script, owner in ((self.script, self.recipient), (self.port_script, self.port)):
            step = script.at(phase)
            if step and self.books.still((owner, phase, step), step):
                return step
        return None

    def act(self, step: Step | None, reply: bytes) -> None:
        """Give the normal reply, or do what was asked for instead."""
        if step is None or 200 <= step.code < 400:
            self.say(reply)
        elif step.code:
            self.say(step.reply())
            if step.code == 421 or step.phase == "banner":
                self.transport.close()
        elif step.deed == "stall":
            self.paused = True
            if step.seconds:
                asyncio.get_running_loop().call_later(step.seconds, self.resume, step, reply)
        else:
            self.misbehave(step)

    def resume(self, step: Step, reply: bytes) -> None:
        self.paused = False
        self.in_data = step.phase == "data"
        if not self.dead:
            self.say(reply)
            self.work()

    def misbehave(self, step: Step) -> None:
        replies = {"garbage": GARBAGE, "mega": MEGABYTE, "foreign": FOREIGN, "short": b"25"}
        if step.deed == "mega" and step.phase == "data":
            self.in_data = False
        if step.deed in replies:
            self.say(replies[step.deed])
        if step.deed == "rst":
            sock = self.transport.get_extra_info("socket")
            sock.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        elif step.deed in ("drop", "vanish", "short"):
            self.transport.close()

    def say(self, reply: bytes) -> None:
        if "tarpit" in self.script.flags | self.port_script.flags:
            self.paused = True
            self.drip(reply)
        else:
            self.transport.write(reply)

    def drip(self, rest: bytes) -> None:
        if self.dead:
            return
        self.transport.write(rest[:1])
        if len(rest) > 1:
            asyncio.get_running_loop().call_later(1, self.drip, rest[1:])
        else:
            self.paused = False
            self.work()


def _address(text: str) -> str:
    return text.partition("<")[2].partition(">")[0]


async def listen(books: Books, script: Script) -> int:
    """Listen on a further port, with a script of its own. Returns the port."""
    port = 0
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(books, script, port), "127.0.0.1", 0)
    port = int(server.sockets[0].getsockname()[1])
    books.servers.append(server)
    return port


async def serve(books: Books, scripts: list[str]) -> None:
    ports = [await listen(books, parse(script)) for script in scripts or [""]]
    print(json.dumps(ports), flush=True)
    orders = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        if line.strip() == FORGET:
            books.done.clear()
            print("forgotten", flush=True)
            continue
        print(await listen(books, parse(line.decode().strip())), flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--keep", type=Path, help="a folder for every message taken")
    parser.add_argument("--listen", action="append", default=[], help="a port with this script")
    parser.add_argument("--no-fsync", action="store_true", help="for speed: trust the system")
    parser.add_argument("--plain", action="store_true", help="for speed: no fingerprints")
    given = parser.parse_args()
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    books = Books(given.ledger, fsync=not given.no_fsync, plain=given.plain, keep=given.keep)
    asyncio.run(serve(books, given.listen))


if __name__ == "__main__":
    main()
