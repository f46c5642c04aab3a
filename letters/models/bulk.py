"""BulkDecision: one decision on many held letters or mails; above a hundred a second person agrees."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BulkDecision(models.Model):
    """`keys` are what is left of the letters or mails concerned; `count` is how many they were.

    What one person decided alone is kept, too: without keys, `count` in letters, decided by the
    one who proposed it.
    """

    class Kind(models.TextChoices):
        QUEUE = "queue", _("queue again")
        SENT = "sent", _("mark as sent, with evidence")
        WITHDRAW = "withdraw", _("take back")
        REJECT = "reject", _("reject")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for a second person")
        AGREED = "agreed", _("being carried out")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    kind = models.CharField(_("what"), max_length=8, choices=Kind.choices)
    keys: models.JSONField[list[str], list[str]] = models.JSONField(default=list, editable=False)
    count = models.PositiveIntegerField(_("how many"))
    evidence = models.TextField(_("evidence or reason"), blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.PROPOSED
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    done = models.PositiveIntegerField(_("changed"), default=0)

    class Meta:
        ordering = ("-proposed_at", "-id")
        verbose_name = _("bulk decision")
        verbose_name_plural = _("bulk decisions")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.count}"
