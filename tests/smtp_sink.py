"""A mail server for tests: it answers as the recipient's address asks, and keeps a ledger.

`rcpt550@…` is refused at RCPT with 550, `data554@…` after the message, `drop@…` loses the
connection after the message, `mail451@…` at the next MAIL. Anything else is taken.
"""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Sink:
    port: int = 0
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0


class _Handler(socketserver.StreamRequestHandler):
    sink: Sink

    def handle(self) -> None:
        self.sink.connections += 1
        self.say("220 sink")
        recipient = ""
        for raw in self.rfile:
            verb = raw[:4].upper()
            if verb == b"RCPT":
                recipient = raw.decode().split("<")[1].split(">")[0]
                self.say(self.answer(recipient, "rcpt") or "250 ok")
            elif verb == b"DATA":
                self.say("354 go on")
                if not self.take(recipient):
                    return
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self, recipient: str) -> bool:
        lines = []
        for raw in self.rfile:
            if raw == b".\r\n":
                break
            lines.append(raw.removeprefix(b".") if raw.startswith(b"..") else raw)
        refusal = self.answer(recipient, "data")
        if refusal is None:
            self.sink.messages.append((recipient, b"".join(lines)))
        if recipient.startswith("drop"):
            return False
        self.say(refusal or "250 taken")
        return True

    @staticmethod
    def answer(recipient: str, phase: str) -> str | None:
        match = re.match(rf"{phase}(\d{{3}})", recipient)
        return f"{match[1]} as you asked" if match else None

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@contextmanager
def running() -> Iterator[Sink]:
    """Run a sink on a free port of this machine until the end of the block."""
    sink = Sink()
    handler = type("Handler", (_Handler,), {"sink": sink})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield sink
        server.shutdown()
        thread.join()
