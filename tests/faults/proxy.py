"""A TCP proxy that makes trouble between two processes: toxiproxy's words, in Python.

    python -m tests.faults.proxy HOST:PORT

prints its port, then reads one JSON object a line from its standard input: the toxics from now
on, replacing those before. It prints `ok` when they are in force. Toxics:

latency (seconds), bandwidth (bytes a second), slicer (bytes a piece), limit_data (bytes, then it
closes), timeout (true: nothing passes any more, connections stay open), reset_peer (true: every
connection is reset, old and new), down (true: nobody listens, old connections are reset).
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
from dataclasses import dataclass, field
from socket import SO_LINGER, SO_REUSEADDR, SOL_SOCKET, socket
from typing import Any

PIECE = 65536


@dataclass
class Proxy:
    host: str
    port: int
    toxics: dict[str, Any] = field(default_factory=dict)
    writers: set[asyncio.StreamWriter] = field(default_factory=set)
    server: asyncio.Server | None = None
    listening: int = 0

    async def listen(self) -> None:
        sock = socket()
        sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", self.listening))
        self.listening = sock.getsockname()[1]
        self.server = await asyncio.start_server(self.connected, sock=sock)

    async def apply(self, toxics: dict[str, Any]) -> None:
        self.toxics = toxics
        if toxics.get("down") and self.server:
            self.server.close()
            self.server = None
        elif not toxics.get("down") and self.server is None:
            await self.listen()
        if toxics.get("down") or toxics.get("reset_peer"):
            for writer in list(self.writers):
                reset(writer)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.toxics.get("reset_peer"):
            reset(writer)
            return
        try:
            there = await asyncio.open_connection(self.host, self.port)
        except OSError:
            reset(writer)
            return
        self.writers |= {writer, there[1]}
        await asyncio.gather(self.pump(reader, there[1]), self.pump(there[0], writer))
        self.writers -= {writer, there[1]}

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passed = 0
        try:
            while data := await reader.read(PIECE):
                passed += len(data)
                if not await self.carry(data, passed, writer):
                    break
        except OSError:
            pass
        finally:
            writer.close()

    async def carry(self, data: bytes, passed: int, writer: asyncio.StreamWriter) -> bool:
        while self.toxics.get("timeout"):
            await asyncio.sleep(0.05)
        if seconds := self.toxics.get("latency"):
            await asyncio.sleep(seconds)
        limit = self.toxics.get("limit_data")
        if limit is not None and passed > limit:
            writer.write(data[: max(0, limit - passed + len(data))])
            return False
        size = self.toxics.get("slicer") or len(data)
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            writer.write(piece)
            await writer.drain()
            if rate := self.toxics.get("bandwidth"):
                await asyncio.sleep(len(piece) / rate)
            elif self.toxics.get("slicer"):
                await asyncio.sleep(0)
        return True


def reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def main(upstream: str) -> None:
    host, _, port = upstream.rpartition(":")
    proxy = Proxy(host, int(port))
    await proxy.listen()
    print(proxy.listening, flush=True)
    orders = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        await proxy.apply(json.loads(line))
        print("ok", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
