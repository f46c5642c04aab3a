"""One letter as PDF, from the command line: the same renderer, nothing stored."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from campaign.countries import country_names
from campaign.languages import is_language
from campaign.models import Government
from letters import queries
from letters.exports.parameters import Refused, campaign_named
from letters.rendering.compose import Answers
from letters.rendering.pdf import PdfFailed, letter_pdf
from letters.validators import clean_text

SHOWN = 12


class Command(BaseCommand):
    help = "Write one letter of a campaign to a government as PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--campaign", required=True, help="the campaign's short name")
        parser.add_argument(
            "--government", required=True, metavar="XX", help="two-letter code, for example EE"
        )
        parser.add_argument("--name", required=True, help="the writer's name")
        for name in ("organisation", "town", "words"):
            parser.add_argument(f"--{name}", default="")
        parser.add_argument(
            "--country", default="", metavar="XX", help="where the writer lives: two-letter code"
        )
        parser.add_argument(
            "--language", default="", help="of the letter, instead of the office's own"
        )
        parser.add_argument("--output", required=True, help="the PDF file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = _draft(options)
            pdf = letter_pdf(found.document)
        except (Refused, PdfFailed) as error:
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


def _draft(options: dict[str, Any]) -> queries.Draft:
    """Compose the letter that is asked for. Raises Refused."""
    campaign = campaign_named(options["campaign"])
    government = _government(options["government"])
    answers = _answers(options)
    country, language = _country(options["country"]), options["language"]
    if language and not is_language(language):
        raise Refused(_("“%s” is no language code such as en or pt-BR.") % language)
    try:
        found = queries.draft(campaign, government, answers, country=country, language=language)
    except queries.NoLetter as error:
        message = _(
            "%(campaign)s has no published letter for %(government)s. Publish one in the admin, "
            "under “Letters to groups of governments”."
        )
        raise Refused(message % {"campaign": campaign, "government": government}) from error
    _check_language(found, language)
    return found


def _answers(options: dict[str, Any]) -> Answers:
    texts = {name: clean_text(options[name]) for name in ("name", "organisation", "town")}
    if not texts["name"]:
        raise Refused(_("--name is empty: a letter needs the name of its writer."))
    return Answers(**texts, words=clean_text(options["words"], lines=True))


def _check_language(found: queries.Draft, language: str) -> None:
    """Refuse what would fall back to another language: whoever names one wants no other."""
    if language in ("", found.text.language):
        return
    languages = ", ".join(sorted(text.language for text in found.text.version.texts.all()))
    raise Refused(
        _("The letter to %(government)s has no text in “%(language)s”. It has: %(known)s.")
        % {"government": found.government, "language": language, "known": languages}
    )


def _government(code: str) -> Government:
    """Return the government with a code. Refuse others, with the code that may be meant."""
    found = Government.objects.filter(iso2=code.upper()).first()
    if found is not None:
        return found
    message = _("There is no government “%s”: write its two-letter code.") % code
    if named := Government.objects.filter(name__iexact=code).first():
        raise Refused(f"{message} " + _coded(str(named), named.iso2))
    codes = list(Government.objects.order_by("iso2").values_list("iso2", flat=True))
    shown = ", ".join(codes[:SHOWN]) or "—"
    if len(codes) > SHOWN:
        shown += " " + _("and %d more") % (len(codes) - SHOWN)
    raise Refused(f"{message} " + _("There are: %s.") % shown)


def _coded(name: str, code: str) -> str:
    return _("%(name)s has the code %(code)s.") % {"name": name, "code": code}


def _country(code: str) -> str:
    names = country_names("en")
    if not code or code.upper() in names:
        return code.upper()
    message = _("“%s” is no country's two-letter code such as EE.") % code
    for known, name in names.items():
        if name.casefold() == code.casefold():
            message += " " + _coded(name, known)
    raise Refused(message)
