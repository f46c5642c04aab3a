"""Outbound: one mail to be sent, the only way mail leaves; and its attempts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign.models import Campaign, Office
from letters.enums import OutboundState, Purpose
from letters.identifiers import uuid7
from letters.models.letter import Letter
from letters.models.submission import Submission

# A bounced mail was sent once, too.
LEFT = (OutboundState.SENT, OutboundState.BOUNCED)


class OutboundQuerySet(models.QuerySet["Outbound"]):
    def due(self, now: datetime) -> OutboundQuerySet:
        return self.filter(state=OutboundState.QUEUED, next_attempt_at__lte=now)

    def abandoned(self, now: datetime) -> OutboundQuerySet:
        """Claimed by a worker that did not come back in time."""
        return self.filter(state=OutboundState.SENDING, lease_until__lte=now)


class Outbound(models.Model):
    """A row of the outbox. Its message is made from the rows it names, the same each time.

    `language` is that of the mail; `recipient` is fixed when the mail is first tried. A digest
    and a notice belong to no submission: `office`, `campaign` and `content` say what they tell.
    """

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(
        primary_key=True, default=uuid7, editable=False
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices)
    submission = models.ForeignKey(
        Submission, models.CASCADE, null=True, blank=True, related_name="outbounds"
    )
    letter = models.ForeignKey(
        Letter, models.CASCADE, null=True, blank=True, related_name="outbounds"
    )
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="+")
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="outbounds"
    )
    content: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(
        _("what a notice says"), null=True, blank=True, editable=False
    )
    recipient = models.EmailField(_("recipient"), max_length=254, blank=True)
    mailbox = models.CharField(
        max_length=64, blank=True, editable=False, help_text=_("Whose mailbox it went to: an HMAC.")
    )
    language = models.CharField(_("language"), max_length=12)
    state = models.CharField(
        _("state"), max_length=12, choices=OutboundState.choices, default=OutboundState.QUEUED
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=5)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    resent = models.BooleanField(_("sent again once after an unknown outcome"), default=False)
    claim_token = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    sha256 = models.CharField(
        _("fingerprint of the message"), max_length=64, blank=True, editable=False
    )
    last_code = models.PositiveSmallIntegerField(_("last answer's code"), null=True, blank=True)
    last_answer = models.CharField(_("last answer"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = OutboundQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("outbound mail")
        verbose_name_plural = _("outbound mail")
        indexes = [
            models.Index(
                fields=("priority", "next_attempt_at"),
                condition=models.Q(state="queued"),
                name="outbound_due",
            ),
            models.Index(fields=("state", "lease_until"), name="outbound_leases"),
            models.Index(
                fields=("mailbox",),
                condition=models.Q(purpose__in=(Purpose.CONFIRM, Purpose.ALREADY)),
                name="outbound_asking",
            ),
            models.Index(fields=("-created_at",), name="outbound_newest_first"),
            models.Index(
                fields=("sent_at",), condition=models.Q(state="sent"), name="outbound_sent"
            ),
            models.Index(
                fields=("created_at",),
                condition=models.Q(purpose="notice"),
                name="outbound_notices",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=OutboundState.SENDING)
                | (models.Q(lease_until__isnull=False) & ~models.Q(claim_token="")),
                name="sending_outbound_has_a_lease",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=LEFT, sent_at__isnull=False)
                | (~models.Q(state__in=LEFT) & models.Q(sent_at__isnull=True)),
                name="sent_outbound_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(submission__isnull=False)
                | models.Q(purpose__in=(Purpose.DIGEST, Purpose.NOTICE)),
                name="mail_about_a_submission",
            ),
            models.UniqueConstraint(
                fields=("letter", "purpose"),
                condition=models.Q(purpose__in=(Purpose.LETTER, Purpose.COPY))
                & ~models.Q(state__in=(OutboundState.CANCELLED, OutboundState.BOUNCED)),
                name="one_mail_per_letter_and_purpose",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.message_id}"

    @property
    def its_submission(self) -> Submission:
        """The submission this mail is about. Raises ValueError for a digest or a notice."""
        if self.submission is None:
            raise ValueError(f"A {self.purpose} mail is about no submission.")
        return self.submission


class Attempt(models.Model):
    """One try to hand a mail over. Only `data` leaves open whether it arrived (RFC 1047)."""

    class Stage(models.TextChoices):
        CONNECTING = "connecting", _("connecting")
        DATA = "data", _("handing over")
        DONE = "done", _("done")

    outbound = models.ForeignKey(Outbound, models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField(_("attempt"))
    claim_token = models.CharField(max_length=32)
    stage = models.CharField(
        _("stage"), max_length=10, choices=Stage.choices, default=Stage.CONNECTING
    )
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    code = models.PositiveSmallIntegerField(_("code"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    class Meta:
        ordering = ("outbound", "number")
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [
            models.UniqueConstraint(fields=("outbound", "number"), name="attempt_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.stage}"
