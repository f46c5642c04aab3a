"""Letters: find one, see what became of it, read it, open its PDF."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaign.models import Delivery
from letters.admin import verdicts
from letters.admin.decide import decide
from letters.admin.desk import DeskAdmin
from letters.admin.events import events_of_letter
from letters.admin.sheet import sheet_of
from letters.admin.where import where_is
from letters.delivery.way import goes_by
from letters.models import BundleEntry, Letter, Outbound


def _mails_of(letter: Letter) -> QuerySet[Outbound]:
    """Return its own mails and that of the digest it is in."""
    its_own = Q(letter=letter)
    if letter.digest_id is not None:
        its_own |= Q(digest=letter.digest_id)
    return Outbound.objects.filter(its_own).order_by("created_at")


class WayFilter(admin.SimpleListFilter):
    """By how a letter gets to its office: as the office has it, else as its campaign."""

    title = _("way to the office")
    parameter_name = "way"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [(way.value, str(way.label)) for way in Delivery]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Letter]) -> QuerySet[Letter]:
        way = self.value()
        return queryset.filter(goes_by(Delivery(way))) if way in Delivery.values else queryset


class BundleFilter(admin.SimpleListFilter):
    """The letters in one bundle, as its page links to them; not offered otherwise."""

    title = _("bundle")
    parameter_name = "bundle"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        key = self.value()
        return [(key, f"B{key}")] if key else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Letter]) -> QuerySet[Letter]:
        key = self.value()
        if not key:
            return queryset
        bundle = int(key) if key.isdecimal() else 0
        inside = BundleEntry.objects.filter(bundle=bundle, left_out="")
        return queryset.filter(pk__in=inside.values("letter"))


@admin.register(Letter)
class LetterAdmin(DeskAdmin[Letter]):
    list_display = (
        "number", "writer", "government", "office", "state", "hold_reason", "own_words",
        "confirmed_at", "sent_at",
    )  # fmt: skip
    list_filter = (
        "state", "hold_reason", WayFilter, "with_words", "campaign", BundleFilter,
        ("government", admin.RelatedOnlyFieldListFilter),
    )  # fmt: skip
    list_select_related = ("government", "office__government", "submission")
    search_fields = ("submission__name", "submission__email")
    search_help_text = _("Letter number, name or e-mail address")
    actions = ("release", "mark_sent", "withdraw")
    fieldsets = (
        (None, {"fields": ("number", "state", "where", "hold_reason", "problem", "in_bundles")}),
        (
            _("To whom, by whom"),
            {"fields": ("campaign", "government", "office", "submission", "country")},
        ),
        (_("Text"), {"fields": ("text", "language", "with_words")}),
        (_("When"), {"fields": ("created_at", "confirmed_at", "send_after", "sent_at")}),
    )
    readonly_fields = ("where", "in_bundles")
    change_list_template = "admin/letters/letter_list.html"
    change_form_template = "admin/letters/letter_page.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Letter]:
        # A list of fifty letters need not read their texts.
        return super().get_queryset(request).defer("content")

    @admin.display(description=_("writer"), ordering="submission__name")
    def writer(self, letter: Letter) -> str:
        return letter.submission.name

    @admin.display(description=_("where it is"))
    def where(self, letter: Letter) -> str:
        return where_is(letter)

    @admin.display(description=_("in bundles"))
    def in_bundles(self, letter: Letter) -> str:
        entries = letter.bundle_entries.filter(left_out="").order_by("bundle")
        bundles = [entry.bundle for entry in entries.select_related("bundle")]
        links = [(reverse("admin:letters_bundle_change", args=[b.pk]), b.number) for b in bundles]
        return format_html_join(", ", '<a href="{}">{}</a>', links)

    def get_urls(self) -> list[URLPattern]:
        pdf = self.admin_site.admin_view(self.pdf)
        return [
            path("<uuid:pk>/letter.pdf", pdf, name="letters_letter_pdf"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        waiting = Letter.objects.waiting_for_an_address().count()
        return super().changelist_view(request, {"waiting": waiting, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        letter: Letter = context["original"]
        context |= {
            "sheet": sheet_of(letter),
            "events": events_of_letter(letter),
            "decisions": letter.decisions.select_related("by"),
            "mails": _mails_of(letter),
            "verdicts": self._verdicts(request, letter),
        }
        return super().render_change_form(request, context, *args, **options)

    def _verdicts(self, request: HttpRequest, letter: Letter) -> tuple[verdicts.Verdict, ...]:
        if not self.has_handle_permission(request):
            return ()
        if letter.state in verdicts.STOPPED:
            return verdicts.OF_LETTERS
        return (verdicts.WITHDRAW,) if letter.can_be_taken_back else ()

    @admin.display(description=_("own words"), ordering="with_words")
    def own_words(self, letter: Letter) -> str:
        return _now("yes") if letter.with_words else ""

    def pdf(self, request: HttpRequest, pk: object) -> FileResponse:
        """Stream the PDF to those who may see the letter. It has no public address (A24)."""
        letter = get_object_or_404(Letter, pk=pk)
        if not self.has_view_permission(request, letter):
            raise PermissionDenied
        if not letter.pdf or not default_storage.exists(letter.pdf):
            raise Http404
        return FileResponse(
            default_storage.open(letter.pdf),
            as_attachment=True,
            filename=f"letter-{letter.number}.pdf",
            headers={
                "Content-Type": "application/pdf",
                "X-Content-Type-Options": "nosniff",
                "X-Robots-Tag": "noindex",
                "Cache-Control": "no-store, private",
            },
        )

    def has_handle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("letters.change_letter")

    @admin.action(description=_("Let go on what stopped …"), permissions=["handle"])
    def release(self, request: HttpRequest, letters: QuerySet[Letter]) -> HttpResponse | None:
        return decide(self, request, letters, verdicts.RELEASE)

    @admin.action(description=_("Mark as sent, with evidence …"), permissions=["handle"])
    def mark_sent(self, request: HttpRequest, letters: QuerySet[Letter]) -> HttpResponse | None:
        return decide(self, request, letters, verdicts.SENT)

    @admin.action(description=_("Take back, before it is sent …"), permissions=["handle"])
    def withdraw(self, request: HttpRequest, letters: QuerySet[Letter]) -> HttpResponse | None:
        return decide(self, request, letters, verdicts.WITHDRAW)
