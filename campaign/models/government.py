"""Government: a state, or another public body that can be written to."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class GovernmentQuerySet(models.QuerySet["Government"]):
    def of_region(self, region: str) -> GovernmentQuerySet:
        return self.filter(region=region)


class Government(models.Model):
    """A state by its ISO 3166-1 codes. `name` is the short English name of CLDR."""

    iso2 = models.CharField(
        _("ISO code"), max_length=2, unique=True, validators=[RegexValidator(r"^[A-Z]{2}$")]
    )
    iso3 = models.CharField(
        _("ISO code, three letters"),
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{3}$")],
    )
    name = models.CharField(_("name"), max_length=120, help_text=_("As shown to supporters."))
    formal_name = models.CharField(_("name in the source"), max_length=160, blank=True)
    un_status = models.CharField(_("UN status"), max_length=40, blank=True)
    region = models.CharField(_("region"), max_length=60, blank=True, help_text=_("UN M49."))
    subregion = models.CharField(_("subregion"), max_length=60, blank=True)
    languages = models.JSONField(
        _("languages"),
        default=list,
        blank=True,
        help_text=_("BCP 47 tags, the first is preferred."),
    )
    notes = models.TextField(_("notes"), blank=True)

    objects = GovernmentQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name = _("government")
        verbose_name_plural = _("governments")

    def __str__(self) -> str:
        return self.name
