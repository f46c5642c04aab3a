"""S1: the letter beside the form; the preview without script; the draft as PDF."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaign.models import Campaign, Government
from letters import queries
from letters.actions.write import Consent, Form, submit
from letters.form_key import MARK, new_key, nonce_of
from letters.forms import WriteForm
from letters.rendering.compose import Answers, long_date
from letters.rendering.drafts import Busy, NotPrintable, draft_pdf
from letters.validators import clean_text
from letters.views import pending
from letters.views.responses import in_language

CACHED = "s1:{language}:{slug}:{government}"


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@in_language
def write(request: HttpRequest, language: str, slug: str) -> HttpResponseBase:
    """GET: the page, from the cache where it can be. POST: sign, or redraw the preview."""
    if request.method != "POST":
        return _show(request, language, slug)
    page = _page(slug, language)
    if not page.campaign.is_open(timezone.now()):
        return _not_open(request, page)
    if request.POST.get("action") == "preview":
        return _preview(request, page)
    return _sign(request, page)


def _show(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    government = _known(request.GET.get("government", ""))
    key = CACHED.format(language=language, slug=slug, government=government)
    found: tuple[Campaign, str] | None = caches["process"].get(key)
    if found is None:
        page = _page(slug, language)
        if not page.campaign.is_open(timezone.now()):
            return _not_open(request, page)
        found = page.campaign, _markup(request, page, government)
        if settings.PAGE_CACHE_SECONDS:
            caches["process"].set(key, found, settings.PAGE_CACHE_SECONDS)
    campaign, html = found
    response = HttpResponse(html.replace(MARK, new_key(campaign), 1))
    # Each visitor's key is their own: the browser may keep the page, nobody between us may.
    response["Cache-Control"] = "private, no-cache"
    return response


def _markup(request: HttpRequest, page: queries.Page, iso2: str) -> str:
    governments = queries.governments_of(page.campaign)
    chosen = _named(governments, iso2)
    initial = {"form_key": MARK, "government": chosen.iso2 if chosen else ""}
    form = form_for(page, governments, initial=initial)
    context = context_for(page, form, draft_for(page, chosen or _only(governments)))
    return render_to_string("letters/write.html", context, request)


def _sign(request: HttpRequest, page: queries.Page) -> HttpResponseBase:
    governments = queries.governments_of(page.campaign)
    form = form_for(page, governments, data=request.POST)
    nonce = nonce_of(request.POST.get("form_key", ""), page.campaign)
    if not form.is_valid() or nonce is None:
        return _again(request, page, form, expired=form.is_valid() and nonce is None)
    cleaned = form.cleaned_data
    try:
        known = pending.recall(request)
        submission = submit(
            page.campaign,
            filled(form, nonce),
            _consent(page),
            before=known.submission if known else None,
        )
    except queries.NoLetter:
        form.add_error("government", _("This campaign has no letter to this government yet"))
        return _again(request, page, form, expired=False)
    response = redirect("letters:check_email", _language(), page.campaign.slug)
    pending.remember(response, submission, cleaned["government"])
    return response


def filled(form: WriteForm, nonce: str) -> Form:
    """Return what a valid form asks to be kept."""
    cleaned = form.cleaned_data
    return Form(
        governments=cleaned["government"], name=cleaned["name"], email=cleaned["email"],
        country=cleaned["country"], town=cleaned["town"], organisation=cleaned["organisation"],
        words=cleaned["words"], updates=cleaned["updates"], nonce=nonce,
        suspicions=["hidden field filled in"] if form.is_suspicious else [],
    )  # fmt: skip


def _again(
    request: HttpRequest, page: queries.Page, form: WriteForm, *, expired: bool
) -> HttpResponse:
    """S1e and X8: the same page, every answer kept, a fresh key."""
    if expired or nonce_of(request.POST.get("form_key", ""), page.campaign) is None:
        form.renew_key(new_key(page.campaign))
    found = draft_for(
        page, chosen_in(form, request), answers_in(request), request.POST.get("country", "")
    )
    context = {**context_for(page, form, found), "expired": expired}
    return _personal(render(request, "letters/write.html", context, status=422))


def _preview(request: HttpRequest, page: queries.Page) -> HttpResponse:
    """The button "Update the preview": nothing is checked, every answer is kept."""
    form = form_for(page, queries.governments_of(page.campaign), initial=request.POST)
    if nonce_of(request.POST.get("form_key", ""), page.campaign) is None:
        form.initial["form_key"] = new_key(page.campaign)
    found = draft_for(
        page, chosen_in(form, request), answers_in(request), request.POST.get("country", "")
    )
    return _personal(render(request, "letters/write.html", context_for(page, form, found)))


def _personal(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    return response


@require_GET
@in_language
def letter_fragment(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    """The blank letter to one government, for the preview to fill in. Holds nothing personal."""
    page = _page(slug, language)
    chosen = _named(
        queries.governments_of(page.campaign), request.GET.get("government", "").upper()
    )
    if chosen is None:
        raise Http404
    found = draft_for(page, chosen)
    notice = _notice(found, chosen)
    response = render(
        request, "letters/_preview.html", {"letter": found.document, "letter_notice": notice}
    )  # fmt: skip
    response["Cache-Control"] = "public, max-age=60"
    return response


@csrf_exempt
@require_POST
@in_language
def preview_pdf(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    """The draft as it will be on paper, marked DRAFT. Nothing of it is kept."""
    page = _page(slug, language)
    form = form_for(page, queries.governments_of(page.campaign), initial=request.POST)
    chosen = chosen_in(form, request)
    found = draft_for(page, chosen, answers_in(request), request.POST.get("country", ""))
    try:
        pdf = draft_pdf(found.document)
    except NotPrintable as error:
        return _personal(render(request, "letters/no_pdf.html", {"problem": error}, status=422))
    except Busy:
        return render(request, "letters/too_many.html", {"campaign": page.campaign}, status=429)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="draft.pdf"'
    return _personal(response)


def _page(slug: str, language: str) -> queries.Page:
    page = queries.page(slug, language)
    if page is None:
        raise Http404
    return page


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def form_for(page: queries.Page, governments: list[Government], **kwargs: Any) -> WriteForm:
    return WriteForm(
        campaign=page.campaign, page=page.text, language=_language(), governments=governments,
        consent_text=_consent(page).text, **kwargs,
    )  # fmt: skip


def _consent(page: queries.Page) -> Consent:
    """Return the wording as it is shown: it names who, to whom, and until when."""
    text = page.consent.text
    values = {
        "{organisation}": page.campaign.organisation,
        "{government}": _("the government I chose"),
        "{date}": long_date(page.campaign.keep_until, _language()),
    }
    for name, value in values.items():
        text = text.replace(name, value)
    return Consent(page.consent, text, _language())


def _known(iso2: str) -> str:
    """Return what may be a country's code, or nothing: no visitor shall fill the cache."""
    code = iso2.upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""


def _named(governments: list[Government], iso2: str) -> Government | None:
    return next((one for one in governments if one.iso2 == iso2), None)


def _only(governments: list[Government]) -> Government | None:
    return governments[0] if len(governments) == 1 else None


def chosen_in(form: WriteForm, request: HttpRequest) -> Government | None:
    codes = request.POST.getlist("government")
    return next((form.governments[code] for code in codes if code in form.governments), None)


def answers_in(request: HttpRequest) -> Answers:
    """Return what was typed so far, cleaned and cut to what a letter can hold."""

    def typed(name: str, limit: int, *, lines: bool = False) -> str:
        return clean_text(request.POST.get(name, "")[:4000], lines=lines)[:limit]

    return Answers(
        name=typed("name", 120), organisation=typed("organisation", 120),
        town=typed("town", 80), words=typed("words", 600, lines=True),
    )  # fmt: skip


def draft_for(
    page: queries.Page, chosen: Government | None, answers: Answers | None = None, country: str = ""
) -> queries.Draft:
    try:
        return queries.draft(page.campaign, chosen, answers, country=country[:2], lately=True)
    except queries.NoLetter:
        pass
    try:  # none to this government: the page shows the first letter, and signing says why not
        return queries.draft(page.campaign, None, answers, country=country[:2], lately=True)
    except queries.NoLetter as error:
        raise Http404 from error


def _notice(found: queries.Draft, chosen: Government | None) -> str:
    if chosen is None or (found.reachable):
        return ""
    return _(
        "We have no address of this government's office yet. Your letter is counted at once, "
        "and waits with us until we have one. We then send it and tell you."
    )


def context_for(page: queries.Page, form: WriteForm, found: queries.Draft) -> dict[str, Any]:
    campaign, language = page.campaign, _language()
    chosen = found.government
    return {
        "campaign": campaign,
        "page": page.text,
        "form": form,
        "letter": found.document,
        "letter_notice": _notice(found, chosen),
        "counted": page.letters,
        "governments_written": page.governments_written,
        "minutes": 2,
        "consent_text": _consent(page).text,
        "is_change": False,
        "expired": False,
        "form_action": reverse("letters:write", args=[language, campaign.slug]),
        "preview_url": reverse("letters:letter_fragment", args=[language, campaign.slug]),
        "pdf_url": reverse("letters:preview_pdf", args=[language, campaign.slug]),
    }


def _not_open(request: HttpRequest, page: queries.Page) -> HttpResponse:
    """X3: paused, closed or not yet open; the letter can still be read."""
    found = draft_for(page, _only(queries.governments_of(page.campaign)))
    context = {
        "campaign": page.campaign, "page": page.text, "letter": found.document,
        "counted": page.letters, "state": _closed_state(page.campaign), "day": _day(page.campaign),
    }  # fmt: skip
    return render(request, "letters/not_open.html", context)


def _closed_state(campaign: Campaign) -> str:
    ended = campaign.closes_at is not None and campaign.closes_at <= timezone.now()
    if campaign.state == Campaign.State.CLOSED or ended:
        return "closed"
    return "paused" if campaign.state == Campaign.State.PAUSED else "not_yet"


def _day(campaign: Campaign) -> date | None:
    """Return the day that the notice names: when it ended, or when it opens."""
    at = {"closed": campaign.closes_at, "not_yet": campaign.opens_at}.get(_closed_state(campaign))
    return campaign.today(at) if at else None
