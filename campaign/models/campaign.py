"""Campaign: one ask by one organisation, with its dates, languages, policies and state."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.models.position import Treaty

# Each call of available_timezones() reads the whole tz database from disk.
time_zones = cache(available_timezones)


def validate_time_zone(name: str) -> None:
    if name not in time_zones():
        raise ValidationError(
            _("“%(name)s” is no time zone. Use a name such as Europe/Tallinn."),
            params={"name": name},
        )


# The first parts of other addresses: /en/confirm/…, /en/letter/….
RESERVED_SLUGS = {"check", "confirm", "letter"}


def validate_slug_is_free(slug: str) -> None:
    if slug in RESERVED_SLUGS:
        raise ValidationError(
            _("“%(slug)s” is an address of the site itself."), params={"slug": slug}
        )


class Delivery(models.TextChoices):
    """How an office gets its letters."""

    SINGLE = "single", _("one mail for each letter")
    DIGEST = "digest", _("one mail a day with all letters")
    PAPER = "paper", _("on paper: nothing is mailed, letters wait for the hand-over")


def default_office_kinds() -> list[str]:
    return ["head_of_government", "head_of_state_and_government", "head_of_state"]


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def live(self) -> CampaignQuerySet:
        return self.filter(state=Campaign.State.LIVE)

    def public(self) -> CampaignQuerySet:
        """Those with a page that anybody may see, open for signing or not."""
        states = (Campaign.State.LIVE, Campaign.State.PAUSED, Campaign.State.CLOSED)
        return self.filter(state__in=states)


class Campaign(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        TEST = "test", _("test")
        LIVE = "live", _("live")
        PAUSED = "paused", _("paused")
        CLOSED = "closed", _("closed")
        ERASED = "erased", _("erased")

    class Review(models.TextChoices):
        NONE = "none", _("letters go out without review")
        OWN_WORDS = "own_words", _("letters with own words are reviewed")
        ALL = "all", _("every letter is reviewed")

    slug = models.CharField(
        _("address"),
        max_length=60,
        unique=True,
        validators=[
            validate_slug_is_free,
            RegexValidator(
                r"^[a-z0-9]+(-[a-z0-9]+)*$", _("Use small letters, digits and hyphens.")
            ),
        ],
        help_text=_("The last part of the page's address: small letters, digits and hyphens."),
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    treaty = models.ForeignKey(
        Treaty,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        help_text=_("Where a government stands on it decides what its letter asks."),
    )
    organisation = models.CharField(_("organisation"), max_length=160)
    organisation_address = models.CharField(_("postal address"), max_length=240, blank=True)
    contact_email = models.EmailField(
        _("contact e-mail"), help_text=_("Shown as help, and where offices answer.")
    )
    website = models.URLField(_("website"), blank=True)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=60,
        default="UTC",
        validators=[validate_time_zone],
        help_text=_("Of the letter's date and of the days in every count."),
    )
    default_language = models.CharField(_("language of the letter"), max_length=12, default="en")
    keep_until = models.DateField(
        _("details kept until"),
        help_text=_("Told to supporters; everything personal is erased then."),
    )
    review = models.CharField(
        _("review"), max_length=10, choices=Review.choices, default=Review.OWN_WORDS
    )
    take_back_seconds = models.PositiveIntegerField(
        _("time to take a letter back, in seconds"),
        default=900,
        validators=[MaxValueValidator(86_400)],
        help_text=_("A confirmed letter waits this long before it leaves."),
    )
    delivery = models.CharField(
        _("delivery"),
        max_length=8,
        choices=Delivery.choices,
        default=Delivery.SINGLE,
        help_text=_("An office may have a way of its own."),
    )
    per_hour = models.PositiveSmallIntegerField(
        _("mails an hour to one office"),
        default=30,
        help_text=_("At most; 0 sets no limit. An office may have a limit of its own."),
    )
    office_hours = models.BooleanField(
        _("only in the office's working hours"),
        default=True,
        help_text=_("By the days, hours and time zone of each office."),
    )
    delivery_paused = models.BooleanField(
        _("delivery paused"),
        default=False,
        help_text=_("Letters can be signed and confirmed; none leaves while this is ticked."),
    )
    delivery_pause_reason = models.CharField(
        _("why its delivery is paused"), max_length=300, blank=True, editable=False
    )
    letterhead = models.TextField(
        _("letterhead"), max_length=300, blank=True, help_text=_("Up to three lines, plain text.")
    )
    logo = models.FileField(_("logo"), upload_to="logos/", blank=True)
    max_governments = models.PositiveSmallIntegerField(
        _("governments per form"),
        default=1,
        validators=[MaxValueValidator(20)],
        help_text=_("With more than one, supporters tick the governments they write to."),
    )
    office_kinds = models.JSONField(
        _("offices written to"),
        default=default_office_kinds,
        help_text=_(
            "Kinds of office in order; each government's first that exists gets the letter."
        ),
    )
    targets = models.ManyToManyField(
        "campaign.Government",
        blank=True,
        related_name="campaigns",
        verbose_name=_("governments"),
        help_text=_("Leave empty to let supporters choose any government."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "slug")
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__isnull=True)
                | models.Q(opens_at__isnull=True)
                | models.Q(closes_at__gt=models.F("opens_at")),
                name="campaign_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=models.Q(max_governments__gte=1), name="campaign_takes_a_government"
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        """Return the page's address, in the letter's language if the site speaks it."""
        spoken = self.default_language in dict(settings.LANGUAGES)
        return f"/{self.default_language if spoken else settings.LANGUAGE_CODE}/{self.slug}/"

    def is_open(self, now: datetime) -> bool:
        """Whether a letter can be signed at `now`."""
        started = self.opens_at is None or self.opens_at <= now
        ended = self.closes_at is not None and self.closes_at <= now
        return self.state == self.State.LIVE and started and not ended

    def today(self, now: datetime | None = None) -> date:
        """Return the day it is in the campaign's time zone."""
        return (now or timezone.now()).astimezone(ZoneInfo(self.time_zone)).date()


class CampaignText(models.Model):
    """The words of a campaign's page and mails in one language. Plain text."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=12)
    title = models.CharField(
        _("the ask"), max_length=70, help_text=_("The page's heading, verb first.")
    )
    lead = models.TextField(
        _("lead"), max_length=400, help_text=_("At most 40 words under the heading.")
    )
    summary = models.TextField(
        _("what the letter asks"), max_length=600, help_text=_("For the confirmation mail.")
    )
    why = models.TextField(_("why it matters"), blank=True)
    who = models.TextField(_("who we are"), blank=True)
    questions = models.TextField(_("questions and answers"), blank=True)
    starters = models.JSONField(
        _("beginnings for own words"),
        default=list,
        blank=True,
        help_text=_("Up to three, such as “I live …”."),
    )
    share = models.TextField(_("text to share"), max_length=280, blank=True)

    class Meta:
        ordering = ("campaign", "language")
        verbose_name = _("page text")
        verbose_name_plural = _("page texts")
        constraints = [
            models.UniqueConstraint(
                fields=("campaign", "language"), name="page_text_once_per_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"


class ConsentWording(models.Model):
    """What a supporter agreed to, word for word. Append-only: a change is a new version.

    `{organisation}`, `{government}` and `{date}` are filled in (GDPR art. 9(2)(a): explicit consent).
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="consent_wordings")
    language = models.CharField(_("language"), max_length=12)
    version = models.PositiveIntegerField(_("version"))
    text = models.TextField(_("wording"))
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        ordering = ("campaign", "language", "-version")
        verbose_name = _("consent wording")
        verbose_name_plural = _("consent wordings")
        constraints = [
            models.UniqueConstraint(
                fields=("campaign", "language", "version"), name="consent_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.language} v{self.version}"
