"""The admin's bases: typed, and closed to change where rows are append-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

__all__ = [
    "LISTS_BY_LINE",
    "AppendOnly",
    "LinesField",
    "ModelAdmin",
    "ModelForm",
    "ReadOnly",
    "StackedInline",
    "TabularInline",
    "TextField",
    "annotated",
]

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, StackedInline, TabularInline
    from django.forms import ModelForm
else:
    # Django's classes take no type parameter; django-stubs' do.
    class _Typed:
        def __class_getitem__(cls, _model: Any) -> Any:
            return cls

    class ModelForm(_Typed, forms.ModelForm):
        pass

    class ModelAdmin(_Typed, admin.ModelAdmin):
        pass

    class StackedInline(_Typed, admin.StackedInline):
        pass

    class TabularInline(_Typed, admin.TabularInline):
        pass


def annotated(row: models.Model, name: str) -> Any:
    """Return what `get_queryset` annotated a row with."""
    return getattr(row, name)


class AppendOnly:
    """Rows may be added, never changed or deleted."""

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ReadOnly(AppendOnly):
    """Rows may be looked at only."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class LinesField(forms.CharField):
    """A list of short texts, one per line, kept as JSON."""

    widget = forms.Textarea(attrs={"rows": 5, "cols": 60})

    def __init__(self, *, encoder: Any = None, decoder: Any = None, **options: Any) -> None:
        options["help_text"] = format_lazy(
            "{} {}", options.get("help_text", ""), _("One per line.")
        )
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # a list, not a text
        lines = value if isinstance(value, list) else str(value or "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class TextField(forms.CharField):
    """Text of several lines. Browsers send CRLF: what nobody changed must not look changed."""

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        return text.replace("\r\n", "\n")


LISTS_BY_LINE: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.JSONField: {"form_class": LinesField},
    models.TextField: {"form_class": TextField},
}
