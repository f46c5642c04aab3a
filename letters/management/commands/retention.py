"""Erase what is due by age, or say what is."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from letters import retention, rollup


class Command(BaseCommand):
    help = "Erase what is due: unconfirmed forms, texts of letters long sent, ended campaigns."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, **options: Any) -> None:
        due = retention.due() if options["dry_run"] else retention.run()
        verb = "Due" if options["dry_run"] else "Erased"
        self.stdout.write(
            f"{verb}: {due.expired} unconfirmed forms, {due.returned} returned letters, "
            f"{due.texts} letter texts, "
            f"{due.identities} identities, {due.links} links, "
            f"{due.returned_mail} answers and reports, {due.files} stray files."
        )
        if not options["dry_run"]:
            rollup.heal()
