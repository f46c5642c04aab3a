"""Bundles for print: ask for one, watch it being made, fetch it, note that it was handed over."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaign.admin.base import ModelForm
from campaign.models import Office
from letters import bundled
from letters.actions import bulk, bundles
from letters.admin.decide import EvidenceForm
from letters.admin.desk import DeskAdmin
from letters.models import Bundle
from letters.moves import NotAllowed

SHOWN = 20


class AskForm(ModelForm[Bundle]):
    class Meta:
        model = Bundle
        fields = ("campaign", "office", "which", "duplex")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        written_to = Office.objects.filter(letters__isnull=False).distinct()
        offices: Any = self.fields["office"]
        offices.queryset = written_to.select_related("government").order_by("key")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if {"campaign", "office", "which"} <= data.keys():
            asked = data["campaign"], data["office"], data["which"]
            if not bundles.is_any(*asked):
                raise ValidationError(bundles.nothing(*asked))
        return data


@admin.register(Bundle)
class BundleAdmin(DeskAdmin[Bundle]):
    list_display = (
        "number", "campaign", "office", "which", "state", "personal", "signed", "sheets",
        "asked_at", "handed_over_at",
    )  # fmt: skip
    list_filter = ("state", "campaign")
    list_select_related = ("campaign", "office__government")
    search_fields = ("office__key", "office__title", "office__government__name")
    number_field = "pk"
    fieldsets = (
        (None, {"fields": ("campaign", "office", "which", "duplex")}),
        (
            _("What is in it"),
            {"fields": ("letters", "personal", "signed", "pages", "sheets", "composed", "plain")},
        ),
        (_("When"), {"fields": ("asked_by", "asked_at", "chosen_at", "done_at")}),
    )
    readonly_fields = ("letters", "anew")
    change_form_template = "admin/letters/bundle_page.html"
    add_form_template = "admin/letters/bundle_ask.html"

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view
        return [
            path("<int:pk>/hand-over/", page(self.hand_over), name="letters_bundle_hand_over"),
            path("<int:pk>/clear/", page(self.clear), name="letters_bundle_clear"),
            path("<int:pk>/files/<int:part>/", page(self.file), name="letters_bundle_file"),
            *super().get_urls(),
        ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("letters.add_bundle") and self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A bundle is all of its letters: it takes the right to see these, too."""
        rights = ("letters.view_bundle", "letters.view_letter")
        return all(request.user.has_perm(right) for right in rights)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_handle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("letters.change_letter") and self.has_view_permission(request)

    def get_form(
        self, request: HttpRequest, obj: Bundle | None = None, change: bool = False, **options: Any
    ) -> type[ModelForm[Bundle]]:
        return AskForm if obj is None else super().get_form(request, obj, change, **options)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets[:1]
        if obj.is_unfinished or not self.has_add_permission(request):
            return fieldsets
        return [*fieldsets, (_("Another one"), {"fields": ("anew",)})]

    @admin.display(description=_("letters in it"))
    def letters(self, bundle: Bundle) -> str:
        address = f"{reverse('admin:letters_letter_changelist')}?bundle={bundle.pk}"
        count = bundle.entries.filter(left_out="").count()
        return format_html('<a href="{}">{}</a>', address, count)

    @admin.display(description=_("of the same letters"))
    def anew(self, bundle: Bundle) -> str:
        """Lead to the form, filled in as it was for this one."""
        chosen = {"campaign": bundle.campaign_id, "office": bundle.office_id}
        query = urlencode({**chosen, "which": bundle.which, "duplex": bundle.duplex})
        address = f"{reverse('admin:letters_bundle_add')}?{query}"
        return format_html('<a href="{}">{}</a>', address, _("Make a new one"))

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Bundle:
        """Ask for it: the row is the action's to write."""
        assert isinstance(request.user, User)
        return bundles.ask(**form.cleaned_data, by=request.user)

    def save_model(self, request: HttpRequest, obj: Bundle, form: Any, change: bool) -> None:
        """Leave the row as it was written."""

    def save_related(self, *args: Any) -> None:
        """Leave the rest, too."""

    def response_add(
        self, request: HttpRequest, obj: Bundle, post_url_continue: str | None = None
    ) -> HttpResponseRedirect:
        return self._back(obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        bundle: Bundle | None = context.get("original")
        if bundle is not None:
            context |= self._context(request, bundle)
        return super().render_change_form(request, context, *args, **options)

    def _context(self, request: HttpRequest, bundle: Bundle) -> dict[str, Any]:
        left_out = bundle.entries.exclude(left_out="").select_related("letter")
        to_hand_over = bundled.to_hand_over(bundle).count()
        return {
            "files": bundle.files.all() if bundle.state == Bundle.State.DONE else (),
            "left_out": left_out[:SHOWN],
            "left_out_count": left_out.count(),
            "gone": bundled.gone_from(bundle).select_related("letter")[:SHOWN],
            "gone_count": bundled.gone_from(bundle).count(),
            "elsewhere": _elsewhere(bundle),
            "to_hand_over": to_hand_over,
            "needs_two": to_hand_over > bulk.ALONE,
            "may_handle": self.has_handle_permission(request),
            "may_clear": self.has_add_permission(request),
            "evidence": EvidenceForm(),
        }

    @method_decorator(require_POST)
    def hand_over(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark the letters of a bundle as sent, or have a second person agree to it."""
        if not self.has_handle_permission(request):
            raise PermissionDenied
        assert isinstance(request.user, User)
        bundle, form = get_object_or_404(Bundle, pk=pk), EvidenceForm(request.POST)
        if not form.is_valid():
            said = _now("Nothing was changed: say how we know that it was handed over.")
            self.message_user(request, said, messages.WARNING)
            return self._back(bundle)
        try:
            done = bundles.hand_over(bundle, by=request.user, evidence=form.cleaned_data["reason"])
        except NotAllowed as why:
            self.message_user(request, str(why), messages.WARNING)
        else:
            self._say(request, done)
        return self._back(bundle)

    def _say(self, request: HttpRequest, done: bundles.HandedOver) -> None:
        if not done.proposed:
            said = ngettext(
                "%(count)d letter marked as sent.", "%(count)d letters marked as sent.", done.sent
            )
            self.message_user(request, said % {"count": done.sent}, messages.SUCCESS)
            return
        said = _now("Proposed: another organiser has to agree, under “Bulk decisions”.")
        self.message_user(request, said, messages.WARNING)

    @method_decorator(require_POST)
    def clear(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        bundle = get_object_or_404(Bundle, pk=pk)
        bundles.clear(bundle)
        self.message_user(request, _now("Its files are deleted."), messages.SUCCESS)
        return self._back(bundle)

    def file(self, request: HttpRequest, pk: int, part: int) -> FileResponse:
        """Stream a part or the manifest to those who may see letters. It has no public address."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        bundle = get_object_or_404(Bundle, pk=pk, state=Bundle.State.DONE)
        file = get_object_or_404(bundle.files, part=part)
        if not default_storage.exists(file.file):
            raise Http404
        self.log_change(request, bundle, _now("Downloaded %s.") % file.name)
        return FileResponse(
            default_storage.open(file.file),
            as_attachment=True,
            filename=file.name,
            headers={
                "Content-Type": "application/pdf" if part else "text/plain; charset=utf-8",
                "X-Content-Type-Options": "nosniff",
                "X-Robots-Tag": "noindex",
                "Cache-Control": "no-store, private",
            },
        )

    @staticmethod
    def _back(bundle: Bundle) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:letters_bundle_change", args=[bundle.pk]))


def _elsewhere(bundle: Bundle) -> QuerySet[Bundle]:
    """Return other bundles that hold letters of this one and may yet be handed over."""
    letters = bundled.to_hand_over(bundle).values("pk")
    others = Bundle.objects.filter(state=Bundle.State.DONE, handed_over_at=None)
    return others.exclude(pk=bundle.pk).filter(entries__letter__in=letters).distinct()


def ask_address(request: HttpRequest, **chosen: Any) -> str:
    """Return where a bundle of these letters is asked for, or nothing without the right to."""
    if not request.user.has_perms(
        ("letters.add_bundle", "letters.view_bundle", "letters.view_letter")
    ):
        return ""
    query = "&".join(f"{name}={value}" for name, value in chosen.items())
    return f"{reverse('admin:letters_bundle_add')}?{query}"
