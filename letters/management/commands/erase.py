"""Erase a person by e-mail address (GDPR art. 17). What is counted stays."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from letters.actions.erase import erase_address


class Command(BaseCommand):
    help = "Erase every submission of an e-mail address; letters not yet sent are taken back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="the person's e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
        except ValidationError as error:
            raise CommandError("--email must be an address like name@example.com.") from error
        count = erase_address(options["email"])
        self.stdout.write(f"{count} submissions erased. The counts stay as they were.")
