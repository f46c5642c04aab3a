"""Office: an addressee inside a government; its forms of address, holders and routes."""

from __future__ import annotations

from datetime import date, time

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign.models.campaign import Delivery, validate_time_zone
from campaign.models.government import Government


class OfficeQuerySet(models.QuerySet["Office"]):
    def in_use(self) -> OfficeQuerySet:
        return self.filter(closed=False)


class Office(models.Model):
    """An addressee, whoever holds it. Address lines are kept as the local post writes them."""

    class Paper(models.TextChoices):
        A4 = "A4", "A4"
        LETTER = "Letter", _("US Letter")

    class Window(models.TextChoices):
        """Where the envelope's window is."""

        BY_PAPER = "", _("as usual for the paper")
        DIN_B = "din_b", _("DIN 5008 form B, left")
        DIN_A = "din_a", _("DIN 5008 form A, left, higher")
        FRENCH = "french", _("French, right")
        US_10 = "us_10", _("US no. 10, left")

    key = models.CharField(
        _("key"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9_.-]+$")],
        help_text=_("Identifies the office in imports, for example EE-head_of_government."),
    )
    government = models.ForeignKey(Government, models.PROTECT, related_name="offices")
    kind = models.CharField(
        _("kind"), max_length=40, help_text=_("For example: head_of_government.")
    )
    title = models.CharField(_("title in English"), max_length=160)
    language = models.CharField(_("preferred language"), max_length=12, blank=True)
    address_lines = models.TextField(
        _("postal address"),
        blank=True,
        help_text=_("One line each, as the local post writes it, without the country."),
    )
    address_country = models.CharField(
        _("last line for post from abroad"), max_length=80, blank=True
    )
    address_status = models.CharField(_("how sure the address is"), max_length=40, blank=True)
    address_source = models.CharField(_("source of the address"), max_length=240, blank=True)
    paper = models.CharField(_("paper"), max_length=6, choices=Paper.choices, default=Paper.A4)
    window = models.CharField(
        _("envelope's window"),
        max_length=8,
        choices=Window.choices,
        default=Window.BY_PAPER,
        blank=True,
    )
    marks = models.BooleanField(_("fold and punch marks"), default=False)
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="UTC", validators=[validate_time_zone]
    )
    working_days = models.CharField(
        _("working days"),
        max_length=7,
        default="12345",
        validators=[
            RegexValidator(r"^1?2?3?4?5?6?7?$", _("Days by number, 1 Monday to 7 Sunday: 12345."))
        ],
        help_text=_("By number: 1 is Monday, 7 Sunday."),
    )
    opens = models.TimeField(_("opens"), default=time(9))
    closes = models.TimeField(_("closes"), default=time(17))
    delivery = models.CharField(
        _("delivery"),
        max_length=8,
        choices=Delivery.choices,
        blank=True,
        help_text=_("Empty: as the campaign says."),
    )
    per_hour = models.PositiveSmallIntegerField(
        _("mails an hour"),
        null=True,
        blank=True,
        help_text=_("At most; 0 sets no limit; empty: as the campaign says."),
    )
    paused = models.BooleanField(
        _("paused"), default=False, help_text=_("Letters wait while this is ticked.")
    )
    pause_reason = models.CharField(_("why it is paused"), max_length=300, blank=True)
    closed = models.BooleanField(_("no longer written to"), default=False)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        ordering = ("government", "key")
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")),
                name="office_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=~models.Q(working_days=""), name="office_has_a_working_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.government.iso2})"

    def address(self) -> list[str]:
        """Return the lines of the postal address, the country last."""
        lines = [line.strip() for line in self.address_lines.splitlines() if line.strip()]
        return [*lines, self.address_country] if lines and self.address_country else lines


class FormOfAddress(models.Model):
    """How an office is titled and greeted in one language: stored text, never computed.

    `gender` is empty where one form serves every holder.
    """

    class Gender(models.TextChoices):
        ANY = "", _("any holder")
        MASCULINE = "m", _("masculine")
        FEMININE = "f", _("feminine")

    office = models.ForeignKey(Office, models.CASCADE, related_name="forms")
    language = models.CharField(_("language"), max_length=12)
    gender = models.CharField(
        _("form"), max_length=1, choices=Gender.choices, blank=True, default=""
    )
    title = models.CharField(_("title"), max_length=160)
    salutation = models.CharField(
        _("salutation"),
        max_length=200,
        blank=True,
        help_text=_("With its own comma, colon or mark."),
    )
    closing = models.CharField(
        _("closing"), max_length=240, blank=True, help_text=_("Empty: the letter's own.")
    )
    status = models.CharField(_("how sure it is"), max_length=40, blank=True)
    source = models.CharField(_("source"), max_length=240, blank=True)

    class Meta:
        ordering = ("office", "language", "gender")
        verbose_name = _("form of address")
        verbose_name_plural = _("forms of address")
        constraints = [
            models.UniqueConstraint(
                fields=("office", "language", "gender"), name="one_form_per_language_and_gender"
            )
        ]

    def __str__(self) -> str:
        return self.salutation or self.title


class OfficeHolderQuerySet(models.QuerySet["OfficeHolder"]):
    def on(self, day: date) -> OfficeHolderQuerySet:
        begun = models.Q(begins__isnull=True) | models.Q(begins__lte=day)
        going_on = models.Q(ends__isnull=True) | models.Q(ends__gt=day)
        return self.filter(begun & going_on)


class OfficeHolder(models.Model):
    """Who holds an office from a day on, until a day (exclusive)."""

    office = models.ForeignKey(Office, models.CASCADE, related_name="holders")
    name = models.CharField(_("name"), max_length=160)
    gender = models.CharField(
        _("form of address"),
        max_length=1,
        choices=FormOfAddress.Gender.choices,
        blank=True,
        default="",
    )
    begins = models.DateField(_("from"), null=True, blank=True)
    ends = models.DateField(_("until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=240, blank=True)

    objects = OfficeHolderQuerySet.as_manager()

    class Meta:
        ordering = ("office", "-begins")
        verbose_name = _("office holder")
        verbose_name_plural = _("office holders")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__isnull=True)
                | models.Q(begins__isnull=True)
                | models.Q(ends__gt=models.F("begins")),
                name="holder_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=("office",),
                condition=models.Q(ends__isnull=True),
                name="one_present_holder_of_an_office",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OfficeRouteQuerySet(models.QuerySet["OfficeRoute"]):
    def usable(self) -> OfficeRouteQuerySet:
        return self.filter(stopped=False).order_by("rank", "id")


class OfficeRoute(models.Model):
    """An e-mail address of an office; the lowest rank is tried first. Never public."""

    office = models.ForeignKey(Office, models.CASCADE, related_name="routes")
    email = models.EmailField(_("e-mail address"))
    rank = models.PositiveSmallIntegerField(_("rank"), default=1)
    stopped = models.BooleanField(
        _("stopped"), default=False, help_text=_("Refused for good by its mail server.")
    )
    stopped_reason = models.CharField(_("why it was stopped"), max_length=300, blank=True)

    objects = OfficeRouteQuerySet.as_manager()

    class Meta:
        ordering = ("office", "rank", "id")
        verbose_name = _("route")
        verbose_name_plural = _("routes")
        constraints = [
            models.UniqueConstraint(fields=("office", "email"), name="one_route_per_address")
        ]

    def __str__(self) -> str:
        return self.email
