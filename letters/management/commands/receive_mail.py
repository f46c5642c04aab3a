"""Take returned mail: one message from a pipe (standard input), or a mailbox by IMAP.

Exit codes are those of sysexits.h that a mail server knows: 0 taken, 75 try again later.
"""

from __future__ import annotations

import os
import sys
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from letters.returns import imap
from letters.returns.incoming import MOST_BYTES
from letters.returns.receive import TRY_AGAIN, take

EX_TEMPFAIL = 75
# What Postfix and Exim tell a command of the envelope.
ENVELOPE = ("ORIGINAL_RECIPIENT", "RECIPIENT", "EXTENSION_ADDRESS")


class Command(BaseCommand):
    help = "Take a returned mail from standard input, or with --imap those of the mailbox."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--imap", action="store_true", help="read RETURNS_IMAP_URL instead")
        parser.add_argument(
            "--to", action="append", default=[], metavar="ADDRESS", help="envelope recipient"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["imap"]:
            self._fetch()
            return
        if not settings.RETURN_ADDRESS:  # a mail server runs it with an environment of its own
            raise CommandError(
                "RETURN_ADDRESS is not set: does this command get the site's settings?",
                returncode=EX_TEMPFAIL,
            )
        known = [os.environ[name] for name in ENVELOPE if os.environ.get(name)]
        try:
            raw = _read(sys.stdin.buffer)
            if not raw.strip():
                raise CommandError("Give a message on standard input, or use --imap.")
            outcome = take(raw, [*options["to"], *known])
        except (*TRY_AGAIN, Error) as error:
            self.stderr.write(f"Not now: {type(error).__name__}.")
            sys.exit(EX_TEMPFAIL)
        self.stdout.write(outcome.value)

    def _fetch(self) -> None:
        if not settings.RETURNS_IMAP_URL:
            raise CommandError("Set RETURNS_IMAP_URL to the mailbox of returned mail.")
        try:
            found = imap.fetch()
        except imap.MailboxTrouble as trouble:
            raise CommandError(str(trouble), returncode=EX_TEMPFAIL) from trouble
        except Error as error:
            raise CommandError(
                f"Not now: {type(error).__name__}.", returncode=EX_TEMPFAIL
            ) from error
        said = ", ".join(f"{count} {outcome.value}" for outcome, count in found.items())
        self.stdout.write(said or "nothing new")


def _read(stream: BinaryIO) -> bytes:
    """Read a message, but no more than is needed to see that it is too large."""
    raw = stream.read(MOST_BYTES + 1)
    while stream.read(2**20):  # a pipe that is not read to its end is an error to the mail server
        continue
    return raw
