"""Letters to review: the words that people wrote themselves, oldest first. No e-mail address."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from letters.admin import verdicts
from letters.admin.decide import decide
from letters.admin.desk import DeskAdmin
from letters.admin.events import events_of_letter
from letters.admin.sheet import sheet_of
from letters.enums import LetterState
from letters.models import Letter, LetterInReview


@admin.register(LetterInReview)
class LetterInReviewAdmin(DeskAdmin[LetterInReview]):
    list_display = ("number", "writer", "to", "language", "own_words", "flags", "age")
    list_filter = (
        "campaign", "language", "with_words", ("government", admin.RelatedOnlyFieldListFilter)
    )  # fmt: skip
    list_select_related = ("government", "office__government", "submission")
    search_fields = ("submission__name", "submission__words")
    search_help_text = _("Letter number, name or words")
    actions = ("approve", "return_to_writer", "reject", "withdraw")
    fields = ("number", "writer", "to", "language", "flags", "age")
    readonly_fields = fields
    change_form_template = "admin/letters/review_page.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[LetterInReview]:
        letters = super().get_queryset(request).filter(state=LetterState.IN_REVIEW)
        return letters.defer("content")

    def has_view_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return self.has_review_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_review_permission(request)

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("letters.review_letters")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        letter: Letter = context["original"]
        context |= {
            "sheet": sheet_of(letter),
            "events": events_of_letter(letter, with_mails=False),
            "decisions": letter.decisions.select_related("by"),
            "verdicts": (verdicts.APPROVE, verdicts.RETURN, verdicts.REJECT, verdicts.WITHDRAW),
        }
        return super().render_change_form(request, context, *args, **options)

    @admin.display(description=_("writer"), ordering="submission__name")
    def writer(self, letter: Letter) -> str:
        return format_html("<bdi>{}</bdi>", letter.submission.name)

    @admin.display(description=_("to"), ordering="government__name")
    def to(self, letter: Letter) -> str:
        return str(letter.office or letter.government)

    @admin.display(description=_("own words"))
    def own_words(self, letter: Letter) -> str:
        return format_html('<div class="own-words" dir="auto">{}</div>', letter.submission.words)

    @admin.display(description=_("why it is here"))
    def flags(self, letter: Letter) -> str:
        usual = _now("own words") if letter.submission.words else _now("every letter is read")
        return ", ".join(map(str, letter.submission.suspicions)) or usual

    @admin.display(description=_("waits for"), ordering="created_at")
    def age(self, letter: Letter) -> str:
        return timesince(letter.confirmed_at or letter.created_at, depth=1)

    @admin.action(description=verdicts.APPROVE.title, permissions=["review"])
    def approve(self, request: HttpRequest, letters: QuerySet[Letter]) -> HttpResponse | None:
        return decide(self, request, letters, verdicts.APPROVE)

    @admin.action(description=_("Return to the writer …"), permissions=["review"])
    def return_to_writer(
        self, request: HttpRequest, letters: QuerySet[Letter]
    ) -> HttpResponse | None:
        return decide(self, request, letters, verdicts.RETURN)

    @admin.action(description=_("Reject …"), permissions=["review"])
    def reject(self, request: HttpRequest, letters: QuerySet[Letter]) -> HttpResponse | None:
        return decide(self, request, letters, verdicts.REJECT)

    @admin.action(description=_("Take back …"), permissions=["review"])
    def withdraw(self, request: HttpRequest, letters: QuerySet[Letter]) -> HttpResponse | None:
        return decide(self, request, letters, verdicts.WITHDRAW)
