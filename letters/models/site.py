"""What concerns the whole site: is delivery going on, and who is alive?"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def new_identity() -> str:
    return secrets.token_hex(16)


class SiteDelivery(models.Model):
    """The switch of all delivery: one row, number 1.

    `reason` RESTORED: the database is older than what this machine remembers to have sent
    (F31); nothing leaves until a person has looked. `identity` tells this database from others,
    `generation` counts how often it was released after a restore, and `vouched_until` is how long
    a computer that remembers, or a person, answers for it (delivery/gate.py).
    """

    class Reason(models.TextChoices):
        NONE = "", _("not paused")
        ORGANISER = "organiser", _("an organiser paused it")
        RESTORED = "restored", _("the database was restored from a backup")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    paused = models.BooleanField(_("paused"), default=False)
    reason = models.CharField(
        _("reason"), max_length=10, choices=Reason.choices, blank=True, default=""
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    since = models.DateTimeField(_("since"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    identity = models.CharField(max_length=32, default=new_identity, editable=False)
    generation = models.PositiveIntegerField(default=1, editable=False)
    vouched_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("delivery of the site")
        verbose_name_plural = _("delivery of the site")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_switch_of_the_site"),
            models.CheckConstraint(
                condition=models.Q(paused=True) ^ models.Q(reason=""),
                name="paused_site_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(_("paused")) if self.paused else str(_("running"))


class Heartbeat(models.Model):
    """A process that delivers says that it is alive. Rows of the gone are swept away."""

    class Kind(models.TextChoices):
        WORKER = "worker", _("worker")
        SWEEPER = "sweeper", _("sweeper")
        RETURNS = "returns", _("reader of returned mail")

    name = models.CharField(_("process"), max_length=120, primary_key=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    host = models.CharField(_("computer"), max_length=80)
    started_at = models.DateTimeField(_("started"))
    at = models.DateTimeField(_("last sign of life"))
    worked_at = models.DateTimeField(_("last piece of work"), null=True, blank=True)

    class Meta:
        ordering = ("kind", "name")
        verbose_name = _("process")
        verbose_name_plural = _("processes")

    def __str__(self) -> str:
        return self.name
