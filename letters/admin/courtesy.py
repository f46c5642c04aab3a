"""Campaigns and offices, with what only this app knows: what waits, and what a change means for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from campaign.admin.campaign import CampaignAdmin
from campaign.admin.office import LETTERS_GET_THERE, OfficeAdmin
from campaign.models import Campaign, Office
from letters.actions import pause
from letters.actions.courtesy import campaign_changed, office_changed
from letters.admin.bundle import ask_address
from letters.admin.pause import Pausable
from letters.admin.waiting import waiting_for

OFFICE_RULES = {"delivery", "per_hour", "working_days", "opens", "closes", "time_zone", "paused"}
CAMPAIGN_RULES = {"delivery", "per_hour", "office_hours", "delivery_paused"}


class OfficeDesk(Pausable[Office], OfficeAdmin):
    readonly_fields = ("what_waits",)

    def get_fieldsets(self, request: HttpRequest, obj: Office | None = None) -> Any:
        """Say what waits where its pace is chosen."""
        return [
            (name, {**options, "fields": (*LETTERS_GET_THERE, "what_waits")})
            if obj and options["fields"] == LETTERS_GET_THERE
            else (name, options)
            for name, options in super().get_fieldsets(request, obj)
        ]

    @admin.display(description=_("what waits"))
    def what_waits(self, office: Office) -> str:
        return waiting_for(office)

    def save_model(self, request: HttpRequest, obj: Office, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and OFFICE_RULES & set(form.changed_data):
            office_changed(obj)

    def halt(self, rows: Sequence[Office], by: User, reason: str) -> int:
        return pause.pause_offices(rows, by=by, reason=reason)

    def go_on(self, rows: Sequence[Office], by: User) -> int:
        return pause.resume_offices(rows, by=by)

    @admin.action(description=_("Let letters to these offices wait …"), permissions=["change"])
    def pause(  # type: ignore[override]
        self, request: HttpRequest, offices: QuerySet[Office]
    ) -> HttpResponse | None:
        return self.pause_chosen(request, offices)

    @admin.action(description=_("Let letters to these offices go on"), permissions=["change"])
    def resume(self, request: HttpRequest, offices: QuerySet[Office]) -> None:
        self.resume_chosen(request, offices)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        if office := context.get("original"):
            context["bundle_url"] = ask_address(request, office=office.pk)
        return super().render_change_form(request, context, *args, **options)


class CampaignDesk(Pausable[Campaign], CampaignAdmin):
    paused_field = "delivery_paused"
    pause_action = "pause_delivery"
    actions: Any = (*CampaignAdmin.actions, "pause_delivery", "resume_delivery")
    list_display: Any = (*CampaignAdmin.list_display, "delivery_paused")
    list_filter: ClassVar[Any] = (*CampaignAdmin.list_filter, "delivery_paused")

    def save_model(self, request: HttpRequest, obj: Campaign, form: Any, change: bool) -> None:
        if "delivery_paused" in form.changed_data:
            # Ticked or unticked without a word: an earlier pause's reason is not this one's.
            obj.delivery_pause_reason = ""
        super().save_model(request, obj, form, change)
        if change and CAMPAIGN_RULES & set(form.changed_data):
            campaign_changed(obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        if campaign := context.get("original"):
            context["bundle_url"] = ask_address(request, campaign=campaign.pk)
        return super().render_change_form(request, context, *args, **options)

    def halt(self, rows: Sequence[Campaign], by: User, reason: str) -> int:
        return pause.pause_campaigns(rows, by=by, reason=reason)

    def go_on(self, rows: Sequence[Campaign], by: User) -> int:
        return pause.resume_campaigns(rows, by=by)

    @admin.action(description=_("Pause delivery: let letters wait …"), permissions=["change"])
    def pause_delivery(
        self, request: HttpRequest, campaigns: QuerySet[Campaign]
    ) -> HttpResponse | None:
        return self.pause_chosen(request, campaigns)

    @admin.action(description=_("Resume delivery: let letters go on"), permissions=["change"])
    def resume_delivery(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self.resume_chosen(request, campaigns)


admin.site.unregister([Office, Campaign])
admin.site.register(Office, OfficeDesk)
admin.site.register(Campaign, CampaignDesk)
