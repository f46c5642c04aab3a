"""What happens in processes of their own: a supporter's request, a worker, an organiser.

Each function runs in a fork of a lane and answers with something JSON can carry.
"""

from __future__ import annotations

import re
from typing import Any

from django.core.management import call_command
from django.test import Client

KEY = re.compile(r'name="form_key" value="([^"]+)"')


def browser() -> Client:
    """A browser: the server's exceptions reach it as 500, never as themselves."""
    return Client(raise_request_exception=False)


def open_page(path: str) -> str:
    """Return the key of the form on the campaign's page."""
    page = browser().get(path).content.decode()
    found = KEY.search(page)
    if found is None:
        raise RuntimeError("The form has no key.")
    return found[1]


def post(path: str, data: dict[str, Any]) -> tuple[int, str]:
    """Send a form. Returns the status and where the answer leads."""
    answer = browser().post(path, data)
    return answer.status_code, str(answer.headers.get("Location", ""))


def work_once() -> None:
    call_command("deliver", once=True, verbosity=0)


def work() -> None:
    """Work until told to stop, as a service does."""
    call_command("deliver", verbosity=0)
