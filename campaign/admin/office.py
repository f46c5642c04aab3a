from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaign.actions import set_paused
from campaign.admin.base import LISTS_BY_LINE, ModelAdmin, StackedInline, TabularInline, annotated
from campaign.models import FormOfAddress, Office, OfficeHolder, OfficeRoute


class FormOfAddressInline(StackedInline[FormOfAddress, Office]):
    model = FormOfAddress
    fields = (("language", "gender"), "title", "salutation", "closing", ("status", "source"))
    extra = 0


class OfficeHolderInline(TabularInline[OfficeHolder, Office]):
    model = OfficeHolder
    extra = 0


class OfficeRouteInline(TabularInline[OfficeRoute, Office]):
    model = OfficeRoute
    extra = 0


LETTERS_GET_THERE: tuple[Any, ...] = (
    ("delivery", "per_hour"),
    ("working_days", "opens", "closes"),
    ("paused", "pause_reason"),
    "closed",
)


@admin.register(Office)
class OfficeAdmin(ModelAdmin[Office]):
    formfield_overrides = LISTS_BY_LINE
    list_display = (
        "title",
        "government",
        "has_route",
        "paused",
        "kind",
        "language",
        "address_status",
    )
    list_filter = ("paused", "closed", "kind", "address_status", "government__region")
    list_select_related = ("government",)
    search_fields = ("key", "title", "government__name", "government__iso2")
    inlines = (FormOfAddressInline, OfficeHolderInline, OfficeRouteInline)
    actions = ("pause", "resume")
    fieldsets = (
        (_("Who is written to"), {"fields": ("government", "kind", "title", "language", "key")}),
        (
            _("Where it is"),
            {
                "fields": (
                    "address_lines",
                    "address_country",
                    ("address_status", "address_source"),
                    ("paper", "time_zone"),
                )
            },
        ),
        (_("How it gets its letters"), {"fields": LETTERS_GET_THERE}),
        (_("What is known of this entry"), {"fields": ("as_of", "notes")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Office]:
        routes = OfficeRoute.objects.usable().filter(office=OuterRef("pk"))
        return super().get_queryset(request).annotate(has_route=Exists(routes))

    @admin.display(description=_("has an e-mail address"), boolean=True, ordering="has_route")
    def has_route(self, office: Office) -> bool:
        return bool(annotated(office, "has_route"))

    @admin.action(description=_("Let letters to these offices wait"), permissions=["change"])
    def pause(self, request: HttpRequest, offices: QuerySet[Office]) -> None:
        self._set_paused(request, offices, paused=True)

    @admin.action(description=_("Let letters to these offices go on"), permissions=["change"])
    def resume(self, request: HttpRequest, offices: QuerySet[Office]) -> None:
        self._set_paused(request, offices, paused=False)

    def _set_paused(self, request: HttpRequest, offices: QuerySet[Office], *, paused: bool) -> None:
        assert isinstance(request.user, User)
        count = set_paused(offices=offices, paused=paused, by=request.user)
        self.message_user(
            request, ngettext("%d office changed.", "%d offices changed.", count) % count
        )
