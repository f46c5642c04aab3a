"""What a visitor is told when something of ours failed."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.defaults import server_error as broken

RETRY_SECONDS = 5


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 with Retry-After when only the database is away or busy (F14, F15).

    Nothing was written then: what a form asks for stands in one transaction.
    """
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return broken(request)
    page = loader.get_template("503.html").render()
    return HttpResponse(
        page,
        status=503,
        headers={"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"},
    )
