"""Decide on letters or mails: a page that says what will happen to how many, then the action.

The page names the rows themselves, so that nothing is decided that arrived meanwhile. More than
it can name are decided by a second person, and only if their number is still the one shown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.admin.base import ModelAdmin
from letters.actions import bulk
from letters.admin.stays import said_of, that_stay
from letters.admin.verdicts import LETTERS, RELEASE, Verdict
from letters.enums import HoldReason, LetterState, OutboundState
from letters.models import Letter, Outbound
from letters.moves import NotAllowed
from letters.rendering.answers import BY_KEY, as_expression

NAMED = 1000
SHOWN = 20


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text=gettext_lazy("One for all, in words their writers may read."),
    )


class EvidenceForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Evidence"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text=gettext_lazy(
            "How do we know that they arrived? For example a line of the mail server's log, "
            "the office's word, or the receipt of the hand-over. It is kept."
        ),
    )


@dataclass(frozen=True)
class Chosen:
    """The rows that were chosen: their number, their keys if they are few enough to name, and
    how many letters these are: a digest is one mail. `stays` tells of those that are left out."""

    rows: QuerySet[Any]
    count: int
    ids: list[Any]
    verdict: Verdict
    letters: int
    needs_two: bool
    stays: str


def decide(
    model_admin: ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any], verdict: Verdict
) -> HttpResponse | None:
    """Ask, or carry out what was asked. Returns None when the list is to be shown again."""
    _say_what_is_gone(model_admin, request, rows, verdict)
    sure = "sure" in request.POST
    form_class = EvidenceForm if verdict.asks_evidence else ReasonForm
    form = form_class(request.POST if sure else None)
    chosen = _chosen(request, rows, verdict)
    if not chosen.count:
        if chosen.stays:
            model_admin.message_user(request, chosen.stays, messages.WARNING)
        return None
    if sure and (not verdict.asks_reason or form.is_valid()) and _is_as_shown(request, chosen):
        reason = form.cleaned_data["reason"] if verdict.asks_reason else ""
        _propose_or_do(model_admin, request, chosen, reason)
        return None
    return _ask(model_admin, request, chosen, form)


def _chosen(request: HttpRequest, rows: QuerySet[Any], verdict: Verdict) -> Chosen:
    assert isinstance(request.user, User)
    stays = ""
    if verdict is RELEASE:
        stay = that_stay(rows)
        stays = said_of(stay, request)
        rows = rows.exclude(pk__in=stay.values("pk"))
    limit = bulk.AT_MOST if verdict.bulk is not None else NAMED
    ids = list(rows.order_by("created_at").values_list("pk", flat=True)[:limit])
    letters = bulk.letters_in(verdict.noun.about, ids) if ids else 0
    two = verdict.bulk is not None and bulk.needs_two(verdict.bulk, letters, request.user)
    found = rows.model.objects.filter(pk__in=ids)
    return Chosen(found, len(ids), ids, verdict, letters, two, stays)


def _is_as_shown(request: HttpRequest, chosen: Chosen) -> bool:
    """Rows that the page named are these; of all that match, the number must not have changed."""
    expected = request.POST.get("expected", "")
    return expected in ("", str(chosen.count)) and (bool(expected) or chosen.count <= NAMED)


def _propose_or_do(
    model_admin: ModelAdmin[Any], request: HttpRequest, chosen: Chosen, reason: str
) -> None:
    if chosen.needs_two:
        _propose(model_admin, request, chosen, reason)
    else:
        _carry_out(model_admin, request, chosen, reason)


def _ask(
    model_admin: ModelAdmin[Any], request: HttpRequest, chosen: Chosen, form: forms.Form
) -> HttpResponse:
    verdict = chosen.verdict
    named = chosen.count <= NAMED
    first = chosen.rows.model.objects.filter(pk__in=chosen.ids[:SHOWN]).order_by("created_at")
    about = ("government", "submission") if verdict.noun is LETTERS else ("letter", "office")
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": verdict.title,
        "verdict": verdict,
        "count": chosen.count,
        "counted": verdict.noun.counted % {"count": chosen.count},
        "letters": chosen.letters if chosen.letters != chosen.count else 0,
        "reasons": reasons_of(chosen.rows),
        "stays": chosen.stays,
        "needs_two": chosen.needs_two,
        "alone": bulk.ALONE,
        "form": form,
        "ids": chosen.ids if named else chosen.ids[:1],
        "named": named,
        "changed": "sure" in request.POST and not _is_as_shown(request, chosen),
        "checkbox": ACTION_CHECKBOX_NAME,
        "first": first.select_related(*about),
        "more": max(0, chosen.count - SHOWN),
        "at_most": bulk.AT_MOST if chosen.count == bulk.AT_MOST else 0,
    }
    return TemplateResponse(request, "admin/letters/decide.html", context)


def reasons_of(rows: QuerySet[Any]) -> list[tuple[str, int]]:
    """Return why these stopped, most frequent first: letters by state, mails by their answers."""
    if rows.model is not Outbound:
        counts = rows.order_by().values_list("state", "hold_reason").annotate(count=Count("pk"))
        named = [(_letter_reason(state, hold), count) for state, hold, count in counts]
    else:
        said = rows.order_by().annotate(said=as_expression())
        counts = said.values_list("state", "said", "letter__hold_reason").annotate(Count("pk"))
        named = [(_mail_reason(state, key, hold), count) for state, key, hold, count in counts]
    total: Counter[str] = Counter()
    for reason, count in named:
        total[reason] += count
    return total.most_common()


def _letter_reason(state: str, hold: str) -> str:
    label = str(LetterState(state).label)
    return f"{label}: {HoldReason(hold).label}" if hold else label


def _mail_reason(state: str, key: str, hold: str | None) -> str:
    """Without an answer of a server it is the letter that says why."""
    why = HoldReason(hold).label if hold and key == "silent" else BY_KEY[key].what
    return f"{OutboundState(state).label}: {why}"


def _propose(
    model_admin: ModelAdmin[Any], request: HttpRequest, chosen: Chosen, reason: str
) -> None:
    assert isinstance(request.user, User) and chosen.verdict.bulk is not None
    decision = bulk.propose(
        chosen.verdict.bulk, chosen.verdict.noun.about, chosen.ids, evidence=reason, by=request.user
    )
    said = _("Proposed; nothing has changed yet. Another organiser has to agree:")
    address = reverse("admin:letters_bulkdecision_change", args=[decision.pk])
    link = format_html('{} <a href="{}">{}</a>', said, address, decision)
    model_admin.message_user(request, link, messages.WARNING)


def _carry_out(
    model_admin: ModelAdmin[Any], request: HttpRequest, chosen: Chosen, reason: str
) -> None:
    assert isinstance(request.user, User)
    verdict, done = chosen.verdict, 0
    about = ("campaign", "submission") if verdict.noun is LETTERS else ("letter", "submission")
    for row in chosen.rows.select_related(*about):
        try:
            verdict.act(row, request.user, reason)
        except NotAllowed as why:
            _say_unchanged(model_admin, request, row, why)
        else:
            done += 1
    if done and verdict.bulk is not None:
        bulk.note_alone(verdict.bulk, chosen.letters, evidence=reason, by=request.user)
    if done:
        said = str(verdict.done % {"count": done})
        model_admin.message_user(request, said, messages.SUCCESS)


def _say_unchanged(
    model_admin: ModelAdmin[Any], request: HttpRequest, row: Letter | Outbound, why: NotAllowed
) -> None:
    row.refresh_from_db(fields=["state"])
    said = _("%(row)s was not changed: it is now “%(state)s”.") % {
        "row": row.message_id if isinstance(row, Outbound) else row.number,
        "state": row.get_state_display(),
    }
    model_admin.message_user(request, said, messages.WARNING)


def _say_what_is_gone(
    model_admin: ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any], verdict: Verdict
) -> None:
    if request.POST.get("select_across") == "1":
        return
    chosen = set(request.POST.getlist(ACTION_CHECKBOX_NAME))
    gone = len(chosen) - rows.filter(pk__in=chosen).count()
    if gone > 0:
        said = str(verdict.noun.gone % {"count": gone})
        model_admin.message_user(request, said, messages.WARNING)
