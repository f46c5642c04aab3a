"""Outbound mail: what waits, what left, what each mail server answered, and what to do about it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from campaign.admin.base import ReadOnly, TabularInline
from letters.admin import verdicts
from letters.admin.decide import decide
from letters.admin.delivery import delivery_page
from letters.admin.desk import DeskAdmin
from letters.delivery.watch import TO_OFFICES
from letters.models import Attempt, Letter, Outbound
from letters.rendering.answers import ALL, as_expression, meaning

Changelist = QuerySet[Outbound]


class AnswerFilter(admin.SimpleListFilter):
    """By what the mail server's last answer means, in plain words."""

    title = _("what the server said")
    parameter_name = "said"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [(one.key, str(one.what)) for one in ALL]

    def queryset(self, request: HttpRequest, queryset: Changelist) -> Changelist:
        if self.value() is None:
            return queryset
        return queryset.annotate(said=as_expression()).filter(said=self.value())


class AudienceFilter(admin.SimpleListFilter):
    title = _("whom it is for")
    parameter_name = "to"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("offices", str(_("offices"))), ("writers", str(_("writers and organisers")))]

    def queryset(self, request: HttpRequest, queryset: Changelist) -> Changelist:
        if self.value() == "offices":
            return queryset.filter(purpose__in=TO_OFFICES)
        return queryset.exclude(purpose__in=TO_OFFICES) if self.value() else queryset


class AttemptInline(ReadOnly, TabularInline[Attempt, Outbound]):
    model = Attempt
    fields = ("number", "stage", "started_at", "ended_at", "code", "answer")


@admin.register(Outbound)
class OutboundAdmin(DeskAdmin[Outbound]):
    list_display = (
        "purpose", "about", "recipient", "state", "said", "attempts", "next_attempt_at", "sent_at",
    )  # fmt: skip
    list_select_related = ("letter", "office__government")
    list_filter = ("state", AudienceFilter, "purpose", "submission__campaign", AnswerFilter)
    number_field = "letter__number"
    search_fields = ("recipient", "message_id")
    search_help_text = _("E-mail address, Message-ID or letter number")
    inlines = (AttemptInline,)
    actions = ("queue_again", "mark_sent", "cancel")
    fieldsets = (
        (None, {"fields": ("purpose", "recipient", "language", "state")}),
        (_("About"), {"fields": ("submission", "letter", "campaign", "office")}),
        (
            _("Sending"),
            {
                "fields": (
                    "created_at", "next_attempt_at", "attempts", "last_code", "last_answer",
                    "in_plain_words", "what_to_do", "sent_at", "resent",
                )
            },
        ),
        (_("For mail servers' logs"), {"fields": ("message_id", "sha256")}),
    )  # fmt: skip
    readonly_fields = ("in_plain_words", "what_to_do")
    change_list_template = "admin/letters/outbound_list.html"
    change_form_template = "admin/letters/outbound_page.html"

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.delivery)
        return [path("delivery/", page, name="letters_delivery"), *super().get_urls()]

    def delivery(self, request: HttpRequest) -> HttpResponse:
        """Show how delivery is doing to those who may see mails."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return delivery_page(request, self.opts)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        outbound: Outbound = context["original"]
        daily = Letter.objects.filter(digest__outbound=outbound).select_related(
            "government", "office__government"
        )
        may = self.has_send_permission(request) and outbound.state in verdicts.STOPPED
        context |= {
            "letters": daily.defer("content").order_by("number"),
            "verdicts": verdicts.OF_MAILS if may else (),
        }
        return super().render_change_form(request, context, *args, **options)

    @admin.display(description=_("about"), ordering="letter__number")
    def about(self, outbound: Outbound) -> str:
        return outbound.letter.number if outbound.letter else str(outbound.office or "")

    @admin.display(description=_("what the server said"), ordering="last_code")
    def said(self, outbound: Outbound) -> str:
        plain = self.in_plain_words(outbound)
        raw = f"{outbound.last_code or ''} {outbound.last_answer}".strip()
        if not plain:
            held = outbound.letter.get_hold_reason_display() if outbound.letter else ""
            return raw or held
        return format_html('{}<div class="raw" dir="auto">{}</div>', plain, raw)

    @admin.display(description=_("in plain words"))
    def in_plain_words(self, outbound: Outbound) -> str:
        found = meaning(outbound.last_code, outbound.last_answer)
        return "" if found.key == "silent" else str(found.what)

    @admin.display(description=_("what to do"))
    def what_to_do(self, outbound: Outbound) -> str:
        found = meaning(outbound.last_code, outbound.last_answer)
        if found.key == "silent":
            return ""
        return str(found.advice if outbound.purpose in TO_OFFICES else found.to_writers)

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("letters.change_outbound")

    @admin.action(description=_("Queue again what is held or failed …"), permissions=["send"])
    def queue_again(self, request: HttpRequest, mails: Changelist) -> HttpResponse | None:
        return decide(self, request, mails, verdicts.MAIL_AGAIN)

    @admin.action(description=_("Mark as sent, with evidence …"), permissions=["send"])
    def mark_sent(self, request: HttpRequest, mails: Changelist) -> HttpResponse | None:
        return decide(self, request, mails, verdicts.MAIL_SENT)

    @admin.action(description=_("Take back what is held or failed …"), permissions=["send"])
    def cancel(self, request: HttpRequest, mails: Changelist) -> HttpResponse | None:
        return decide(self, request, mails, verdicts.MAIL_CANCEL)
