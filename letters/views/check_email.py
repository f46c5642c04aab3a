"""S2: check your e-mail. The same page for a new and for a known address (A08)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from letters import queries, typos
from letters.actions.asking import change_address, resend
from letters.actions.write import LINK_DAYS
from letters.forms import AddressForm
from letters.models import Submission
from letters.rendering.compose import Addressee
from letters.views import pending as memory
from letters.views.responses import in_language

WEBMAIL = {
    "gmail.com": ("Gmail", "https://mail.google.com/"),
    "googlemail.com": ("Gmail", "https://mail.google.com/"),
    "outlook.com": ("Outlook", "https://outlook.live.com/"),
    "hotmail.com": ("Outlook", "https://outlook.live.com/"),
    "yahoo.com": ("Yahoo", "https://mail.yahoo.com/"),
    "gmx.net": ("GMX", "https://www.gmx.net/"),
    "web.de": ("WEB.DE", "https://web.de/"),
}


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@in_language
def check_email(request: HttpRequest, language: str, slug: str) -> HttpResponseBase:
    """GET shows where to look. POST sends it again or to another address."""
    page = queries.page(slug, language)
    if page is None:
        raise Http404
    pending = memory.recall(request)
    submission = Submission.objects.filter(pk=pending.submission).first() if pending else None
    if pending is None or submission is None or submission.campaign_id != page.campaign.pk:
        return _private(render(request, "letters/check_email.html", _context(page, None, None)))
    if request.method == "POST":
        return _private(_act(request, page, pending, submission))
    response = render(request, "letters/check_email.html", _context(page, pending, submission))
    memory.store(response, replace(pending, fresh=False))
    return _private(response)


def _act(
    request: HttpRequest, page: queries.Page, pending: memory.Pending, submission: Submission
) -> HttpResponseBase:
    form = None
    if "email" in request.POST:
        form = AddressForm(request.POST)
        if not form.is_valid():
            context = {**_context(page, pending, submission), "form": form}
            return render(request, "letters/check_email.html", context, status=422)
    response = redirect("letters:check_email", request.LANGUAGE_CODE, page.campaign.slug)
    if pending.presses_left:
        if form is not None:
            change_address(submission, form.cleaned_data["email"])
        else:
            resend(submission)
        memory.store(response, replace(memory.pressed(pending), fresh=form is not None))
    return response


def _context(
    page: queries.Page, pending: memory.Pending | None, submission: Submission | None
) -> dict[str, object]:
    language = page.text.language
    codes = pending.governments if pending else ()
    expires = page.campaign.today(timezone.now() + timedelta(days=LINK_DAYS))
    email = submission.email if submission else ""
    fresh = bool(pending and pending.fresh)
    return {
        "campaign": page.campaign,
        "page": page.text,
        "address": email if fresh else masked(email),
        "subject": _subject(page, codes, language) if codes else "",
        "sender": f"{settings.SITE_NAME} <{settings.DEFAULT_FROM_EMAIL}>",
        "expires": expires,
        "suggestion": typos.suggest(email) if fresh else "",
        "resend_url": reverse("letters:check_email", args=[language, page.campaign.slug]),
        "resend_left": pending.presses_left if pending else 0,
        "form": AddressForm() if pending is None or pending.presses_left else None,
        "webmail": WEBMAIL.get(email.rpartition("@")[2]),
        "message": _message(pending),
    }


def _message(pending: memory.Pending | None) -> str:
    if pending is None or pending.presses == 0:
        return ""
    if pending.presses_left:
        return _("Done. Look again in a minute, in the spam folder too.")
    return _("You have pressed three times. If nothing comes, sign the letter again tomorrow.")


def _subject(page: queries.Page, codes: tuple[str, ...], language: str) -> str:
    governments = [one for one in queries.governments_of(page.campaign) if one.iso2 in codes]
    found = queries.offices_of(page.campaign, governments)
    titles = [Addressee(one, found.get(one.pk)).title for one in governments]
    context = {"campaign": page.campaign, "page": page.text, "offices": titles}
    return render_to_string("emails/confirm.subject.txt", context).strip()


def masked(email: str) -> str:
    """Return an address that its owner knows again and nobody else can use."""
    local, at, domain = email.partition("@")
    return f"{local[:2]}…{at}{domain}" if email else ""


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex"
    return response
