"""S4 and S5: "my letter": where it is, its PDF, take it back, erase my details, updates."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaign.models import Campaign, CampaignText, OfficeRoute
from letters import queries
from letters.actions.erase import erase_signer
from letters.actions.take_back import take_back
from letters.enums import LetterState, SubmissionState
from letters.identifiers import own_token
from letters.models import AccessToken, Answer, AnswerFile, Letter, Submission
from letters.moves import NotAllowed
from letters.rendering.html import letter_html
from letters.rendering.mail_parts import office_title, page_text, share_url
from letters.rendering.mails import document_of
from letters.rendering.passed_on import KINDS
from letters.views import status
from letters.views.responses import in_language, link_unknown, private


@private
@require_GET
@in_language
def mine(request: HttpRequest, language: str, token: str) -> HttpResponseBase:
    submission = _submission(token)
    if submission is None:
        return link_unknown(request)
    if submission.state == SubmissionState.ERASED:
        return render(request, "letters/erased.html", {"campaign": submission.campaign})
    return render(request, "letters/mine.html", _context(submission, language, token))


@private
@require_POST
@in_language
def withdraw(request: HttpRequest, language: str, token: str) -> HttpResponseBase:
    """Take back one letter (by its number) or all that can be."""
    submission = _submission(token)
    if submission is None:
        return link_unknown(request)
    number = request.POST.get("letter")
    for letter in letters_of(submission):
        if letter.can_be_taken_back and number in (None, letter.number):
            _try_to_take_back(letter)
    return redirect("letters:mine", language, token)


def _try_to_take_back(letter: Letter) -> None:
    try:
        take_back(letter)
    except NotAllowed:  # it left in this moment; the page then says so
        return


@private
@require_http_methods(["GET", "HEAD", "POST"])
@in_language
def erase(request: HttpRequest, language: str, token: str) -> HttpResponseBase:
    """Two presses: the first says what stays, the second erases."""
    submission = _submission(token)
    if submission is None:
        return link_unknown(request)
    if request.method == "POST" and request.POST.get("sure") == "yes":
        erased = erase_signer(submission)
        if erased.left:  # others move a form of theirs at this moment: nobody is told it is done
            submission.refresh_from_db()
            asked = {"erase_asked": True, "erase_left": True}
            context = {**_context(submission, language, token), **asked}
            return render(request, "letters/mine.html", context, status=503)
        context = {"campaign": submission.campaign, "taken_back": erased.taken_back}
        return render(request, "letters/erased.html", context)
    if submission.state == SubmissionState.ERASED or request.method != "POST":
        return redirect("letters:mine", language, token)
    context = {**_context(submission, language, token), "erase_asked": True}
    return render(request, "letters/mine.html", context)


@private
@require_POST
@in_language
def updates(request: HttpRequest, language: str, token: str) -> HttpResponseBase:
    submission = _submission(token)
    if submission is None:
        return link_unknown(request)
    if submission.state == SubmissionState.CONFIRMED:
        wanted = bool(request.POST.get("updates"))
        Submission.objects.filter(pk=submission.pk).update(updates=wanted)
    return redirect("letters:mine", language, token)


@private
@require_GET
@in_language
def letter_pdf(request: HttpRequest, language: str, token: str) -> HttpResponseBase:
    submission = _submission(token)
    if submission is None:
        return link_unknown(request)
    number = request.GET.get("number")
    letters = [letter for letter in letters_of(submission) if number in (None, letter.number)]
    letter = next((letter for letter in letters if letter.pdf), None)
    if letter is None:
        return render(request, "letters/no_pdf.html", {"token": token}, status=404)
    return pdf_response(letter)


def pdf_response(letter: Letter) -> FileResponse:
    """Stream a letter's PDF. Raises Http404 if the file is gone."""
    if not letter.pdf or not default_storage.exists(letter.pdf):
        raise Http404
    response = FileResponse(
        default_storage.open(letter.pdf),
        as_attachment=True,
        filename=f"letter-{letter.number}.pdf",
        content_type="application/pdf",
    )
    response["X-Robots-Tag"] = "noindex"
    return response


@private
@require_POST
@in_language
def answers(request: HttpRequest, language: str, token: str) -> HttpResponseBase:
    """Have the office's answers passed on by e-mail, or no longer."""
    submission = _submission(token)
    if submission is None:
        return link_unknown(request)
    if submission.state == SubmissionState.CONFIRMED:
        wanted = bool(request.POST.get("answers"))
        Submission.objects.filter(pk=submission.pk).update(wants_answer=wanted)
    return redirect("letters:mine", language, token)


@private
@require_GET
@in_language
def answer_file(request: HttpRequest, language: str, token: str, key: int) -> HttpResponseBase:
    """Stream a file that an office sent with its answer to one of these letters (A24)."""
    submission = _submission(token)
    if submission is None:
        return link_unknown(request)
    files = AnswerFile.objects.filter(
        answer__letter__in=letters_of(submission),
        answer__standing=Answer.Standing.TAKEN,
        media_type__in=KINDS,
    )
    return file_response(get_object_or_404(files, pk=key))


def file_response(file: AnswerFile) -> FileResponse:
    """Stream an office's file: always saved, never shown. Raises Http404 if it is gone."""
    if not default_storage.exists(file.file):
        raise Http404
    response = FileResponse(
        default_storage.open(file.file),
        as_attachment=True,
        filename=file.name,
        content_type=file.media_type,
    )
    response["X-Robots-Tag"] = "noindex"
    return response


def _submission(token: str) -> Submission | None:
    found = queries.by_token(token, AccessToken.Purpose.MINE)
    shown = (SubmissionState.CONFIRMED, SubmissionState.ERASED, SubmissionState.REPEATED)
    return found if found is not None and found.state in shown else None


def _context(submission: Submission, language: str, token: str) -> dict[str, Any]:
    letters = letters_of(submission)
    campaign = submission.campaign
    page = _page(campaign, language)
    rows = [_shown(letter, language, token) for letter in letters]
    alive = any(status.kind(letter) != "ended" for letter in letters)
    return {
        "submission": submission,
        "campaign": campaign,
        "page": page,
        "letters": rows,
        "fresh": any(status.is_on_its_way(letter) for letter in letters),
        "writer_number": submission.writer_number,
        "withdraw_url": reverse("letters:withdraw", args=[language, token]),
        "erase_url": reverse("letters:erase", args=[language, token]),
        "erase_asked": False,
        "updates": submission.updates,
        "updates_url": reverse("letters:updates", args=[language, token]) if alive else "",
        "answers_url": reverse("letters:answers", args=[language, token]) if alive else "",
        "through_us": bool(settings.RETURN_ADDRESS) and not submission.reply_directly,
        "share": _share(campaign, page, language),
        **_waiting(submission, language),
    }


def letters_of(submission: Submission) -> list[Letter]:
    """Those of this form; of a repeated form, the letters written before with this address."""
    routes = Prefetch("office__routes", OfficeRoute.objects.order_by("rank", "id"))
    rows = Letter.objects.select_related("government", "office").prefetch_related(routes)
    if submission.state == SubmissionState.REPEATED:
        rows = rows.counted().written_with(submission)
    else:
        rows = rows.filter(submission=submission).exclude(state=LetterState.AWAITING)
    letters = list(rows.order_by("government__name").prefetch_related("answers__files"))
    for letter in letters:
        letter.campaign = submission.campaign
    return letters


def _shown(letter: Letter, language: str, token: str) -> dict[str, Any]:
    pdf_url = reverse("letters:pdf", args=[language, token])
    return {
        "number": letter.number,
        "government": letter.government.name,
        "office": office_title(letter),
        "status": status.words(letter),
        "status_kind": status.kind(letter),
        "steps": status.steps(letter),
        "pdf_url": f"{pdf_url}?{urlencode({'number': letter.number})}" if letter.pdf else "",
        "pdf_kb": round(letter.pdf_bytes / 1024),
        "pdf_soon": letter.state == LetterState.APPROVED,
        "can_withdraw": letter.can_be_taken_back,
        "until": status.until(letter) if letter.can_be_taken_back else "",
        "html": letter_html(document_of(letter)) if letter.content else "",
        "answers": _answers(letter, language, token),
    }


def _answers(letter: Letter, language: str, token: str) -> list[dict[str, Any]]:
    """Return what the office answered; of an answer that is erased by now, the day alone."""
    return [
        {
            "at": answer.received_at,
            "subject": answer.subject,
            "text": answer.text,
            "erased": not answer.text and not answer.files.all(),
            "files": [
                (file, reverse("letters:answer_file", args=[language, token, file.pk]))
                for file in answer.files.all()
                if file.media_type in KINDS
            ],
            "withheld": sum(file.media_type not in KINDS for file in answer.files.all()),
        }
        for answer in letter.answers.all()
        if answer.is_taken
    ]


def _page(campaign: Campaign, language: str) -> CampaignText | None:
    key = f"page_text:{campaign.pk}:{language}"
    return queries.remembered(key, lambda: page_text(campaign, language))


def _share(campaign: Campaign, page: CampaignText | None, language: str) -> dict[str, str]:
    """Links that work without script and hold nothing personal; the source is counted."""
    text = page.share or page.title if page else ""

    def both(source: str) -> str:
        return f"{text} {share_url(campaign, language, source)}"

    subject = urlencode(
        {"subject": page.title if page else "", "body": both("em")}, quote_via=quote
    )
    telegram = urlencode({"url": share_url(campaign, language, "tg"), "text": text})
    return {
        "text": text,
        "url": share_url(campaign, language, "link"),
        "mailto": f"mailto:?{subject}",
        "whatsapp": f"https://wa.me/?{urlencode({'text': both('wa')})}",
        "telegram": f"https://t.me/share/url?{telegram}",
    }


def _waiting(submission: Submission, language: str) -> dict[str, Any]:
    others = queries.pending_beside(submission, timezone.now())
    if not others:
        return {"waiting": 0}
    token = own_token(AccessToken.Purpose.CONFIRM, others[0].id, others[0].signer)
    return {
        "waiting": len(others),
        "confirm_url": reverse("letters:confirm", args=[language, token]),
    }
