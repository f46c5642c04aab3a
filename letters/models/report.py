"""What comes back: reports on a mail's delivery, and answers of offices."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from letters.models.letter import Letter
from letters.models.outbound import Outbound


class DeliveryReport(models.Model):
    """A message about one of our mails, by mail (RFC 3464) or from a provider.

    `key` makes it idempotent: the digest of the message or of the provider's event.
    """

    class Kind(models.TextChoices):
        BOUNCED = "bounced", _("not delivered, for good")
        DELAYED = "delayed", _("not delivered yet")
        DELIVERED = "delivered", _("delivered")
        COMPLAINT = "complaint", _("complaint about spam")
        AUTO_REPLY = "auto_reply", _("automatic answer")
        FORGED = "forged", _("refused: it does not prove what it is about")
        UNREADABLE = "unreadable", _("not understood")

    class Source(models.TextChoices):
        MAIL = "mail", _("returned mail")
        PROVIDER = "provider", _("mail provider")

    outbound = models.ForeignKey(
        Outbound, models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    source = models.CharField(_("source"), max_length=8, choices=Source.choices)
    key = models.CharField(max_length=64, unique=True, editable=False)
    status = models.CharField(_("status"), max_length=12, blank=True)  # RFC 3463: 5.1.1
    text = models.CharField(_("what it says"), max_length=500, blank=True)
    applied = models.BooleanField(_("changed something"), default=False)
    at = models.DateTimeField(_("received"))

    class Meta:
        ordering = ("-at", "-id")
        indexes = [models.Index(fields=["at"], name="report_at")]
        verbose_name = _("delivery report")
        verbose_name_plural = _("delivery reports")

    def __str__(self) -> str:
        return f"{self.kind} {self.status}".strip()


class AnswerQuerySet(models.QuerySet["Answer"]):
    def unproven(self) -> AnswerQuerySet:
        return self.filter(standing=Answer.Standing.UNPROVEN)


class Answer(models.Model):
    """What an office answered to a letter, as it came; kept as long as the letter's text.

    An unproven one may be anybody's: until a person takes it, it is shown at the desk alone and
    nothing follows from it.
    """

    class Standing(models.TextChoices):
        TAKEN = "taken", _("taken as the office's")
        UNPROVEN = "unproven", _("unproven: a person has to look")
        REFUSED = "refused", _("refused")

    class Channel(models.TextChoices):
        MAIL = "mail", _("by e-mail")
        PAPER = "paper", _("on paper")
        OTHER = "other", _("in another way")

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="answers")
    channel = models.CharField(_("how it came"), max_length=6, choices=Channel.choices)
    key = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    sender = models.CharField(_("from"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    received_at = models.DateTimeField(_("received"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entered by"),
    )
    passed_on = models.BooleanField(_("passed on to the writer"), default=False)
    standing = models.CharField(
        _("standing"), max_length=8, choices=Standing.choices, default=Standing.TAKEN
    )

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ("received_at", "id")
        verbose_name = _("answer")
        verbose_name_plural = _("answers")

    def __str__(self) -> str:
        return self.subject or str(self.received_at.date())

    @property
    def is_taken(self) -> bool:
        return self.standing == self.Standing.TAKEN


class AnswerFile(models.Model):
    """An attachment of an answer, in the private storage."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="files")
    name = models.CharField(_("name"), max_length=160)
    media_type = models.CharField(_("media type"), max_length=100)
    file = models.CharField(max_length=200, editable=False)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)

    class Meta:
        ordering = ("id",)
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name
