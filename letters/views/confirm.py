"""S3: check and send. GET shows and changes nothing, whoever opens the link; POST sends."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from letters import queries
from letters.actions.asking import stop_all_mail
from letters.actions.confirm import confirm as confirm_letters
from letters.enums import LetterState, SubmissionState
from letters.forms import ConfirmForm
from letters.identifiers import own_token
from letters.models import AccessToken, Letter, Submission
from letters.moves import NotAllowed
from letters.rendering.html import letter_html
from letters.rendering.mail_parts import office_title
from letters.seen import Changed, fingerprint
from letters.views.responses import in_language, link_unknown, private

WAITING = (LetterState.AWAITING, LetterState.RETURNED)


@private
@require_http_methods(["GET", "HEAD", "POST"])
@in_language
def confirm(request: HttpRequest, language: str, token: str) -> HttpResponseBase:
    submission = queries.by_token(token, AccessToken.Purpose.CONFIRM)
    if submission is None:
        return link_unknown(request)
    letters = waiting_letters(submission)
    if not letters or not is_waiting(submission):
        return not_waiting(request, language, submission)
    # A press without any answer is a press all the same: an empty POST must bind the form.
    data = request.POST if request.method == "POST" else None
    form = ConfirmForm(data, submission=submission)
    if request.method != "POST" or not form.is_valid():
        return _show(request, language, token, submission, letters, form)
    try:
        return _send(request, language, submission, form)
    except Changed:
        submission.refresh_from_db()
        again = ConfirmForm(submission=submission, initial=form.cleaned_data)
        letters = waiting_letters(submission)
        return _show(request, language, token, submission, letters, again, changed=True)


def _send(
    request: HttpRequest, language: str, submission: Submission, form: ConfirmForm
) -> HttpResponseBase:
    """Confirm, and go to "my letter". Raises Changed."""
    try:
        mine = confirm_letters(
            submission,
            words=form.cleaned_data.get("words") or None,
            reply_directly=form.cleaned_data["reply_directly"],
            seen=request.POST.get("seen", ""),
        )
    except NotAllowed:  # pressed twice, or expired in this moment
        submission.refresh_from_db()
        return not_waiting(request, language, submission)
    return redirect("letters:mine", language, mine)


def _show(
    request: HttpRequest,
    language: str,
    token: str,
    submission: Submission,
    letters: list[Letter],
    form: ConfirmForm,
    *,
    changed: bool = False,
) -> HttpResponse:
    campaign = submission.campaign
    page = queries.page(campaign.slug, language)
    returned = [letter for letter in letters if letter.state == LetterState.RETURNED]
    drafts = [(letter, _draft(letter, submission, lately=not changed)) for letter in letters]
    context = {
        "submission": submission,
        "campaign": campaign,
        "page": page.text if page else None,
        "letters": [_shown(letter, found) for letter, found in drafts],
        "seen": fingerprint(submission, submission.words, drafts),
        "changed": changed,
        "form": form,
        "confirm_url": reverse("letters:confirm", args=[language, token]),
        "change_url": reverse("letters:change", args=[language, token]),
        "returned_reason": _reason(returned[0]) if returned else "",
        "expires": campaign.today(submission.expires_at),
        "others": _others(submission, language),
    }
    status = 409 if changed else 422 if form.errors else 200
    return render(request, "letters/confirm.html", context, status=status)


def _draft(letter: Letter, submission: Submission, *, lately: bool) -> queries.Draft:
    return queries.draft(
        submission.campaign, letter.government, queries.answers_of(submission),
        number=letter.number, country=submission.country, fallback=letter.text, lately=lately,
    )  # fmt: skip


def _shown(letter: Letter, found: queries.Draft) -> dict[str, Any]:
    return {
        "number": letter.number,
        "government": letter.government.name,
        "office": office_title(letter),
        "waits": not found.reachable,
        "html": letter_html(found.document),
    }


def _reason(letter: Letter) -> str:
    decision = letter.decisions.last()
    return decision.reason if decision else ""


def _others(submission: Submission, language: str) -> list[dict[str, Any]]:
    """Other letters that this mailbox was asked about: one mail a day asks for all of them."""
    found = []
    for other in queries.pending_beside(submission, timezone.now()):
        token = own_token(AccessToken.Purpose.CONFIRM, other.id, other.signer)
        names = [letter.government.name for letter in waiting_letters(other)]
        address = reverse("letters:confirm", args=[language, token])
        found.append({"governments": names, "url": address, "signed": other.created_at})
    return found


def waiting_letters(submission: Submission) -> list[Letter]:
    rows = submission.letters.filter(state__in=WAITING).select_related(
        "government", "office", "text"
    )
    return list(rows.order_by("government__name"))


def is_waiting(submission: Submission) -> bool:
    states = (SubmissionState.AWAITING, SubmissionState.CONFIRMED)
    return submission.state in states and submission.expires_at > timezone.now()


def not_waiting(request: HttpRequest, language: str, submission: Submission) -> HttpResponseBase:
    """X2: a used link leads to the letter, an expired one says so."""
    if submission.state in (SubmissionState.CONFIRMED, SubmissionState.ERASED):
        token = own_token(AccessToken.Purpose.MINE, submission.id, submission.signer)
        return redirect("letters:mine", language, token)
    campaign = submission.campaign
    context = {
        "campaign": campaign,
        "expired_on": campaign.today(submission.expires_at),
        "write_url": reverse("letters:write", args=[language, campaign.slug]),
    }
    return render(request, "letters/link_expired.html", context, status=410)


@private
@require_http_methods(["GET", "HEAD", "POST"])
@in_language
def stop(request: HttpRequest, language: str, token: str) -> HttpResponse:
    """ "Not you?": never mail this address again. A button, because scanners open links too."""
    submission = queries.by_token(token, AccessToken.Purpose.CONFIRM)
    if submission is None:
        return link_unknown(request)
    if request.method == "POST":
        stop_all_mail(submission)
    return render(request, "letters/stop.html", {"stopped": request.method == "POST"})


@private
@require_safe
def without_junk(
    request: HttpRequest, language: str, page: str, token: str, junk: str
) -> HttpResponse:
    return redirect(f"/{language}/{page}/{token}/")
