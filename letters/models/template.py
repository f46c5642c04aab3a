"""LetterTemplate → LetterVersion → LetterText: the campaign's letter, by rule, version, language."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign.models import Campaign, Government, Standing
from letters.validators import validate_block_text, validate_line_text, validate_plain_line


def validate_standings(values: object) -> None:
    known = set(Standing.values)
    if not isinstance(values, list) or not set(values) <= known:
        raise ValidationError(
            _("Use a list of: %(known)s."), params={"known": ", ".join(sorted(known))}
        )


class LetterTemplate(models.Model):
    """The letter to one group of governments. The first by rank whose rule fits is used."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="templates")
    name = models.CharField(
        _("name"), max_length=80, help_text=_("For example: to those that left.")
    )
    rank = models.PositiveSmallIntegerField(_("order"), default=10)
    standings = models.JSONField(
        _("positions"),
        default=list,
        blank=True,
        validators=[validate_standings],
        help_text=_("party, withdrawing, withdrawn, signatory, not_party. Empty: any."),
    )
    region = models.CharField(_("region"), max_length=60, blank=True, help_text=_("Empty: any."))
    governments = models.ManyToManyField(
        Government,
        blank=True,
        related_name="letter_templates",
        verbose_name=_("governments"),
        help_text=_("Empty: any."),
    )

    class Meta:
        ordering = ("campaign", "rank", "id")
        verbose_name = _("letter")
        verbose_name_plural = _("letters to groups of governments")
        constraints = [
            models.UniqueConstraint(
                fields=("campaign", "name"), name="letter_name_once_per_campaign"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.name}"


class LetterVersionQuerySet(models.QuerySet["LetterVersion"]):
    def published(self) -> LetterVersionQuerySet:
        return self.filter(published_at__isnull=False)


class LetterVersion(models.Model):
    """One state of a letter's texts. Fixed once published: a change is a new version."""

    template = models.ForeignKey(LetterTemplate, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)

    objects = LetterVersionQuerySet.as_manager()

    class Meta:
        ordering = ("template", "-number")
        verbose_name = _("version of a letter")
        verbose_name_plural = _("versions of letters")
        constraints = [
            models.UniqueConstraint(fields=("template", "number"), name="version_number_once"),
            models.UniqueConstraint(
                fields=("template",),
                condition=models.Q(published_at__isnull=True),
                name="one_draft_per_letter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"


class LetterText(models.Model):
    """A version in one language. Body and ask are paragraphs, `- ` lists and `**bold**`."""

    version = models.ForeignKey(LetterVersion, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=12)
    subject = models.CharField(_("subject"), max_length=160, validators=[validate_line_text])
    salutation = models.CharField(
        _("salutation"),
        max_length=200,
        validators=[validate_plain_line],
        help_text=_("Where the office has no form of address of its own: Dear Leader,"),
    )
    body = models.TextField(
        _("body"),
        validators=[validate_block_text],
        help_text=_("Paragraphs parted by an empty line; lists with “- ”; **bold**."),
    )
    ask = models.TextField(
        _("what it asks"),
        validators=[validate_block_text],
        help_text=_("Stands after the supporter's own words."),
    )
    closing = models.CharField(_("closing"), max_length=240, validators=[validate_plain_line])
    signature = models.TextField(
        _("signature"),
        default="{name}\n{organisation}",
        validators=[validate_line_text],
        help_text=_("Line by line; a line whose blank stays empty is left out."),
    )

    class Meta:
        ordering = ("version", "language")
        verbose_name = _("text of a letter")
        verbose_name_plural = _("texts of letters")
        constraints = [
            models.UniqueConstraint(fields=("version", "language"), name="text_once_per_language")
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.language})"
