from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaign.actions import NotAllowed, add_consent_wording, set_state
from campaign.admin.base import (
    LISTS_BY_LINE,
    AppendOnly,
    ModelAdmin,
    ModelForm,
    StackedInline,
    TextField,
)
from campaign.logos import printable_logo
from campaign.models import Campaign, CampaignText, ConsentWording

State = Campaign.State
LETTERHEAD_LINES = 3
SMALL_TEXT = forms.Textarea(attrs={"rows": 4, "cols": 80})


class CampaignForm(ModelForm[Campaign]):
    def clean_keep_until(self) -> date:
        """Refuse a day that would erase people at once, or later than they agreed to."""
        day: date = self.cleaned_data["keep_until"]
        if day <= self.instance.today():
            raise ValidationError(_("This day has passed: everything would be erased at once."))
        signed = Campaign.objects.filter(pk=self.instance.pk, submissions__isnull=False)
        promised = signed.first()
        if promised is not None and day > promised.keep_until:
            raise ValidationError(
                _("Supporters agreed to %(day)s. Choose that day or an earlier one."),
                params={"day": promised.keep_until},
            )
        return day

    def clean_contact_email(self) -> str:
        """Refuse a domain that has no form in ASCII: mails that name it could not be made."""
        address: str = self.cleaned_data["contact_email"]
        try:
            address.rpartition("@")[2].encode("idna")
        except UnicodeError as error:
            raise ValidationError(
                _("Mail servers cannot write to this address. Is what stands after the @ right?")
            ) from error
        return address

    def clean_letterhead(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["letterhead"].splitlines()]
        if len([line for line in lines if line]) > LETTERHEAD_LINES:
            raise ValidationError(_("The letterhead has room for three lines."))
        return "\n".join(line for line in lines if line)

    def clean_logo(self) -> Any:
        """Return the logo written anew, or what was there before."""
        upload = self.cleaned_data["logo"]
        return printable_logo(upload) if isinstance(upload, UploadedFile) else upload

    def clean_office_kinds(self) -> list[str]:
        kinds: list[str] = self.cleaned_data["office_kinds"]
        for kind in kinds:
            if not re.fullmatch(r"[a-z]+(_[a-z]+)*", kind):
                raise ValidationError(
                    _("“%(kind)s” is no kind of office. Write it as head_of_government."),
                    params={"kind": kind},
                )
        return kinds


class CampaignTextInline(StackedInline[CampaignText, Campaign]):
    model = CampaignText
    extra = 0
    formfield_overrides = {
        **LISTS_BY_LINE, models.TextField: {"form_class": TextField, "widget": SMALL_TEXT},
    }  # fmt: skip


class ConsentWordingInline(AppendOnly, StackedInline[ConsentWording, Campaign]):
    """A new wording becomes the next version of its language; earlier ones stay."""

    model = ConsentWording
    fields = ("language", "text", "version", "created_at")
    readonly_fields = ("version", "created_at")
    extra = 0
    formfield_overrides = {models.TextField: {"form_class": TextField, "widget": SMALL_TEXT}}


@admin.register(Campaign)
class CampaignAdmin(ModelAdmin[Campaign]):
    form = CampaignForm
    list_display = ("title", "slug", "state", "treaty", "organisation", "review")
    list_filter = ("state", "review", "treaty")
    list_select_related = ("treaty",)
    search_fields = ("slug", "organisation", "texts__title")
    inlines = (CampaignTextInline, ConsentWordingInline)
    filter_horizontal = ("targets",)
    readonly_fields = ("state",)
    formfield_overrides = {**LISTS_BY_LINE, models.URLField: {"assume_scheme": "https"}}
    actions = ("test", "set_live", "pause", "close")
    fieldsets = (
        (None, {"fields": ("slug", "state")}),
        (
            _("Who asks"),
            {"fields": ("organisation", "organisation_address", "contact_email", "website")},
        ),
        (_("The head of its letters"), {"fields": ("letterhead", "logo")}),
        (
            _("Whom it writes to, and in which matter"),
            {"fields": ("treaty", "targets", "max_governments", "office_kinds")},
        ),
        (
            _("From when to when"),
            {"fields": ("opens_at", "closes_at", "time_zone", "keep_until")},
        ),
        (
            _("How letters are written and leave"),
            {"fields": ("default_language", "review", "take_back_seconds")},
        ),
        (
            _("How offices get their letters"),
            {
                "fields": ("delivery", "per_hour", "office_hours", "delivery_paused"),
                "description": _(
                    "Single mails are spread over an office's working hours, never more than so "
                    "many an hour. With many letters a day choose the digest: one mail a day with "
                    "all of them. What is queued already follows a change within a minute."
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        return super().get_queryset(request).prefetch_related("texts")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Campaign | None = None
    ) -> tuple[str, ...]:
        """The address stands on every letter that left: it changes in a draft only."""
        fixed = obj is not None and obj.state != State.DRAFT
        return ("state", "slug") if fixed else ("state",)

    @admin.display(description=_("the ask"))
    def title(self, campaign: Campaign) -> str:
        titles = {text.language: text.title for text in campaign.texts.all()}
        return titles.get(campaign.default_language) or _now("(no page text yet)")

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        """Only drafts are thrown away. Others are closed and erased, which keeps their counts."""
        if obj is not None and obj.state != State.DRAFT:
            return False
        return super().has_delete_permission(request, obj)

    def save_formset(
        self,
        request: HttpRequest,
        form: Any,
        formset: BaseInlineFormSet[Any, Any, Any],
        change: bool,
    ) -> None:
        if formset.model is not ConsentWording:
            super().save_formset(request, form, formset, change)
            return
        for wording in formset.save(commit=False):
            add_consent_wording(
                campaign=wording.campaign, language=wording.language, text=wording.text
            )

    @admin.action(description=_("Check that it is complete (test)"), permissions=["change"])
    def test(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self._set_state(request, campaigns, State.TEST)

    @admin.action(description=_("Go live, or go on after a pause"), permissions=["change"])
    def set_live(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self._set_state(request, campaigns, State.LIVE)

    @admin.action(description=_("Pause: take no more letters for now"), permissions=["change"])
    def pause(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self._set_state(request, campaigns, State.PAUSED)

    @admin.action(description=_("Close for good"), permissions=["change"])
    def close(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self._set_state(request, campaigns, State.CLOSED)

    def _set_state(
        self, request: HttpRequest, campaigns: QuerySet[Campaign], state: Campaign.State
    ) -> None:
        assert isinstance(request.user, User)
        for campaign in campaigns:
            try:
                set_state(campaign=campaign, state=state, by=request.user)
            except NotAllowed as why:
                self.message_user(request, _listed(*why.args), messages.ERROR)
            else:
                self.message_user(request, _moved(campaign))


def _listed(sentence: str, *items: str) -> str:
    if not items:
        return sentence
    points = format_html_join("", "<li>{}</li>", ((item,) for item in items))
    return format_html("{}<ul>{}</ul>", sentence, points)


def _moved(campaign: Campaign) -> str:
    """Say what the new state means, and what comes next."""
    messages = {
        State.DRAFT: _now("Campaign %s is a draft again."),
        State.TEST: _now("Campaign %s is complete. Publish its letter, then choose “Go live”."),
        State.LIVE: _now("Campaign %s is live: supporters can sign."),
        State.PAUSED: _now("Campaign %s is paused: no letter can be signed for now."),
        State.CLOSED: _now("Campaign %s is closed."),
    }
    return messages[State(campaign.state)] % campaign
