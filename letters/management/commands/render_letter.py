"""One letter as PDF, from the command line: the same renderer, nothing stored."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaign.models import Campaign, Government
from letters import queries
from letters.rendering.compose import Answers
from letters.rendering.pdf import PdfFailed, letter_pdf
from letters.validators import clean_text


class Command(BaseCommand):
    help = "Write one letter of a campaign to a government as PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--campaign", required=True, help="the campaign's short name")
        parser.add_argument("--government", required=True, help="ISO code, for example EE")
        parser.add_argument("--name", required=True, help="the writer's name")
        for name in ("organisation", "town", "words"):
            parser.add_argument(f"--{name}", default="")
        parser.add_argument("--country", default="", help="where the writer lives: ISO code")
        parser.add_argument("--language", help="of the letter, instead of the office's own")
        parser.add_argument("--output", required=True, help="the PDF file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        campaign = _one(Campaign, "slug", options["campaign"], "campaign")
        government = _one(Government, "iso2", options["government"].upper(), "government")
        texts = {name: clean_text(options[name]) for name in ("name", "organisation", "town")}
        answers = Answers(**texts, words=clean_text(options["words"], lines=True))
        try:
            found = queries.draft(
                campaign, government, answers,
                country=options["country"].upper(), language=options["language"] or "",
            )  # fmt: skip
            pdf = letter_pdf(found.document)
        except queries.NoLetter as error:
            raise CommandError(f"{campaign} has no published letter for {government}.") from error
        except PdfFailed as error:
            raise CommandError(str(error)) from error
        self._write(Path(options["output"]), pdf)

    def _write(self, path: Path, pdf: bytes) -> None:
        part = path.with_name(f".{path.name}.part")
        try:
            part.write_bytes(pdf)
            part.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{path}: {len(pdf):,} bytes.")


def _one(model: Any, field: str, value: str, noun: str) -> Any:
    found = model.objects.filter(**{field: value}).first()
    if found is None:
        known = ", ".join(model.objects.values_list(field, flat=True)[:12])
        raise CommandError(f"There is no {noun} “{value}”. Known: {known or 'none'}.")
    return found
