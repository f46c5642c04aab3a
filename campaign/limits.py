"""What a form may weigh and how it may be written (A36), judged before any of it is read."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

MOST_BYTES = 64 * 1024
# Organisers upload scans and lists. Who has no session yet has only a name and a password to send:
# the check of forms reads files before it is known who sends them.
DESK, MOST_BYTES_AT_DESK = "/admin/", 12 * 2**20
# A mail provider sends whole mails. Its address exists only where it has a secret.
FROM_PROVIDER, MOST_BYTES_FROM_PROVIDER = "/returns/", 35 * 2**20
EVENTS, MOST_BYTES_OF_EVENTS = "/tracking/", 2**20
Answer = Callable[[HttpRequest], HttpResponse]


def small_forms(get_response: Answer) -> Answer:
    """Refuse large, endless and oddly encoded bodies before any of them is read."""

    def guarded(request: HttpRequest) -> HttpResponse:
        return _refusal(request) or get_response(request)

    return guarded


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if request.method != "POST":
        return None
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdigit():
        return _say(411, "Send the form with its length.")
    if request.path.startswith(FROM_PROVIDER):
        events = request.path.endswith(EVENTS)
        most = MOST_BYTES_OF_EVENTS if events else MOST_BYTES_FROM_PROVIDER
        return _say(413, "Larger than anything we take.") if int(length) > most else None
    if request.path.startswith(DESK) and (int(length) <= MOST_BYTES or _signed_in(request)):
        too_large = int(length) > MOST_BYTES_AT_DESK
        return _say(413, "Files may have 12 MB at most.") if too_large else None
    if int(length) > MOST_BYTES:
        return _say(413, "This form is too large. Shorten what you wrote and send it again.")
    if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        return _say(400, "Send the form as UTF-8.")
    return None


def _signed_in(request: HttpRequest) -> bool:
    """Whether a session's cookie comes along that is one. Costs a question to the database."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    return bool(key) and SESSION_KEY in store(key)


def _say(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
