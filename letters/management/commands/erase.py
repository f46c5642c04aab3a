"""Erase a person by e-mail address (GDPR art. 17). Sent letters stay in the counts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from letters.actions.erase import Erased, erase_address, to_erase


class Command(BaseCommand):
    help = "Erase every submission of an e-mail address; letters not yet sent are taken back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="the person's e-mail address")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be erased")

    def handle(self, *args: Any, email: str, dry_run: bool, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(_("--email must be an address like name@example.com.")) from error
        if dry_run:
            self.stdout.write(" ".join([_("Dry run, nothing is changed:"), _told(to_erase(email))]))
        else:
            erased = erase_address(email)
            self.stdout.write(_told(erased))
            if erased.left:
                raise CommandError(
                    ngettext(
                        "%d submission was changed by others each time: run this again.",
                        "%d submissions were changed by others each time: run this again.",
                        erased.left,
                    )
                    % erased.left
                )


def _told(erased: Erased) -> str:
    if not erased.submissions and not erased.left:
        return _("Nobody here has this address.")
    parts = [
        ngettext("%d submission erased", "%d submissions erased", erased.submissions)
        % erased.submissions
    ]
    if erased.taken_back:
        parts.append(
            ngettext(
                "%d unsent letter taken back and no longer counted",
                "%d unsent letters taken back and no longer counted",
                erased.taken_back,
            )
            % erased.taken_back
        )
    return "; ".join(parts) + "."
