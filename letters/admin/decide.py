"""Decide on letters: a page that says what will happen to which, then the action, one by one.

The page names the letters themselves, so that nothing is decided that arrived meanwhile.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaign.admin.base import ModelAdmin
from letters.admin.verdicts import Verdict
from letters.models import Letter
from letters.moves import NotAllowed

AT_ONCE = 1000
SHOWN = 20


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text=gettext_lazy("One for all, in words their writers may read."),
    )


def decide(
    model_admin: ModelAdmin[Any], request: HttpRequest, letters: QuerySet[Any], verdict: Verdict
) -> HttpResponse | None:
    """Ask, or carry out what was asked. Returns None when the list is to be shown again."""
    _say_what_is_gone(model_admin, request, letters)
    form = ReasonForm(request.POST if "sure" in request.POST else None)
    if "sure" in request.POST and (not verdict.asks_reason or form.is_valid()):
        reason = form.cleaned_data["reason"] if verdict.asks_reason else ""
        _carry_out(model_admin, request, letters, verdict, reason)
        return None
    ids = list(letters.order_by("created_at").values_list("pk", flat=True)[:AT_ONCE])
    if not ids:
        return None
    return _ask(model_admin, request, ids, verdict, form)


def _ask(
    model_admin: ModelAdmin[Any], request: HttpRequest, ids: list[Any], verdict: Verdict,
    form: ReasonForm,
) -> HttpResponse:  # fmt: skip
    first = Letter.objects.filter(pk__in=ids[:SHOWN]).select_related("government", "submission")
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": verdict.title,
        "verdict": verdict,
        "form": form,
        "ids": ids,
        "checkbox": ACTION_CHECKBOX_NAME,
        "letters": first.order_by("created_at"),
        "more": max(0, len(ids) - SHOWN),
    }
    return TemplateResponse(request, "admin/letters/decide.html", context)


def _carry_out(
    model_admin: ModelAdmin[Any], request: HttpRequest, letters: QuerySet[Any], verdict: Verdict,
    reason: str,
) -> None:  # fmt: skip
    assert isinstance(request.user, User)
    done = 0
    for letter in letters.select_related("campaign", "submission")[:AT_ONCE]:
        try:
            verdict.act(letter, request.user, reason)
        except NotAllowed:
            letter.refresh_from_db(fields=["state"])
            said = _("%(number)s was not changed: it is now “%(state)s”.") % {
                "number": letter.number,
                "state": letter.get_state_display(),
            }
            model_admin.message_user(request, said, messages.WARNING)
        else:
            done += 1
    if done:
        said = str(verdict.done % {"count": done})
        model_admin.message_user(request, said, messages.SUCCESS)


def _say_what_is_gone(
    model_admin: ModelAdmin[Any], request: HttpRequest, letters: QuerySet[Any]
) -> None:
    if request.POST.get("select_across") == "1":
        return
    chosen = set(request.POST.getlist(ACTION_CHECKBOX_NAME))
    gone = len(chosen) - letters.filter(pk__in=chosen).count()
    if gone > 0:
        said = ngettext(
            "%(count)d letter is no longer here: somebody else decided on it.",
            "%(count)d letters are no longer here: somebody else decided on them.",
            gone,
        )
        model_admin.message_user(request, said % {"count": gone}, messages.WARNING)
