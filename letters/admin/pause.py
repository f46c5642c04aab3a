"""Pause and resume from the list and from a row's page: asked for the reason, then done."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaign.admin.base import ModelAdmin

Row = TypeVar("Row", bound=Model)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=gettext_lazy("For the other organisers: it stands in the log."),
    )


class Pausable(ModelAdmin[Row]):
    """Rows that can be paused, with the reason, from the list and from their own pages."""

    change_form_template = "admin/letters/pausable.html"
    paused_field = "paused"
    # The names of the list's actions.
    pause_action = "pause"

    @abstractmethod
    def halt(self, rows: Sequence[Row], by: User, reason: str) -> int:
        """Let the letters of these rows wait. Returns how many rows changed."""

    @abstractmethod
    def go_on(self, rows: Sequence[Row], by: User) -> int:
        """Let them go on. Returns how many rows changed."""

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.pause_page)
        return [path("<int:pk>/pause/", page, name=f"{self._names()}_pause"), *super().get_urls()]

    def _names(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        row = context.get("original")
        if row is not None and self.has_change_permission(request, row):
            context["pause_url"] = reverse(f"admin:{self._names()}_pause", args=[row.pk])
            context["is_paused"] = getattr(row, self.paused_field)
        return super().render_change_form(request, context, *args, **options)

    def pause_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for one row, or do it: pause what is going on, resume what is paused."""
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        done = self._asked(request, [row], halt=not getattr(row, self.paused_field))
        back = reverse(f"admin:{self._names()}_change", args=[row.pk])
        return done or HttpResponseRedirect(back)

    def pause_chosen(self, request: HttpRequest, rows: QuerySet[Row]) -> HttpResponse | None:
        return self._asked(request, list(rows), halt=True)

    def resume_chosen(self, request: HttpRequest, rows: QuerySet[Row]) -> None:
        assert isinstance(request.user, User)
        self._say(request, self.go_on(list(rows), request.user))

    def _asked(
        self, request: HttpRequest, rows: Sequence[Row], *, halt: bool
    ) -> HttpResponse | None:
        """Carry it out when it was asked for with a reason, else show the page that asks."""
        assert isinstance(request.user, User)
        sure = "sure" in request.POST
        form = ReasonForm(request.POST if sure else None)
        if sure and not halt:
            self._say(request, self.go_on(rows, request.user))
            return None
        if sure and form.is_valid():
            self._say(request, self.halt(rows, request.user, form.cleaned_data["reason"]))
            return None
        return self._ask(request, rows, form, halt)

    def _ask(
        self, request: HttpRequest, rows: Sequence[Row], form: ReasonForm, halt: bool
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Let letters wait") if halt else _("Let letters go on"),
            "rows": rows,
            "ids": [row.pk for row in rows],
            "checkbox": ACTION_CHECKBOX_NAME,
            "action": self.pause_action,
            "halt": halt,
            "form": form,
        }
        return TemplateResponse(request, "admin/letters/pause.html", context)

    def _say(self, request: HttpRequest, count: int) -> None:
        names = self.opts.verbose_name, self.opts.verbose_name_plural
        said = ngettext("%(count)d %(one)s changed.", "%(count)d %(many)s changed.", count)
        values = {"count": count, "one": names[0], "many": names[1]}
        messages.success(request, said % values)
