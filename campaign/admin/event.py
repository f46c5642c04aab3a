from __future__ import annotations

from django.contrib import admin

from campaign.admin.base import ModelAdmin, ReadOnly
from campaign.models import Event


@admin.register(Event)
class EventAdmin(ReadOnly, ModelAdmin[Event]):
    """Events come from files (`import_events`), where each has its source."""

    list_display = ("key", "date", "government", "kind", "detail", "source")
    list_filter = ("kind", "precision", "treaties", "government__region")
    list_select_related = ("government",)
    search_fields = ("key", "detail", "government__name", "government__iso2")
