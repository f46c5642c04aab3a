from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaign.admin.base import ModelAdmin, annotated
from campaign.models import Treaty


@admin.register(Treaty)
class TreatyAdmin(ModelAdmin[Treaty]):
    list_display = ("name", "opened_on", "in_force_on", "position_count")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Treaty]:
        return super().get_queryset(request).annotate(position_count=Count("positions"))

    @admin.display(description=_("known facts"), ordering="position_count")
    def position_count(self, treaty: Treaty) -> int:
        return int(annotated(treaty, "position_count"))
