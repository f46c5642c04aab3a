"""A letter file becomes the draft of a campaign's letter; the command says what it understood."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign.languages import is_language
from campaign.models import Campaign
from campaign.readiness import lacking
from letters.actions.from_letter import create_campaign
from letters.actions.texts import Imported, NotImported, import_letter_text
from letters.letter_file import LetterFile, LetterFileError, read_letter

MOST_PROBLEMS = 40


class Command(BaseCommand):
    help = "Read a letter (Markdown or plain text) and save it as a draft of a campaign."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--campaign", required=True, metavar="SLUG")
        parser.add_argument("--language", metavar="xx", help="the campaign's own if left out")
        parser.add_argument("--create", action="store_true", help="make a new draft campaign")
        parser.add_argument("--dry-run", action="store_true", help="read it and change nothing")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            letter = read_letter(_bytes_of(file))
            with transaction.atomic():
                imported = self._import(file, letter, options)
                campaign = imported.text.version.template.campaign
                missing = lacking(campaign) if options["create"] else []
                transaction.set_rollback(options["dry_run"])
        except LetterFileError as error:
            raise _refusal(file, list(map(str, error.problems))) from error
        except (NotImported, ValidationError) as error:
            told = error.messages if isinstance(error, ValidationError) else [str(error)]
            raise CommandError(" ".join([*told, _("Nothing was changed.")])) from error
        said = [*_understood(file, letter), *_saved(imported, dry_run=options["dry_run"])]
        if options["create"]:
            said += _to_do(campaign, missing, dry_run=options["dry_run"])
        if not options["dry_run"]:
            said.append(_where_to_publish(imported))
        self.stdout.write("\n".join(said))

    def _import(self, file: Path, letter: LetterFile, options: dict[str, Any]) -> Imported:
        slug, language = options["campaign"], options["language"]
        if language and not is_language(language):
            raise NotImported(_("“%s” is no language code such as en or pt-BR.") % language)
        campaign = Campaign.objects.filter(slug=slug).first()
        if options["create"]:
            if campaign is not None:
                raise NotImported(_("There is a campaign “%s” already. Leave out --create.") % slug)
            title = file.stem.replace("-", " ").replace("_", " ").strip().capitalize()
            campaign = create_campaign(
                slug=slug, letter=letter, language=language or "en", title=title
            )
        elif campaign is None:
            raise NotImported(_unknown(slug))
        return import_letter_text(
            campaign=campaign, letter=letter, language=language or campaign.default_language
        )


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(
            _("%(file)s cannot be read: %(why)s.") % {"file": file, "why": error.strerror}
        ) from error


def _refusal(file: Path, problems: list[str]) -> CommandError:
    """Return the error: every problem on a line of its own."""
    head = ngettext(
        "%(file)s has %(count)d problem. Nothing was changed.",
        "%(file)s has %(count)d problems. Nothing was changed.",
        len(problems),
    ) % {"file": file, "count": len(problems)}
    shown = problems[:MOST_PROBLEMS]
    if len(problems) > len(shown):
        shown.append(_("… and %d more.") % (len(problems) - len(shown)))
    return CommandError("\n  ".join([head, *shown]))


def _unknown(slug: str) -> str:
    known = ", ".join(Campaign.objects.values_list("slug", flat=True)) or _("none yet")
    message = _(
        "There is no campaign “%(slug)s”. Known: %(known)s. Use --create to make a new one."
    )
    return message % {"slug": slug, "known": known}


def _understood(file: Path, letter: LetterFile) -> Iterator[str]:
    """Say part by part what the letter was taken to be."""
    paragraphs = ngettext("%d paragraph", "%d paragraphs", letter.paragraphs) % letter.paragraphs
    bullets = ngettext("%d bullet point", "%d bullet points", letter.bullets) % letter.bullets
    ask = " ".join(letter.ask.split())
    parts = (
        (_("Subject"), letter.subject or "–"),
        (_("Salutation"), letter.salutation),
        (_("Body"), f"{paragraphs}, {bullets}: {_beginning(letter.body)}"),
        (_("Ask"), ask or "–"),
        (_("Closing"), letter.closing),
        (_("Signature"), " / ".join(letter.signature.splitlines())),
        (_("Blanks"), ", ".join(map(_explained, letter.placeholders)) or "–"),
    )
    yield _("%(file)s: %(count)d words.") % {"file": file, "count": letter.words}
    yield from (f"  {name:<11} {text}" for name, text in parts)
    yield from (f"  {_('Note'):<11} {note}" for note in letter.notes)


def _explained(name: str) -> str:
    """Return a placeholder, with whose it is where that could be mistaken."""
    whose = {
        "country": _("the writer's"),
        "government": _("the addressee's"),
        "since": _("since when its position holds"),
        "date": _("of the letter"),
    }
    return f"{{{name}}} ({whose[name]})" if name in whose else f"{{{name}}}"


def _beginning(markdown: str) -> str:
    text = " ".join(markdown.split())
    return text if len(text) <= 60 else text[:60].rsplit(" ", 1)[0] + " …"


def _saved(imported: Imported, *, dry_run: bool) -> Iterator[str]:
    version = imported.text.version
    if imported.subject_is_title:
        message = _("No subject in the file: the campaign's title is taken, “%s”.")
        yield f"  {_('Note'):<11} " + message % imported.text.subject
    message = _("Saved as draft version %(number)d of “%(letter)s” (%(language)s) in %(campaign)s.")
    if dry_run:
        message = _(
            "Dry run: nothing was saved. It would be draft version %(number)d of “%(letter)s” "
            "(%(language)s) in %(campaign)s."
        )
    yield message % {
        "number": version.number,
        "letter": version.template.name,
        "language": imported.text.language,
        "campaign": version.template.campaign,
    }
    if imported.taken_over:
        languages = ", ".join(imported.taken_over)
        yield _("Taken over from the version before it: %s.") % languages


def _where_to_publish(imported: Imported) -> str:
    version = imported.text.version
    message = _(
        "When it is ready, publish it in the admin: Letters to groups of governments › "
        "%(letter)s › Publish draft version %(number)d."
    )
    return message % {"letter": version.template.name, "number": version.number}


def _to_do(campaign: Campaign, missing: list[str], *, dry_run: bool) -> Iterator[str]:
    """Name what a letter can't say about its campaign."""
    head = _(
        "The new campaign is a draft. Still to be filled in, in the admin under Campaigns › "
        "%(campaign)s, before it can be tested:"
    )
    if dry_run:
        head = _("In the new campaign %(campaign)s these would still have to be filled in:")
    yield head % {"campaign": campaign}
    yield from (f"  - {what}" for what in missing)
    if dry_run:
        return
    yield _("Also look at:")
    yield "  - " + _("the page's title, lead and summary, taken from the letter: read them once")
    yield "  - " + _("why it matters, who you are, questions and answers, text to share")
    yield "  - " + _("until when details are kept (now %s)") % campaign.keep_until
