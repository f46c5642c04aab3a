""" "Change it": from S3 back to the form, filled; the mailbox is proven, so its address stays."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from letters import queries
from letters.actions.write import revise
from letters.form_key import new_key
from letters.forms import WriteForm
from letters.models import AccessToken, Submission
from letters.views import write
from letters.views.confirm import is_waiting, not_waiting, waiting_letters
from letters.views.responses import in_language, link_unknown, private


@private
@require_http_methods(["GET", "HEAD", "POST"])
@in_language
def change(request: HttpRequest, language: str, token: str) -> HttpResponseBase:
    submission = queries.by_token(token, AccessToken.Purpose.CONFIRM)
    if submission is None:
        return link_unknown(request)
    page = queries.page(submission.campaign.slug, language)
    if page is None or not waiting_letters(submission) or not is_waiting(submission):
        return not_waiting(request, language, submission)
    preview = request.POST.get("action") == "preview"
    form = _form(request, page, submission, bound=request.method == "POST" and not preview)
    if form.is_bound and form.is_valid():
        revise(submission, write.filled(form, submission.form_nonce), proven=True)
        return redirect("letters:confirm", language, token)
    return _show(request, page, submission, form, token)


def _form(
    request: HttpRequest, page: queries.Page, submission: Submission, *, bound: bool
) -> WriteForm:
    governments = queries.governments_of(page.campaign)
    if bound:
        return write.form_for(page, governments, data=request.POST, fixed_email=submission.email)
    given = request.POST if request.method == "POST" else _answers(submission)
    form = write.form_for(page, governments, initial=given, fixed_email=submission.email)
    form.initial["form_key"] = new_key(page.campaign)
    return form


def _answers(submission: Submission) -> dict[str, object]:
    names = ("name", "country", "town", "organisation", "words", "updates")
    codes = [letter.government.iso2 for letter in waiting_letters(submission)]
    several = submission.campaign.max_governments > 1
    return {
        **{name: getattr(submission, name) for name in names},
        "government": codes if several else codes[0],
        "consent": True,
    }


def _show(
    request: HttpRequest,
    page: queries.Page,
    submission: Submission,
    form: WriteForm,
    token: str,
) -> HttpResponse:
    answers, country = write.answers_in(request), request.POST.get("country", "")
    chosen = write.chosen_in(form, request)
    if request.method != "POST":
        first = waiting_letters(submission)[0]
        chosen, country = first.government, submission.country
        answers = queries.answers_of(submission)
    found = write.draft_for(page, chosen, answers, country)
    context = {
        **write.context_for(page, form, found),
        "is_change": True,
        "form_action": reverse("letters:change", args=[page.text.language, token]),
    }
    return render(request, "letters/write.html", context, status=422 if form.errors else 200)
