"""Check the invariants of delivery: is every letter where it should be?"""

from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from letters.audit import SAMPLE, Finding, audit


class Command(BaseCommand):
    help = "Check the invariants I1 to I7, one line each. Exits with 1 on a breach."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--sample", type=int, default=SAMPLE, metavar="N", help="read N PDFs picked at random"
        )
        parser.add_argument("--all-files", action="store_true", help="read every PDF")
        parser.add_argument("--json", action="store_true", help="one JSON object per line")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        done, breaches = 0, 0
        for finding in audit(sample=None if options["all_files"] else options["sample"]):
            done, breaches = done + 1, breaches + (not finding.ok)
            self.stdout.write(_json(finding) if options["json"] else _line(finding))
            self.stdout.flush()  # the next check may take a minute
        took = time.monotonic() - started
        said = f"{done} checks, {breaches} breaches, {took:.1f} s."
        if breaches:
            raise CommandError(said)
        self.stderr.write(said) if options["json"] else self.stdout.write(said)


def _line(found: Finding) -> str:
    if found.ok:
        return f"OK   {found.rule}: {found.says}."
    more = " …" if found.wrong > len(found.first) else ""
    return (
        f"BAD  {found.rule}: not so: {found.says}: {found.wrong} ({', '.join(found.first)}{more})."
    )


def _json(found: Finding) -> str:
    return json.dumps(
        {"rule": found.rule, "says": found.says, "wrong": found.wrong, "first": list(found.first)}
    )
