"""OfficePace: when an office may get its next mail, and how often it refused one."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign.models import Office


class OfficePace(models.Model):
    """`next_slot_at` is the first time not yet given away; `last_sent_at` the last that was used."""

    office = models.OneToOneField(
        Office, models.CASCADE, primary_key=True, related_name="pace", verbose_name=_("office")
    )
    next_slot_at = models.DateTimeField(_("next free time"), null=True, blank=True)
    last_sent_at = models.DateTimeField(_("last mail"), null=True, blank=True)
    last_digest_on = models.DateField(_("last digest"), null=True, blank=True)
    refusals = models.PositiveSmallIntegerField(_("refusals in a row"), default=0)

    class Meta:
        verbose_name = _("pace of an office")
        verbose_name_plural = _("paces of offices")

    def __str__(self) -> str:
        return str(self.office)
