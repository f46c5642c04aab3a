"""Move: one change of state of a submission, letter or outbound mail. Append-only (I7)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from letters import clock
from letters.models.letter import Letter
from letters.models.outbound import Outbound
from letters.models.submission import Submission


class Move(models.Model):
    """`actor` says what moved it (supporter, worker, sweeper, import …), `by` which organiser."""

    submission = models.ForeignKey(
        Submission, models.CASCADE, null=True, blank=True, related_name="moves"
    )
    letter = models.ForeignKey(Letter, models.CASCADE, null=True, blank=True, related_name="moves")
    outbound = models.ForeignKey(
        Outbound, models.CASCADE, null=True, blank=True, related_name="moves"
    )
    from_state = models.CharField(_("from"), max_length=24, blank=True)
    to_state = models.CharField(_("to"), max_length=24)
    actor = models.CharField(_("by what"), max_length=20)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by whom"),
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), null=True, blank=True)
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        ordering = ("at", "id")
        verbose_name = _("move")
        verbose_name_plural = _("moves")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
