"""Letter: one submission to one office, its frozen text, number, state and PDF."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign.models import Campaign, Government, Office
from letters.enums import CAN_BE_TAKEN_BACK, COUNTED, LIVING, HoldReason, LetterState
from letters.identifiers import new_number, uuid7
from letters.models.submission import Submission
from letters.models.template import LetterText


class LetterQuerySet(models.QuerySet["Letter"]):
    def written_with(self, submission: Submission) -> LetterQuerySet:
        """Those of a form's campaign and its very address. Spellings of a mailbox (mari+x@,
        mari@) count as one signer, but on some servers they are two people: neither is shown
        what the other wrote."""
        own = self.filter(campaign=submission.campaign_id, signer=submission.signer)
        return own.filter(submission__email__iexact=submission.email)

    def counted(self) -> LetterQuerySet:
        """Confirmed and not taken back, returned or rejected: what every public number counts."""
        return self.filter(state__in=COUNTED)

    def in_review(self) -> LetterQuerySet:
        return self.filter(state=LetterState.IN_REVIEW)

    def waiting_for_an_address(self) -> LetterQuerySet:
        return self.filter(state=LetterState.HELD, hold_reason=HoldReason.NO_ADDRESS)


class Letter(models.Model):
    """`content` is the letter as confirmed (rendering.document); None before and after its life.

    Country, language, day and signer stand here too: they are what is counted once the
    submission's personal details are erased.
    """

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(
        primary_key=True, default=uuid7, editable=False
    )
    number = models.CharField(
        _("letter number"), max_length=8, unique=True, default=new_number, editable=False
    )
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="letters")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="letters")
    government = models.ForeignKey(Government, models.PROTECT, related_name="letters")
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="letters"
    )
    text = models.ForeignKey(
        LetterText, models.PROTECT, related_name="letters", verbose_name=_("text")
    )
    language = models.CharField(_("language"), max_length=12)
    country = models.CharField(_("country of the writer"), max_length=2)
    signer = models.CharField(max_length=64, editable=False)
    with_words = models.BooleanField(_("with own words"), default=False)
    state = models.CharField(
        _("state"), max_length=24, choices=LetterState.choices, default=LetterState.AWAITING
    )
    hold_reason = models.CharField(
        _("why it is held"), max_length=16, choices=HoldReason.choices, blank=True
    )
    content: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(
        _("text as confirmed"), null=True, blank=True, editable=False
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_on = models.DateField(
        _("day"), null=True, blank=True, help_text=_("In the campaign's time zone.")
    )
    send_after = models.DateTimeField(_("leaves after"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    digest = models.ForeignKey(
        "letters.Digest",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="letters",
        verbose_name=_("digest"),
    )
    pdf = models.CharField(_("PDF"), max_length=120, blank=True, editable=False)
    pdf_sha256 = models.CharField(
        _("fingerprint of the PDF"), max_length=64, blank=True, editable=False
    )
    pdf_bytes = models.PositiveIntegerField(_("size of the PDF"), default=0, editable=False)
    render_failures = models.PositiveSmallIntegerField(default=0, editable=False)
    problem = models.CharField(_("last problem"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("signed"), auto_now_add=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        indexes = [
            # These two hold all that counts.py reads: a letter's text makes its row long.
            models.Index(
                fields=(
                    "campaign",
                    "state",
                    "confirmed_on",
                    "government",
                    "country",
                    "language",
                    "with_words",
                ),
                name="letter_counts",
            ),
            models.Index(
                fields=(
                    "campaign",
                    "signer",
                    "state",
                    "confirmed_on",
                    "country",
                    "language",
                    "with_words",
                ),
                name="letter_by_signer",
            ),
            models.Index(fields=("state", "created_at"), name="letter_queue"),
            models.Index(
                fields=("state", "hold_reason", "campaign", "office"),
                condition=models.Q(state__in=("held", "failed", "bounced", "unknown")),
                name="letter_stopped",
            ),
            models.Index(fields=("-created_at",), name="letter_newest_first"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("submission", "government"), name="one_letter_per_government"
            ),
            models.UniqueConstraint(
                fields=("campaign", "signer", "government"),
                condition=models.Q(state__in=sorted(LIVING)),
                name="one_living_letter_per_signer",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=sorted(COUNTED))
                | models.Q(confirmed_on__isnull=False),
                name="counted_letter_has_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(state=LetterState.HELD) ^ models.Q(hold_reason=""),
                name="held_letter_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def can_be_taken_back(self) -> bool:
        return self.state in CAN_BE_TAKEN_BACK
