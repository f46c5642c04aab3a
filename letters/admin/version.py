"""Versions of a letter and their texts: a draft is edited, seen as a letter, published, fixed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaign.admin.base import ModelAdmin, StackedInline
from letters.actions.texts import publish_version
from letters.admin.preview import PreviewForm, by_standing, first_choice
from letters.models import LetterText, LetterVersion


class LetterTextInline(StackedInline[LetterText, LetterVersion]):
    model = LetterText
    extra = 0
    fields = (
        "language", "preview", "subject", "salutation", "body", "ask", "closing", "signature",
    )  # fmt: skip
    readonly_fields = ("preview",)
    formfield_overrides = {
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 8, "cols": 90, "dir": "auto"})}
    }

    def has_add_permission(self, request: HttpRequest, obj: LetterVersion | None = None) -> bool:
        return _is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_delete_permission(request, obj)

    @admin.display(description=_("as a letter"))
    def preview(self, text: LetterText) -> str:
        if text._state.adding:
            return _now("Save first to see it as a letter.")
        address = reverse("admin:letters_preview", args=[text.pk])
        return format_html('<a href="{}">{}</a>', address, _now("Preview"))


def _is_draft(version: LetterVersion | None) -> bool:
    return version is None or version.published_at is None


@admin.register(LetterVersion)
class LetterVersionAdmin(ModelAdmin[LetterVersion]):
    """Reached from the letter's page; the list is for those who know its address."""

    fields = ("template", "number", "published_at")
    readonly_fields = fields
    list_display = ("template", "number", "published_at")
    list_select_related = ("template__campaign",)
    inlines = (LetterTextInline,)
    change_form_template = "admin/letters/version_page.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LetterVersion | None = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: LetterVersion | None = None) -> bool:
        # Not from the list either: it would take published ones along.
        return obj is not None and _is_draft(obj) and super().has_delete_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        own = self.admin_site.admin_view
        return [
            path("<int:pk>/publish/", own(self.publish), name="letters_publish"),
            path("text/<int:pk>/preview/", own(self.preview), name="letters_preview"),
            *super().get_urls(),
        ]

    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(LetterVersion, pk=pk)
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        assert isinstance(request.user, User)
        try:
            publish_version(version, by=request.user)
        except ValidationError as error:
            for problem in error.messages:
                self.message_user(request, problem, messages.ERROR)
        else:
            said = _now("Version %(number)d is what supporters sign from now on.")
            self.message_user(request, said % {"number": version.number}, messages.SUCCESS)
        return redirect("admin:letters_letterversion_change", version.pk)

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a text, published or not, as the letter that a government would get."""
        texts = LetterText.objects.select_related("version__template__campaign__treaty")
        text = get_object_or_404(texts, pk=pk)
        if not self.has_view_permission(request, text.version):
            raise PermissionDenied
        groups = by_standing(text.version.template.campaign)
        form = PreviewForm(request.GET or first_choice(text, groups), groups)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Preview"),
            "text": text,
            "form": form,
            "preview": form.preview(text) if form.is_valid() else None,
            "groups": groups,
        }
        return TemplateResponse(request, "admin/letters/preview.html", context)
