"""Outbound mail: what waits, what left, what each mail server answered."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaign.admin.base import ReadOnly, TabularInline
from letters.actions.dispatch import queue_again
from letters.admin.desk import DeskAdmin
from letters.models import Attempt, Outbound
from letters.moves import NotAllowed


class AttemptInline(ReadOnly, TabularInline[Attempt, Outbound]):
    model = Attempt
    fields = ("number", "stage", "started_at", "ended_at", "code", "answer")


@admin.register(Outbound)
class OutboundAdmin(DeskAdmin[Outbound]):
    list_display = (
        "message_id", "purpose", "recipient", "state", "attempts", "next_attempt_at",
        "last_code", "last_answer",
    )  # fmt: skip
    list_filter = ("state", "purpose", "submission__campaign")
    number_field = "letter__number"
    search_fields = ("recipient", "message_id")
    search_help_text = _("E-mail address, Message-ID or letter number")
    inlines = (AttemptInline,)
    actions = ("queue_again",)
    fieldsets = (
        (None, {"fields": ("purpose", "recipient", "language", "state")}),
        (_("About"), {"fields": ("submission", "letter")}),
        (
            _("Sending"),
            {
                "fields": (
                    "created_at", "next_attempt_at", "attempts", "last_code", "last_answer",
                    "sent_at", "resent",
                )
            },
        ),
        (_("For mail servers' logs"), {"fields": ("message_id", "sha256")}),
    )  # fmt: skip

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("letters.change_outbound")

    @admin.action(description=_("Queue again what is held or failed"), permissions=["send"])
    def queue_again(self, request: HttpRequest, outbounds: QuerySet[Outbound]) -> None:
        assert isinstance(request.user, User)
        done = 0
        for outbound in outbounds.select_related("letter", "submission"):
            try:
                queue_again(outbound, by=request.user)
            except NotAllowed:
                said = _now("%(mail)s was not queued: it is “%(state)s”.")
                values = {"mail": outbound.message_id, "state": outbound.get_state_display()}
                self.message_user(request, said % values, messages.WARNING)
            else:
                done += 1
        if done:
            said = ngettext("%(count)d mail queued.", "%(count)d mails queued.", done)
            self.message_user(request, said % {"count": done}, messages.SUCCESS)
