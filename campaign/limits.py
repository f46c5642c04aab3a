"""What a public form may weigh and how it may be written (A36). The admin has Django's limits."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

MOST_BYTES = 64 * 1024
# A mail provider sends whole mails. Its address exists only where it has a secret.
FROM_PROVIDER, MOST_BYTES_FROM_PROVIDER = "/returns/", 35 * 2**20
EVENTS, MOST_BYTES_OF_EVENTS = "/tracking/", 2**20
Answer = Callable[[HttpRequest], HttpResponse]


def small_forms(get_response: Answer) -> Answer:
    """Refuse large, endless and oddly encoded bodies before any of them is read."""

    def guarded(request: HttpRequest) -> HttpResponse:
        refusal = None if request.path.startswith("/admin/") else _refusal(request)
        return refusal or get_response(request)

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
    if int(length) > MOST_BYTES:
        return _say(413, "This form is too large. Shorten what you wrote and send it again.")
    if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        return _say(400, "Send the form as UTF-8.")
    return None


def _say(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
