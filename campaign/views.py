"""Pages about the site itself, and the demonstration's mailbox."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from campaign import mailbox


@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Help, privacy, accessibility: the same place on every page (WCAG 3.2.6)."""
    return render(request, f"campaign/{name}.html", {"from_email": settings.DEFAULT_FROM_EMAIL})


def _demonstration_only() -> None:
    if settings.PRODUCTION:
        raise Http404


@require_safe
def mailbox_list(request: HttpRequest) -> HttpResponse:
    _demonstration_only()
    messages = [mailbox.summary(name, found) for name, found in mailbox.newest()]
    return _unkept(render(request, "mailbox/list.html", {"messages": messages}))


@require_safe
def mailbox_message(request: HttpRequest, name: str) -> HttpResponse:
    _demonstration_only()
    found = mailbox.message(name)
    if found is None:
        raise Http404
    shown = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID")
    parts = [
        (part.name, reverse("campaign:mailbox_attachment", args=[name, index]), len(part.content))
        for index, part in enumerate(mailbox.attachments(found))
    ]
    context = {
        "id": name,
        "subject": mailbox.header(found, "Subject"),
        "headers": [(key, mailbox.header(found, key)) for key in shown if key in found],
        "lines": list(mailbox.lines(mailbox.text(found))),
        "attachments": parts,
    }
    return _unkept(render(request, "mailbox/message.html", context))


@require_safe
def mailbox_attachment(request: HttpRequest, name: str, index: int) -> HttpResponse:
    _demonstration_only()
    found = mailbox.message(name)
    parts = mailbox.attachments(found) if found else []
    if index >= len(parts):
        raise Http404
    # Only our own PDFs open in the browser; anything else is a file to save.
    own = parts[index].kind == "application/pdf"
    response = HttpResponse(
        parts[index].content, content_type=parts[index].kind if own else "application/octet-stream"
    )
    response["Content-Disposition"] = f'inline; filename="{index}.pdf"' if own else "attachment"
    return _unkept(response)


def _unkept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex"
    return response
