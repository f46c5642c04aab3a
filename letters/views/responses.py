"""What every public page has in common: its language, and what a browser may keep of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponseBase]


def in_language(view: View) -> View:
    """Show the page in the language of its address. An unknown one is a 404."""

    @wraps(view)
    def spoken(request: HttpRequest, language: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if language not in dict(settings.LANGUAGES):
            raise Http404
        with override(language):
            request.LANGUAGE_CODE = language
            return view(request, language, *args, **kwargs)

    return spoken


def private(view: View) -> View:
    """A page about one person, opened by a secret link: kept, indexed and passed on by nobody.

    No CSRF cookie: the secret in the address is the authority, and it is in no other site's hands.
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


def link_unknown(request: HttpRequest) -> HttpResponse:
    """X2: cut in two by a mail program, mistyped, or never ours."""
    return render(request, "letters/link_unknown.html", status=404)
