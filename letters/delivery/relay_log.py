"""What a Postfix on this computer took over, read from its log and the older parts of it.

A mail is the relay's from `queue active` on, whatever becomes of it: passed on, waiting or
returned. cleanup(8) names its Message-ID before that, under the queue's own id, which is used
again later: so the log is read in its order.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Collection
from pathlib import Path
from typing import IO

# Nov 22 13:42:01 host postfix/cleanup[812]: 4XyZ12abcd: message-id=<l.0190….letter@ngo.example>
_LINE = re.compile(
    rb" postfix[^ \[]*/(?P<daemon>\w+)\[\d+\]: (?P<queue>[0-9A-Za-z]+): (?P<rest>.*)"
)
_TAKEN = re.compile(rb"(queue active)|status=(sent|deferred|bounced|expired)\b")
_MESSAGE_ID = b"message-id="


def taken_over(log: Path, message_ids: Collection[str]) -> set[str]:
    """Return those of these mails that the relay took over. Raises OSError."""
    wanted = {one.encode(): one for one in message_ids}
    found: set[str] = set()
    waiting: dict[bytes, str] = {}  # queue id → one of ours that it stands for now
    for path in parts(log):
        with _opened(path) as file:
            for line in file:
                _read(line, wanted, waiting, found)
    return found


def _read(
    line: bytes, wanted: dict[bytes, str], waiting: dict[bytes, str], found: set[str]
) -> None:
    names_one = _MESSAGE_ID in line
    if not names_one and not waiting:
        return
    match = _LINE.search(line)
    if match is None:
        return
    queue, rest = match["queue"], match["rest"]
    if names_one and match["daemon"] == b"cleanup" and rest.startswith(_MESSAGE_ID):
        waiting.pop(queue, None)
        mail = wanted.get(rest.removeprefix(_MESSAGE_ID).strip())
        if mail is not None:
            waiting[queue] = mail
    elif queue in waiting and _TAKEN.search(rest):
        found.add(waiting.pop(queue))


def parts(log: Path) -> list[Path]:
    """Return the log and what was rotated away from it, oldest first. Raises OSError for none."""
    names = re.compile(re.escape(log.name) + r"([.-][0-9]+)*(\.gz)?")
    found = [path for path in log.parent.iterdir() if names.fullmatch(path.name)]
    if not found:
        raise FileNotFoundError(f"There is no log {log}.")
    return sorted(found, key=lambda path: path.stat().st_mtime)


def _opened(path: Path) -> IO[bytes] | gzip.GzipFile:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")
