"""Event: a dated, sourced thing that a government or the campaign did. Append-only."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign.models.government import Government
from campaign.models.position import Treaty


class Event(models.Model):
    """`date` keeps the source's precision: 2025, 2025-06 or 2025-06-16; empty when undated."""

    class Precision(models.TextChoices):
        DAY = "day", _("day")
        MONTH = "month", _("month")
        YEAR = "year", _("year")
        UNDATED = "undated", _("undated")

    key = models.CharField(_("key"), max_length=20, unique=True)
    government = models.ForeignKey(
        Government, models.PROTECT, null=True, blank=True, related_name="events"
    )
    related = models.ManyToManyField(Government, blank=True, related_name="events_related")
    treaties = models.ManyToManyField(Treaty, blank=True, related_name="events")
    date = models.CharField(_("date"), max_length=10, blank=True)
    precision = models.CharField(_("precision"), max_length=8, choices=Precision.choices)
    date_basis = models.CharField(_("basis of the date"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=60)
    detail = models.TextField(_("what happened"))
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        ordering = ("-date", "key")
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{self.date or '—'} {self.kind}"
