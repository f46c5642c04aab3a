"""Submissions: who wrote, and everything that happened since, for answering "where is my letter?"."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from campaign.admin.base import annotated
from letters.admin.desk import DeskAdmin
from letters.admin.events import events_of_submission
from letters.models import Letter, Submission


@admin.register(Submission)
class SubmissionAdmin(DeskAdmin[Submission]):
    list_display = (
        "name_or_erased", "campaign", "country", "state", "letter_count", "created_at",
        "confirmed_at",
    )  # fmt: skip
    list_filter = ("state", "campaign", "updates")
    list_select_related = ("campaign",)
    number_field = "letters__number"
    search_fields = ("name", "email")
    search_help_text = _("Name, e-mail address or letter number")
    fieldsets = (
        (None, {"fields": ("name", "email", "country", "town", "organisation", "state")}),
        (_("What was written"), {"fields": ("campaign", "page_language", "words", "suspicions")}),
        (
            _("What was agreed to"),
            {
                "classes": ("collapse",),
                "fields": ("consent", "consented_at", "updates", "reply_directly"),
            },
        ),
        (
            _("When"),
            {
                "classes": ("collapse",),
                "fields": ("created_at", "expires_at", "confirmed_at", "erased_at"),
            },
        ),
    )
    change_form_template = "admin/letters/submission_page.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        # A subquery, not a join: the database then counts for the fifty rows shown only.
        letters = Letter.objects.filter(submission=OuterRef("pk")).order_by()
        count = letters.values("submission").annotate(count=Count("*")).values("count")
        return super().get_queryset(request).annotate(letter_count=Coalesce(Subquery(count), 0))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        submission: Submission = context["original"]
        letters = submission.letters.select_related("government", "office__government")
        context |= {
            "letters": letters.defer("content").order_by("government__name"),
            "events": events_of_submission(submission),
            "mails": submission.outbounds.select_related("letter").order_by("created_at"),
        }
        return super().render_change_form(request, context, *args, **options)

    @admin.display(description=_("full name"), ordering="name")
    def name_or_erased(self, submission: Submission) -> str:
        return str(submission)

    @admin.display(description=_("letters"), ordering="letter_count")
    def letter_count(self, submission: Submission) -> int:
        return int(annotated(submission, "letter_count"))
