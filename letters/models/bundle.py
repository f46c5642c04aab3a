"""Bundle: all letters to one office as print-ready PDFs; a job with its progress, then its files."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign.models import Campaign, Office
from letters.models.letter import Letter


class BundleQuerySet(models.QuerySet["Bundle"]):
    def unfinished(self) -> BundleQuerySet:
        return self.filter(state__in=(Bundle.State.ASKED, Bundle.State.WORKING))

    def waiting(self, now: datetime) -> BundleQuerySet:
        """Those that no worker has in its hands."""
        free = models.Q(lease_until=None) | models.Q(lease_until__lte=now)
        return self.unfinished().filter(free)


class Bundle(models.Model):
    """`office`'s letters of a `campaign`, as chosen when it was begun: `entries` names them.

    While `working`, `step` says at what, `done_count` of `step_count` how far; the worker that
    proves itself by `claim_token` may write. `plain` counts letters that were not composed but
    set one by one (letters/rendering/run). `plan_sha256` tells whether finished parts still belong
    to what is being made. A cleared bundle keeps its row and has no files.
    """

    class Which(models.TextChoices):
        WAITING = "waiting", _("those that wait for paper, or for an address")
        ALL = "all", _("all that are approved, sent or not")

    class State(models.TextChoices):
        ASKED = "asked", _("waits for a worker")
        WORKING = "working", _("being made")
        DONE = "done", _("ready")
        FAILED = "failed", _("failed")
        CLEARED = "cleared", _("its files are deleted")

    class Step(models.TextChoices):
        CHOOSING = "choosing", _("putting the names in order")
        SETTING = "setting", _("setting letters")
        LISTING = "listing", _("setting the list of signatories")
        JOINING = "joining", _("joining parts")

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="bundles", verbose_name=_("campaign")
    )
    office = models.ForeignKey(
        Office, models.PROTECT, related_name="bundles", verbose_name=_("office")
    )
    which = models.CharField(
        _("letters"), max_length=8, choices=Which.choices, default=Which.WAITING
    )
    duplex = models.BooleanField(
        _("printed on both sides"),
        default=True,
        help_text=_("Every letter begins on a front; blank backs are added where needed."),
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ASKED)
    step = models.CharField(_("at"), max_length=8, choices=Step.choices, blank=True)
    step_count = models.PositiveIntegerField(_("of"), default=0)
    done_count = models.PositiveIntegerField(_("done"), default=0)
    personal = models.PositiveIntegerField(_("letters with own words"), default=0)
    signed = models.PositiveIntegerField(_("signatories of the standard letter"), default=0)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    sheets = models.PositiveIntegerField(_("sheets"), default=0)
    plan_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    composed = models.PositiveIntegerField(_("letters composed for it"), default=0)
    plain = models.PositiveIntegerField(_("letters set one by one for it"), default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    asked_at = models.DateTimeField(_("asked for"))
    chosen_at = models.DateTimeField(_("letters as of"), null=True, blank=True)
    done_at = models.DateTimeField(_("ready since"), null=True, blank=True)
    claim_token = models.CharField(max_length=40, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    handed_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("noted by"),
    )
    evidence = models.CharField(_("evidence of the hand-over"), max_length=300, blank=True)

    objects = BundleQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-id")
        verbose_name = _("bundle")
        verbose_name_plural = _("bundles")

    def __str__(self) -> str:
        return f"{self.office} {self.number}"

    @property
    def number(self) -> str:
        """What stands on each page."""
        return f"B{self.pk}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in (self.State.ASKED, self.State.WORKING)


class BundleEntry(models.Model):
    """A letter in a bundle. `place` counts from 0 within its `kind`; `left_out` says why it isn't.

    Signatures are grouped by the text that was signed: `text_place` is that of the group.
    """

    class Kind(models.TextChoices):
        PERSONAL = "personal", _("with own words")
        SIGNED = "signed", _("under the standard letter")

    bundle = models.ForeignKey(Bundle, models.CASCADE, related_name="entries")
    letter = models.ForeignKey(Letter, models.CASCADE, related_name="bundle_entries")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text_place = models.PositiveSmallIntegerField(default=0)
    place = models.PositiveIntegerField()
    left_out = models.CharField(_("left out because"), max_length=300, blank=True)

    class Meta:
        ordering = ("bundle", "kind", "text_place", "place")
        verbose_name = _("letter of a bundle")
        verbose_name_plural = _("letters of bundles")
        constraints = [
            models.UniqueConstraint(
                fields=("bundle", "kind", "text_place", "place"), name="one_letter_at_a_place"
            ),
            models.UniqueConstraint(fields=("letter", "bundle"), name="letter_once_in_a_bundle"),
        ]

    def __str__(self) -> str:
        return f"{self.bundle_id} {self.kind} {self.place}"


class BundleFile(models.Model):
    """A finished part, or the manifest (part 0). `name` is what it is downloaded as."""

    bundle = models.ForeignKey(Bundle, models.CASCADE, related_name="files")
    part = models.PositiveSmallIntegerField(_("part"))
    name = models.CharField(_("file"), max_length=120)
    file = models.CharField(max_length=200, editable=False)
    sha256 = models.CharField(_("fingerprint (SHA-256)"), max_length=64)
    size = models.PositiveBigIntegerField(_("bytes"))
    pages = models.PositiveIntegerField(_("pages"), default=0)
    sheets = models.PositiveIntegerField(_("sheets"), default=0)

    class Meta:
        ordering = ("bundle", "part")
        verbose_name = _("file of a bundle")
        verbose_name_plural = _("files of bundles")
        constraints = [
            models.UniqueConstraint(fields=("bundle", "part"), name="one_file_for_each_part")
        ]

    def __str__(self) -> str:
        return self.name
