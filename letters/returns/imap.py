"""Fetch returned mail from a mailbox (IMAP). A message is marked only after it was taken.

Marked by a keyword of ours, or as read where the server keeps no keywords: the mailbox should be
nobody else's. What was taken is deleted there with the same delay as here.
"""

from __future__ import annotations

import imaplib
import logging
import re
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from letters import clock
from letters.retention import TEXT_KEPT
from letters.returns.incoming import MOST_BYTES, TOO_LARGE
from letters.returns.receive import Outcome, take
from letters.returns.reports import TooEarly

log = logging.getLogger(__name__)
SECONDS = 60
AT_ONCE = 500
TAKEN, LEFT = "SincerelyTaken", "SincerelyLeft"  # left: nothing to us, and nobody deletes it
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxTrouble(Exception):
    """The mailbox cannot be read now. Says nothing secret."""


def fetch(url: str = "") -> Counter[Outcome]:
    """Take the new messages of the mailbox. Returns how many became what.

    Raises MailboxTrouble, or a database's error: what was not marked comes again.
    """
    with _opened(url or settings.RETURNS_IMAP_URL) as box:
        found: Counter[Outcome] = Counter()
        for uid in box.new():
            with suppress(TooEarly):  # it stays, and is fetched again in the next round
                got = _message(box, uid)
                if got is None:
                    continue
                outcome = take(got[0], problem=got[1])
                box.mark(uid, LEFT if outcome is Outcome.IGNORED else TAKEN)
                found[outcome] += 1
        box.forget()
        return found


def _message(box: _Mailbox, uid: str) -> tuple[bytes, str] | None:
    """Return a message, or None if the server cannot give this one: the others don't wait for it.

    It is asked for again each round, and left alone when it is more than a day old.
    """
    try:
        return box.message(uid)
    except imaplib.IMAP4.abort:  # not this message's trouble: the connection is gone
        raise
    except imaplib.IMAP4.error:
        old = box.is_old(uid)
        log.warning("The mailbox of returned mail cannot give message %s (old: %s).", uid, old)
        if old:
            box.mark(uid, LEFT)
        return None


def fetch_if_set() -> None:
    """Take what is new, if there is a mailbox. Its troubles are logged, and it is tried again."""
    if not settings.RETURNS_IMAP_URL:
        return
    try:
        fetch()
    except MailboxTrouble as trouble:
        log.warning("%s", trouble)


@contextmanager
def _opened(url: str) -> Iterator[_Mailbox]:
    try:
        box = _Mailbox(url)
        try:
            yield box
        finally:
            box.close()
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxTrouble(f"The mailbox of returned mail: {type(error).__name__}.") from error


class _Mailbox:
    """One folder of one server, open for reading and marking."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.server = _connect(parts.scheme, parts.hostname or "localhost", parts.port)
        self.server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        folder = unquote(parts.path.lstrip("/")) or "INBOX"
        self._ask(self.server.select('"' + folder.replace('"', "") + '"'))
        flags = self.server.response("PERMANENTFLAGS")[1]
        self.keywords = rb"\*" in b" ".join(one for one in flags if isinstance(one, bytes))

    def new(self) -> list[str]:
        criteria = ("UNKEYWORD", TAKEN, "UNKEYWORD", LEFT) if self.keywords else ("UNSEEN",)
        return self._search(*criteria)[:AT_ONCE]

    def message(self, uid: str) -> tuple[bytes, str]:
        """Return a message, and why it is only its head, if so."""
        size = _SIZE.search(_bytes(self._uid("FETCH", uid, "(RFC822.SIZE)")))
        large = size is not None and int(size[1]) > MOST_BYTES
        what = "(BODY.PEEK[HEADER])" if large else "(BODY.PEEK[])"
        pieces = self._uid("FETCH", uid, what)
        raw = next((bytes(one[1]) for one in pieces if isinstance(one, tuple)), b"")
        return raw, TOO_LARGE if large else ""

    def mark(self, uid: str, keyword: str) -> None:
        flag = keyword if self.keywords else "\\Seen"
        self._uid("STORE", uid, "+FLAGS.SILENT", f"({flag})")

    def is_old(self, uid: str) -> bool:
        day = (clock.now() - timedelta(days=1)).strftime("%d-%b-%Y")
        return uid in self._search("UID", uid, "BEFORE", day)

    def forget(self) -> None:
        """Delete what was taken long ago."""
        if not self.keywords:
            return
        before = (clock.now() - TEXT_KEPT - timedelta(days=1)).strftime("%d-%b-%Y")
        for uid in self._search("KEYWORD", TAKEN, "BEFORE", before):
            self._uid("STORE", uid, "+FLAGS.SILENT", "(\\Deleted)")
            if "UIDPLUS" in self.server.capabilities:
                self._uid("EXPUNGE", uid)

    def close(self) -> None:
        with suppress(imaplib.IMAP4.error, OSError):
            self.server.logout()

    def _search(self, *criteria: str) -> list[str]:
        return _bytes(self._uid("SEARCH", *criteria)).decode("ascii", "ignore").split()

    def _uid(self, command: str, *arguments: str) -> list[Any]:
        return self._ask(self.server.uid(command, *arguments))

    @staticmethod
    def _ask(answer: tuple[str, list[Any]]) -> list[Any]:
        if answer[0] != "OK":
            raise imaplib.IMAP4.error("The server said no.")
        return answer[1]


def _connect(scheme: str, host: str, port: int | None) -> imaplib.IMAP4:
    """Connect as the URL says: imaps://, imap+tls:// (STARTTLS), or imap:// without TLS."""
    checked = ssl.create_default_context()
    if scheme == "imaps":
        return imaplib.IMAP4_SSL(host, port or 993, ssl_context=checked, timeout=SECONDS)
    server = imaplib.IMAP4(host, port or 143, timeout=SECONDS)
    if scheme == "imap+tls":
        server.starttls(checked)
    return server


def _bytes(answer: list[Any]) -> bytes:
    return b" ".join(one for one in answer if isinstance(one, bytes))
