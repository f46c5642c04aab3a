from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from campaign.admin.base import AppendOnly, ModelAdmin, TabularInline
from campaign.models import Government, Position


@admin.register(Position)
class PositionAdmin(AppendOnly, ModelAdmin[Position]):
    list_display = ("government", "treaty", "kind", "day", "how", "source")
    list_filter = ("treaty", "kind")
    list_select_related = ("government", "treaty")
    search_fields = ("government__name", "government__iso2", "source")
    date_hierarchy = "day"


class PositionInline(AppendOnly, TabularInline[Position, Government]):
    model = Position
    fields = ("treaty", "kind", "day", "how", "source")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Position]:
        return super().get_queryset(request).select_related("treaty")
