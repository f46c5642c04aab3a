"""Letters to groups of governments: their rules, and which versions of their texts there are."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaign.admin.base import ModelAdmin, ModelForm, ReadOnly, TabularInline, annotated
from campaign.models import Standing
from letters.actions.drafts import start_draft
from letters.models import LetterTemplate, LetterVersion


class LetterTemplateForm(ModelForm[LetterTemplate]):
    standings = forms.MultipleChoiceField(
        label=_("Positions"),
        choices=Standing.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of the governments that get this letter. None ticked: any."),
    )

    class Meta:
        model = LetterTemplate
        fields = ("campaign", "name", "rank", "standings", "region", "governments")


class LetterVersionInline(ReadOnly, TabularInline[LetterVersion, LetterTemplate]):
    model = LetterVersion
    fields = ("number", "published_at", "languages", "page")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[LetterVersion]:
        versions = super().get_queryset(request).select_related("template__campaign")
        return versions.prefetch_related("texts")

    @admin.display(description=_("languages"))
    def languages(self, version: LetterVersion) -> str:
        return ", ".join(text.language for text in version.texts.all())

    @admin.display(description=_("page"))
    def page(self, version: LetterVersion) -> str:
        address = reverse("admin:letters_letterversion_change", args=[version.pk])
        draft = version.published_at is None
        label = _now("Edit, preview, publish") if draft else _now("Read and preview")
        return format_html('<a href="{}">{}</a>', address, label)


@admin.register(LetterTemplate)
class LetterTemplateAdmin(ModelAdmin[LetterTemplate]):
    form = LetterTemplateForm
    fields = ("campaign", "name", "rank", "standings", "region", "governments")
    list_display = ("name", "campaign", "rank", "for_positions", "published", "has_draft")
    list_filter = ("campaign",)
    list_select_related = ("campaign",)
    search_fields = ("name",)
    filter_horizontal = ("governments",)
    inlines = (LetterVersionInline,)
    change_form_template = "admin/letters/template_page.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[LetterTemplate]:
        drafts = LetterVersion.objects.filter(template=OuterRef("pk"), published_at=None)
        last = Max("versions__number", filter=Q(versions__published_at__isnull=False))
        templates = super().get_queryset(request)
        draft = {f"draft_{name}": Subquery(drafts.values(name)[:1]) for name in ("pk", "number")}
        return templates.annotate(last_published=last, **draft)

    def get_readonly_fields(
        self, request: HttpRequest, obj: LetterTemplate | None = None
    ) -> tuple[str, ...]:
        # Letters were signed under it: it stays with its campaign.
        return ("campaign",) if obj else ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.draft)
        return [path("<int:pk>/draft/", view, name="letters_draft"), *super().get_urls()]

    def draft(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Open the draft of a letter, begun now if there is none."""
        template = get_object_or_404(LetterTemplate, pk=pk)
        if not self.has_change_permission(request, template):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return redirect("admin:letters_letterversion_change", start_draft(template).pk)

    @admin.display(description=_("positions"))
    def for_positions(self, template: LetterTemplate) -> str:
        labels = dict(Standing.choices)
        return ", ".join(str(labels.get(one, one)) for one in template.standings) or _now("any")

    @admin.display(description=_("published version"), ordering="last_published", empty_value="—")
    def published(self, template: LetterTemplate) -> int | None:
        number: int | None = annotated(template, "last_published")
        return number

    @admin.display(description=_("draft"), boolean=True)
    def has_draft(self, template: LetterTemplate) -> bool:
        return bool(annotated(template, "draft_pk"))
