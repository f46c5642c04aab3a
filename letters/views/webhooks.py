"""/returns/<provider>/…: events and messages of the one mail provider that is configured."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from anymail.utils import get_request_basic_auth
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from letters.returns import provider as _receivers  # noqa: F401  # it takes what anymail reads
from letters.returns.configured import KINDS
from letters.returns.receive import TRY_AGAIN

log = logging.getLogger(__name__)
MOST_BYTES = 35 * 2**20  # 25 MB as base64
LARGE_BYTES = 2**20
_large = BoundedSemaphore(1)


@csrf_exempt
def webhook(request: HttpRequest, provider: str, kind: str) -> HttpResponseBase:
    """Hand a request to anymail's view of the provider, which refuses what is not signed.

    A report that comes too early, or while the database is away, is answered by 503: providers
    try again.
    """
    configured = settings.MAIL_PROVIDER_SECRET and provider == settings.MAIL_PROVIDER
    if not configured or kind not in KINDS.get(provider, ()):
        raise Http404
    try:
        view = resolve(f"/{provider}/{kind}/", "anymail.urls")
    except Resolver404 as error:
        raise Http404 from error
    if request.method != "POST":  # they try an address by HEAD
        return _answered(view, request)
    # Those that sign, sign the body: it is read before anything is known of the sender.
    if provider not in settings.MAIL_PROVIDER_KEYS:
        _check_password(request)
    try:
        with _alone_if_large(request):
            # A message with its files is larger than a form: limits.py has looked at its length.
            request._body = request.read(MOST_BYTES)
            return _answered(view, request)
    except (Busy, *TRY_AGAIN) as error:
        log.info("A provider's report is asked for again (%s).", type(error).__name__)
        return HttpResponse(status=503, headers={"Retry-After": "300"})


def _answered(view: ResolverMatch, request: HttpRequest) -> HttpResponseBase:
    try:
        response: HttpResponseBase = view.func(request, *view.args, **view.kwargs)
    except (TypeError, LookupError, ValueError, AttributeError) as error:
        # anymail takes it that JSON has the shape it should: a stranger's has none.
        log.warning("A provider's report could not be read (%s).", type(error).__name__)
        raise SuspiciousOperation("A report of a mail provider in another shape.") from error
    return response


class Busy(Exception):
    """Another large body is being read: two at once would need too much memory."""


def _check_password(request: HttpRequest) -> None:
    """Refuse a stranger before the body is read. Raises SuspiciousOperation: 400."""
    said = get_request_basic_auth(request) or ""
    if not constant_time_compare(said, settings.MAIL_PROVIDER_SECRET):
        raise SuspiciousOperation("Missing or invalid basic auth of a mail provider.")


@contextmanager
def _alone_if_large(request: HttpRequest) -> Iterator[None]:
    """Let one large body be read at a time in this process. Raises Busy."""
    if int(request.META.get("CONTENT_LENGTH") or 0) <= LARGE_BYTES:
        yield
        return
    if not _large.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        _large.release()
