"""Those who may know what became of a mail: each is asked for Message-IDs and names those it knows.

A source raises whatever went wrong; reconcile.py makes "unknown" of it.
"""

from __future__ import annotations

import imaplib
import json
import re
import shutil
import ssl
import subprocess
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings

from letters.delivery import relay_log
from letters.models import Outbound
from letters.return_address import outbound_of

SECONDS = 30
SEARCH_AT_MOST = 100  # above that, an IMAP server is asked for all Message-IDs at once
CHUNK = 1_000
_SAFE_ID = re.compile(r"<[!#-\[\]-~]+>")  # no quote and no backslash: it goes into a command
_HEADER = re.compile(rb"^message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)


class BadSetting(ValueError):
    """RECONCILE names something that cannot be asked. The text is a sentence for the operator."""


@dataclass(frozen=True)
class Source:
    """`name` holds no secret."""

    name: str
    ask: Callable[[Collection[str]], set[str]]


def source_of(word: str) -> Source:
    """Return the source that one word of RECONCILE names. Raises BadSetting."""
    kind, _, rest = word.partition(":")
    if kind not in _KINDS:
        known = ", ".join(_KINDS)
        raise BadSetting(f"RECONCILE knows {known}; “{kind[:20]}” is none of them.")
    return Source(kind, _KINDS[kind](rest))


def _mailbox(rest: str) -> Callable[[Collection[str]], set[str]]:
    if settings.PRODUCTION:
        raise BadSetting("RECONCILE=mailbox is for the demonstration: real mail is not kept there.")
    return _in_mailbox


def _in_mailbox(message_ids: Collection[str]) -> set[str]:
    folder: Path = settings.MAILBOX_DIR
    return {one for one in message_ids if (folder / f"{_file_stem(one)}.eml").is_file()}


def _file_stem(message_id: str) -> str:
    """Return the name that MailboxTransport gives a message."""
    return "".join(char for char in message_id if char.isalnum() or char in "-.@")[:140]


# --- Postfix on this computer ------------------------------------------------------------------


def _postfix(rest: str) -> Callable[[Collection[str]], set[str]]:
    if not rest.startswith("/"):
        raise BadSetting("RECONCILE=postfix: wants the log's full path: postfix:/var/log/mail.log")
    return lambda message_ids: relay_log.taken_over(Path(rest), message_ids)


def _postqueue(rest: str) -> Callable[[Collection[str]], set[str]]:
    if not settings.RETURN_ADDRESS:
        raise BadSetting(
            "RECONCILE=postqueue tells mails apart by their return addresses: set RETURN_ADDRESS."
        )
    return _in_postqueue


def _in_postqueue(message_ids: Collection[str]) -> set[str]:
    """Return those that wait in the relay's queue. It shows senders, no Message-IDs."""
    program = shutil.which("postqueue", path="/usr/sbin:/usr/bin:/usr/local/sbin") or "postqueue"
    ran = subprocess.run([program, "-j"], capture_output=True, timeout=SECONDS, check=True)  # noqa: S603
    senders = (json.loads(line).get("sender", "") for line in ran.stdout.splitlines() if line)
    keys = list({key for sender in senders if (key := outbound_of(sender)) is not None})
    found: set[str] = set()
    for start in range(0, len(keys), CHUNK):
        rows = Outbound.objects.filter(pk__in=keys[start : start + CHUNK])
        found.update(rows.values_list("message_id", flat=True))
    return found & set(message_ids)


# --- a mailbox that gets a copy of every mail -----------------------------------------------------


def _imaps(rest: str) -> Callable[[Collection[str]], set[str]]:
    url = urlsplit(f"imaps:{rest}")
    if not (url.hostname and url.username and url.password):
        raise BadSetting("RECONCILE wants imaps://user:password@host/INBOX.")
    return lambda message_ids: _in_journal(url, message_ids)


def _imap(rest: str) -> Callable[[Collection[str]], set[str]]:
    raise BadSetting("RECONCILE takes a mailbox by imaps:// only: imap:// shows the password.")


def _in_journal(url: SplitResult, message_ids: Collection[str]) -> set[str]:
    with _opened(url) as box:
        if len(message_ids) > SEARCH_AT_MOST:
            return _all_ids(box) & set(message_ids)
        return {one for one in message_ids if _has(box, one)}


@contextmanager
def _opened(url: SplitResult) -> Iterator[imaplib.IMAP4_SSL]:
    context = ssl.create_default_context()
    assert url.hostname is not None
    box = imaplib.IMAP4_SSL(url.hostname, url.port or 993, ssl_context=context, timeout=SECONDS)
    try:
        box.login(unquote(url.username or ""), unquote(url.password or ""))
        folder = unquote(url.path.strip("/")) or "INBOX"
        _ok(box.select(f'"{folder}"', readonly=True))
        yield box
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            box.logout()


def _has(box: imaplib.IMAP4_SSL, message_id: str) -> bool:
    if not _SAFE_ID.fullmatch(message_id):
        return False
    found = _ok(box.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"'))
    return bool(found and found[0])


def _all_ids(box: imaplib.IMAP4_SSL) -> set[str]:
    keys = (_ok(box.uid("SEARCH", "ALL"))[0] or b"").split()
    found = set()
    for start in range(0, len(keys), CHUNK):
        chunk = b",".join(keys[start : start + CHUNK]).decode()
        parts = _ok(box.uid("FETCH", chunk, "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"))
        heads = [part[1] for part in parts if isinstance(part, tuple)]
        found |= {
            match[1].decode("ascii", "replace") for match in map(_HEADER.search, heads) if match
        }
    return found


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error("The server refused.")
    return answer[1]


# --- the fault tests' mail server -------------------------------------------------------------------


def _sink(rest: str) -> Callable[[Collection[str]], set[str]]:
    if not settings.FAULTS:
        raise BadSetting("RECONCILE=sink: belongs to the fault tests.")
    return lambda message_ids: _in_ledger(Path(rest)) & set(message_ids)


def _in_ledger(ledger: Path) -> set[str]:
    with ledger.open("rb") as file:
        lines = (json.loads(line) for line in file if line.endswith(b"\n"))
        return {line["message_id"] for line in lines if line["event"] == "taken"}


_KINDS: dict[str, Callable[[str], Callable[[Collection[str]], set[str]]]] = {
    "mailbox": _mailbox,
    "postfix": _postfix,
    "postqueue": _postqueue,
    "imaps": _imaps,
    "imap": _imap,
    "sink": _sink,
}
