from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.admin.base import LISTS_BY_LINE, ModelAdmin, annotated
from campaign.admin.position import PositionInline
from campaign.models import Government, Treaty
from campaign.queries import status_of


@admin.register(Government)
class GovernmentAdmin(ModelAdmin[Government]):
    list_filter = ("region", "un_status")
    search_fields = ("name", "formal_name", "iso2", "iso3")
    inlines = (PositionInline,)
    formfield_overrides = LISTS_BY_LINE

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        standings = [_standing_column(treaty) for treaty in Treaty.objects.all()]
        return ("name", "iso2", "region", "office_count", *standings)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Government]:
        governments = super().get_queryset(request).annotate(office_count=Count("offices"))
        return governments.prefetch_related("positions")

    @admin.display(description=_("offices"), ordering="office_count")
    def office_count(self, government: Government) -> int:
        return int(annotated(government, "office_count"))


def _standing_column(treaty: Treaty) -> Callable[[Government], str]:
    """Return a column with today's standing, computed from the facts read for the page."""
    today = timezone.localdate()

    @admin.display(description=treaty.name)
    def standing(government: Government) -> str:
        return str(status_of(government, treaty, today).standing.label)

    standing.__name__ = f"standing_{treaty.pk}"
    return standing
