"""/returns/<provider>/…: events and messages of the one mail provider that is configured."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt

from letters.returns import provider as _receivers  # noqa: F401  # it takes what anymail reads
from letters.returns.receive import TRY_AGAIN

log = logging.getLogger(__name__)
MOST_BYTES = 35 * 2**20  # 25 MB as base64
# Those that anymail can check without further packages.
PROVIDERS = {
    "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "postmark", "sendgrid", "sparkpost",
    "unisender_go",
}  # fmt: skip


@csrf_exempt
def webhook(request: HttpRequest, provider: str, kind: str) -> HttpResponseBase:
    """Hand a request to anymail's view of the provider, which refuses what is not signed.

    A report that comes too early, or while the database is away, is answered by 503: providers
    try again.
    """
    configured = settings.MAIL_PROVIDER_SECRET and provider == settings.MAIL_PROVIDER
    if not configured or provider not in PROVIDERS:
        raise Http404
    try:
        view = resolve(f"/{provider}/{kind}/", "anymail.urls")
    except Resolver404 as error:
        raise Http404 from error
    # A message with its attachments is larger than a form: limits.py has looked at its length.
    request._body = request.read(MOST_BYTES)
    try:
        response: HttpResponseBase = view.func(request, *view.args, **view.kwargs)
    except TRY_AGAIN as error:
        log.info("A provider's report is asked for again (%s).", type(error).__name__)
        return HttpResponse(status=503, headers={"Retry-After": "300"})
    return response
