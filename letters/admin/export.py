"""The export page: choose campaign, groups, days, states and format; get the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaign.admin.base import ModelAdmin, ReadOnly
from campaign.models import Campaign
from letters.dimensions import Dimension
from letters.enums import LetterState
from letters.exports import parameters
from letters.exports.counts import SignatoryCounts
from letters.exports.registry import FORMATS
from letters.models import Export

# With the comma a state is a list of one: `confirmed` alone means all that count.
STATES = [
    ("confirmed", _("all confirmed, and not taken back, returned or rejected")),
    ("all", _("all, the unconfirmed too")),
    *[(f"{state.value},", state.label) for state in LetterState],
]


if TYPE_CHECKING:
    # Django's class takes no type parameter; django-stubs' does.
    ModelChoiceField = forms.ModelChoiceField[Campaign]
else:
    ModelChoiceField = forms.ModelChoiceField


class CampaignChoice(ModelChoiceField):
    def label_from_instance(self, campaign: Campaign) -> str:
        return f"{campaign.slug} ({campaign.time_zone})"


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ExportForm(forms.Form):
    campaign = CampaignChoice(
        Campaign.objects.order_by("slug"),
        label=_("Campaign"),
        empty_label=None,
        help_text=_("Days are those of its time zone."),
    )
    by = forms.MultipleChoiceField(
        label=_("Counted by"),
        choices=Dimension.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        initial=[Dimension.GOVERNMENT, Dimension.DAY],
        help_text=_("None: the total alone."),
    )
    since = forms.DateField(label=_("First day"), required=False, widget=Day)
    until = forms.DateField(label=_("Last day"), required=False, widget=Day)
    states = forms.ChoiceField(label=_("Letters"), choices=STATES, initial="confirmed")
    format = forms.ChoiceField(
        label=_("Format"),
        choices=[(format.identifier, format.label) for format in FORMATS.values()],
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        try:
            parameters.in_order(data.get("since"), data.get("until"))
        except parameters.Refused as refused:
            self.add_error("until", str(refused))
        return data

    def export(self) -> SignatoryCounts:
        data = self.cleaned_data
        states = parameters.states_named(data["states"])
        return SignatoryCounts.count(
            data["campaign"], data["by"], data["since"], data["until"], states
        )


@admin.register(Export)
class ExportAdmin(ReadOnly, ModelAdmin[Export]):
    def has_view_permission(self, request: HttpRequest, obj: Export | None = None) -> bool:
        rights = ("letters.export_counts", "letters.view_letter")
        return any(request.user.has_perm(right) for right in rights)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        # The export page alone: letters have pages of their own, with rights of their own.
        page = self.admin_site.admin_view(self.changelist_view)
        return [path("", page, name="letters_export_changelist")]

    def changelist_view(  # type: ignore[override]  # the file is streamed
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ExportForm(request.POST if request.method == "POST" else None)
        return self._file(request, form) if form.is_valid() else self._page(request, form)

    def _page(self, request: HttpRequest, form: ExportForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Export counts"),
            "form": form,
        }
        return TemplateResponse(request, "admin/letters/export.html", context)

    def _file(self, request: HttpRequest, form: ExportForm) -> StreamingHttpResponse:
        export, format = form.export(), FORMATS[form.cleaned_data["format"]]
        by = ", ".join(export.by) or "—"
        said = _now("Exported counts by %(by)s as %(format)s.")
        values = {"by": by, "format": format.label}
        self.log_change(request, export.campaign, said % values)  # type: ignore[arg-type]
        return StreamingHttpResponse(
            format.chunks(export),
            content_type=format.content_type,
            headers={
                "Content-Disposition": (
                    f'attachment; filename="{export.filename()}.{format.identifier}"'
                ),
                "Cache-Control": "no-store, private",
            },
        )
