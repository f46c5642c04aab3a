"""What happens in processes of their own: a supporter's request, a worker, an organiser.

Each function runs in a fork of a lane and answers with something JSON can carry.
"""

from __future__ import annotations

import errno
import os
import re
import time
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from letters.delivery import journal, prepare
from letters.rendering import pdf
from letters.rendering.document import LetterDocument

POISON = "POISON"
KEY = re.compile(r'name="form_key" value="([^"]+)"')


def browser() -> Client:
    """A browser: the server's exceptions reach it as 500, never as themselves."""
    return Client(raise_request_exception=False)


def post(path: str, data: dict[str, Any]) -> tuple[int, str]:
    """Send a form. Returns the status and where the answer leads."""
    answer = browser().post(path, data)
    return answer.status_code, str(answer.headers.get("Location", ""))


def work_once() -> None:
    call_command("deliver", once=True, verbosity=0)


def work() -> None:
    """Work until told to stop, as a service does."""
    call_command("deliver", verbosity=0)


def work_with_poison() -> None:
    """Work where one letter's words end the process that sets them."""
    real = pdf.letter_pdf

    def set_letter(document: LetterDocument, **options: Any) -> bytes:
        if POISON in str(document):
            os.abort()
        return real(document, **options)

    setattr(prepare, "letter_pdf", set_letter)  # noqa: B010
    work_once()


def work_on_full_disk() -> None:
    """Work where no file can be written any more."""

    def full(*arguments: Any, **options: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    setattr(default_storage, "save", full)  # noqa: B010
    setattr(journal, "os", FullDisk())  # noqa: B010
    work_once()


class FullDisk:
    """The module os, but for `write`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    @staticmethod
    def write(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def work_with_clock(ahead: float) -> None:
    """Work on a computer whose clock is wrong by so many seconds."""
    real = time.time
    time.time = lambda: real() + ahead
    real_now = timezone.now
    timezone.now = lambda: real_now() + timedelta(seconds=ahead)
    work_once()
