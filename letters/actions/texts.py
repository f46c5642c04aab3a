"""Texts of letters: a file becomes a draft, a draft is published and fixed from then on."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign.models import Campaign
from letters.actions.drafts import start_draft
from letters.letter_file import LetterFile
from letters.models import LetterTemplate, LetterText, LetterVersion
from letters.rendering.fits import text_problem


class NotImported(Exception):
    """A letter that has no place in its campaign; the message tells an organiser why."""


@dataclass(frozen=True)
class Imported:
    """The draft text; which languages a new draft took over; whether it lent itself a subject."""

    text: LetterText
    taken_over: tuple[str, ...] = ()
    subject_is_title: bool = False


@transaction.atomic
def import_letter_text(*, campaign: Campaign, letter: LetterFile, language: str) -> Imported:
    """Save a letter as the draft of its template. Published versions stay as they are.

    A new draft starts with the other languages of the version before it, so that publishing
    it loses none of them. Raises NotImported.
    """
    subject = letter.subject or _title(campaign, language)
    if not subject:
        raise NotImported(_("The letter has no subject. Add a line “Subject: …” at its top."))
    template = _template_for(campaign, letter)
    waiting = template.versions.filter(published_at__isnull=True).exists()
    draft = start_draft(template)
    others = draft.texts.exclude(language=language).values_list("language", flat=True)
    taken_over = () if waiting else tuple(others)
    text, _created = LetterText.objects.update_or_create(
        version=draft,
        language=language,
        defaults={
            "subject": subject,
            "salutation": letter.salutation,
            "body": letter.body,
            "ask": letter.ask,
            "closing": letter.closing,
            "signature": letter.signature,
        },
    )
    return Imported(text, taken_over, subject_is_title=not letter.subject)


def _title(campaign: Campaign, language: str) -> str:
    titles = dict(campaign.texts.values_list("language", "title"))
    return titles.get(language) or titles.get(campaign.default_language) or ""


def _template_for(campaign: Campaign, letter: LetterFile) -> LetterTemplate:
    """Return the template that the file names, else the campaign's only one, else a new one."""
    templates = list(campaign.templates.select_for_update())
    if letter.name:
        templates = [template for template in templates if template.name == letter.name]
    if len(templates) > 1:
        raise NotImported(
            _(
                "%(campaign)s has several letters: %(names)s. Say which one in the first lines "
                "of the file, between two lines “---”, as “letter: …”."
            )
            % {"campaign": campaign, "names": ", ".join(f"“{one.name}”" for one in templates)}
        )
    if templates:
        _check_rule(templates[0], letter)
        return templates[0]
    values = {"standings": letter.standings, "rank": letter.rank}
    given = {name: value for name, value in values.items() if value is not None}
    return LetterTemplate.objects.create(
        campaign=campaign, name=letter.name or _("The letter"), **given
    )


def _check_rule(template: LetterTemplate, letter: LetterFile) -> None:
    """Refuse another rule: it would hold at once, for the published text as well."""
    other_standings = letter.standings is not None and set(letter.standings) != set(
        template.standings
    )
    if other_standings or letter.rank not in (None, template.rank):
        raise NotImported(
            _(
                "“%(name)s” has other positions or another order than the file says. Change "
                "them in the admin, or give the letter in the file a name of its own."
            )
            % {"name": template.name}
        )


@transaction.atomic
def publish_version(version: LetterVersion, *, by: AbstractBaseUser | None = None) -> LetterVersion:
    """Publish a draft: from now on it is what supporters sign. Raises ValidationError.

    A version that is published already stays as it is.
    """
    if version.published_at is not None:
        return version
    _check_complete(version)
    now = timezone.now()
    drafts = LetterVersion.objects.filter(pk=version.pk, published_at__isnull=True)
    if drafts.update(published_at=now) != 1:  # somebody else was first
        version.refresh_from_db()
        return version
    version.published_at = now
    if by is not None:
        LogEntry.objects.log_actions(by.pk, [version], CHANGE, _("Published."))
    return version


def _check_complete(version: LetterVersion) -> None:
    texts = {text.language: text for text in version.texts.all()}
    language = version.template.campaign.default_language
    problems = []
    if language not in texts:
        message = _("There is no text in the campaign's language, %(language)s.")
        problems.append(message % {"language": language})
    for text in texts.values():
        problems += [f"{text.language}: {problem}" for problem in _problems_of(text)]
    if problems:
        raise ValidationError(problems)


def _problems_of(text: LetterText) -> list[str]:
    problems = []
    try:
        text.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            label = text._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            problems += [f"{label}: {message}" for message in messages]
    if not problems and (unfit := text_problem(text)):
        problems.append(unfit)
    return problems
