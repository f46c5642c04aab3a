"""Submission: the form as one supporter sent it; its links; addresses that want no mail."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign.models import Campaign, ConsentWording
from letters.enums import SubmissionState
from letters.identifiers import uuid7


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def pending(self, now: datetime) -> SubmissionQuerySet:
        """Those that their link can still confirm."""
        return self.filter(state=SubmissionState.AWAITING, expires_at__gt=now)

    def overdue(self, now: datetime) -> SubmissionQuerySet:
        states = (SubmissionState.AWAITING, SubmissionState.REPEATED)
        return self.filter(state__in=states, expires_at__lte=now)


class Submission(models.Model):
    """One form by one supporter. `signer` outlives the erasure of the rest, for the counts."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(
        primary_key=True, default=uuid7, editable=False
    )
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="submissions")
    state = models.CharField(
        _("state"), max_length=24, choices=SubmissionState.choices, default=SubmissionState.AWAITING
    )
    page_language = models.CharField(_("language of the page"), max_length=12)
    name = models.CharField(_("full name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    signer = models.CharField(_("signer"), max_length=64, editable=False)
    country = models.CharField(_("country"), max_length=2)
    town = models.CharField(_("town or city"), max_length=80, blank=True)
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    words = models.TextField(_("own words"), blank=True)
    updates = models.BooleanField(_("wants updates"), default=False)
    reply_directly = models.BooleanField(
        _("the office may answer the writer directly"), default=False
    )
    wants_answer = models.BooleanField(
        _("an answer of the office is passed on to the writer"), default=True
    )
    consent = models.ForeignKey(
        ConsentWording, models.PROTECT, related_name="submissions", verbose_name=_("consent")
    )
    consent_sha256 = models.CharField(_("fingerprint of the consent's text"), max_length=64)
    consented_at = models.DateTimeField(_("consented"))
    form_nonce = models.CharField(max_length=64, unique=True, editable=False)
    suspicions = models.JSONField(_("reasons to look twice"), default=list, blank=True)
    created_at = models.DateTimeField(_("signed"))
    revised_at = models.DateTimeField(_("answers changed"), null=True, blank=True)
    expires_at = models.DateTimeField(_("link works until"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    writer_number = models.PositiveIntegerField(_("writer number"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        indexes = [
            models.Index(fields=("campaign", "signer"), name="submission_by_signer"),
            models.Index(fields=("state", "expires_at"), name="submission_by_expiry"),
            models.Index(fields=("-created_at",), name="submission_newest_first"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=SubmissionState.CONFIRMED)
                | models.Q(confirmed_at__isnull=False),
                name="confirmed_submission_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state=SubmissionState.ERASED, erased_at__isnull=False)
                | (~models.Q(state=SubmissionState.ERASED) & models.Q(erased_at__isnull=True)),
                name="erased_submission_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.id)


class AccessToken(models.Model):
    """A link to one submission. Only a digest is stored; the purpose is part of it (A19)."""

    class Purpose(models.TextChoices):
        CONFIRM = "confirm", _("confirm")
        MINE = "mine", _("my letter")

    digest = models.CharField(max_length=64, primary_key=True)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="tokens")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")

    def __str__(self) -> str:
        return f"{self.purpose} {self.digest[:8]}"


class Suppression(models.Model):
    """An address that asked for no more mail, known by its HMAC only."""

    signer = models.CharField(max_length=64, primary_key=True)
    reason = models.CharField(_("reason"), max_length=80)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")

    def __str__(self) -> str:
        return self.signer[:12]
