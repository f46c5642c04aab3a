"""A mailbox on this machine that speaks as much IMAP as a reader of returned mail needs."""

from __future__ import annotations

import re
import socketserver
import threading
from dataclasses import dataclass, field


@dataclass
class Stored:
    raw: bytes
    flags: set[str] = field(default_factory=set)
    old: bool = False
    broken: bool = False  # its body cannot be given


class ImapServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *, keywords: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.keywords = keywords
        self.mails: dict[str, Stored] = {}
        self.said: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"imap://letters:secret-word@127.0.0.1:{self.port}/INBOX"

    def add(self, raw: bytes, *, old: bool = False) -> Stored:
        stored = Stored(raw, old=old)
        self.mails[str(len(self.mails) + 1)] = stored
        return stored


class _Session(socketserver.StreamRequestHandler):
    server: ImapServer

    def handle(self) -> None:
        self._say("* OK ready")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            self.server.said.append(command)
            done = self._obey(command.upper())
            self._say(f"{tag} OK done" if done else f"{tag} NO [SERVERBUG] not this one")

    def _obey(self, command: str) -> bool:
        """Do what is asked. Returns whether it could be done."""
        body = command.startswith("UID FETCH") and "BODY" in command
        if body and self.server.mails[command.split()[2]].broken:
            return False
        self._do(command)
        return True

    def _do(self, command: str) -> None:
        if command == "CAPABILITY":
            self._say("* CAPABILITY IMAP4rev1 UIDPLUS")
        elif command.startswith("SELECT"):
            more = " \\*" if self.server.keywords else ""
            self._say(f"* {len(self.server.mails)} EXISTS")
            self._say(f"* OK [PERMANENTFLAGS (\\Seen \\Deleted{more})] Limited")
        elif command.startswith("UID SEARCH"):
            self._say(f"* SEARCH {' '.join(self._found(command))}")
        elif command.startswith("UID FETCH"):
            self._fetch(command.split()[2], command)
        elif command.startswith("UID STORE"):
            flags = re.search(r"\((.*)\)", command)
            self.server.mails[command.split()[2]].flags.add(flags[1] if flags else "")
        elif command.startswith("UID EXPUNGE"):
            del self.server.mails[command.split()[2]]

    def _found(self, command: str) -> list[str]:
        asked = set(re.findall(r"(?<!UN)KEYWORD (\w+)", command))
        without = set(re.findall(r"UNKEYWORD (\w+)", command)) - asked
        if "UNSEEN" in command:
            without.add("\\SEEN")
        alone = re.search(r" UID (\d+)", command)
        return [
            uid
            for uid, mail in self.server.mails.items()
            if asked <= mail.flags
            and not without & mail.flags
            and (mail.old or "BEFORE" not in command)
            and (alone is None or alone[1] == uid)
        ]

    def _fetch(self, uid: str, command: str) -> None:
        raw = self.server.mails[uid].raw
        if "SIZE" in command:
            self._say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(raw)})")
            return
        if "HEADER" in command:
            raw = raw.partition(b"\n\n")[0] + b"\n\n"
        self._say(f"* 1 FETCH (UID {uid} BODY[] {{{len(raw)}}}")
        self.wfile.write(raw)
        self._say(")")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
