"""Addresses that want no more mail. Only an HMAC is stored, so an address is looked up, not read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaign.admin.base import ModelAdmin, ModelForm
from letters.identifiers import signer_of
from letters.models import Suppression


class SuppressionForm(ModelForm[Suppression]):
    email = forms.EmailField(label=_("e-mail address"), help_text=_("It is not stored."))

    class Meta:
        model = Suppression
        fields = ("reason",)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if Suppression.objects.filter(signer=signer_of(email)).exists():
            raise ValidationError(_("This address gets no mail already."))
        return email


@admin.register(Suppression)
class SuppressionAdmin(ModelAdmin[Suppression]):
    form = SuppressionForm
    fields = ("email", "reason")
    list_display = ("__str__", "reason", "created_at")
    list_filter = ("reason",)
    list_per_page = 50
    search_fields = ("signer",)
    search_help_text = _("A whole e-mail address")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Suppression | None = None) -> tuple[str, ...]:
        return ("signer", "reason", "created_at") if obj else ("email", "reason")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str
    ) -> tuple[QuerySet[Suppression], bool]:
        if "@" not in search_term:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(signer=signer_of(search_term)), False

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        obj.signer = signer_of(form.cleaned_data["email"])
        super().save_model(request, obj, form, change)
