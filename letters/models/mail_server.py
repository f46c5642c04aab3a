"""MailServer: how the way out is doing, for all processes; and its connections."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailServer(models.Model):
    """A mail server with its circuit breaker (delivery.md §5.6). `name` is host:port.

    The breaker is open until `open_until`: nothing is tried but one probe at a time.
    """

    class Trouble(models.TextChoices):
        NONE = "", _("none")
        CONNECT = "connect", _("it cannot be reached")
        TLS = "tls", _("its certificate or encryption is refused")
        LOGIN = "login", _("it refuses our name and password")
        SENDER = "sender", _("it refuses our sender")
        BUSY = "busy", _("it sends us away for now")

    name = models.CharField(_("server"), max_length=260, unique=True)
    failures = models.PositiveIntegerField(_("errors in a row"), default=0)
    open_until = models.DateTimeField(_("not used until"), null=True, blank=True)
    opened = models.PositiveIntegerField(_("times opened in a row"), default=0)
    trouble = models.CharField(
        _("trouble"), max_length=8, choices=Trouble.choices, blank=True, default=""
    )
    since = models.DateTimeField(_("since"), null=True, blank=True)
    last_code = models.PositiveSmallIntegerField(_("last answer's code"), null=True, blank=True)
    last_answer = models.CharField(_("last answer"), max_length=500, blank=True)
    last_success = models.DateTimeField(_("last success"), null=True, blank=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("mail server")
        verbose_name_plural = _("mail servers")

    def __str__(self) -> str:
        return self.name


class Connection(models.Model):
    """One of the few connections that all workers together may have open to a server."""

    server = models.ForeignKey(MailServer, models.CASCADE, related_name="connections")
    number = models.PositiveSmallIntegerField()
    holder = models.CharField(max_length=80, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [
            models.UniqueConstraint(fields=("server", "number"), name="one_connection_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.server} {self.number}"
