"""Digest: the letters of a day to one office, in one mail with one PDF."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign.models import Campaign, Office
from letters.models.outbound import Outbound


class Digest(models.Model):
    """One part of a day's letters to an office; `letters` are those in it, each with its number.

    `text` is the mail's body, frozen when the digest is made. A part that is taken apart again
    before it left keeps its row with a cancelled mail, and has no letters.
    """

    outbound = models.OneToOneField(Outbound, models.CASCADE, related_name="digest")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="digests")
    office = models.ForeignKey(Office, models.PROTECT, related_name="digests")
    day = models.DateField(_("day"), help_text=_("In the office's time zone."))
    part = models.PositiveSmallIntegerField(_("part"), default=1)
    parts = models.PositiveSmallIntegerField(_("of"), default=1)
    count = models.PositiveIntegerField(_("letters"), default=0)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    pdf = models.CharField(_("PDF"), max_length=160, blank=True, editable=False)
    pdf_sha256 = models.CharField(
        _("fingerprint of the PDF"), max_length=64, blank=True, editable=False
    )
    pdf_bytes = models.PositiveIntegerField(_("size of the PDF"), default=0, editable=False)

    build_failures = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ("-day", "office", "part")
        verbose_name = _("digest")
        verbose_name_plural = _("digests")

    def __str__(self) -> str:
        return f"{self.office} {self.day} ({self.part}/{self.parts})"
