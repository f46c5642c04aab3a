"""Draft PDFs for the page, set outside the web process with a limit on time and number.

A letter is set by a worker; a draft is nobody's letter yet, is not kept, and a visitor waits
for it. One helper process sets them, so that no request ever runs WeasyPrint itself.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import TimeoutError as Late
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from letters.rendering.document import LetterDocument
from letters.rendering.pdf import PdfFailed, letter_pdf

SECONDS = 15
MEMORY = 1024 * 1024 * 1024
AT_ONCE = 3
_waiting = threading.BoundedSemaphore(AT_ONCE)
_lock = threading.Lock()
_pool: ProcessPoolExecutor | None = None


class Busy(Exception):
    """Too many drafts are being set, or this one takes too long: try again later."""


class NotPrintable(Exception):
    """This draft cannot be set: the message says why."""


def draft_pdf(document: LetterDocument) -> bytes:
    """Return the draft as PDF. Raises Busy, NotPrintable."""
    if not _waiting.acquire(blocking=False):
        raise Busy
    try:
        return _helper().submit(_set, document.to_json()).result(timeout=SECONDS)
    except PdfFailed as error:
        raise NotPrintable(str(error)) from error
    except (Late, BrokenProcessPool) as error:
        _end_helper()
        raise Busy from error
    finally:
        _waiting.release()


def _helper() -> ProcessPoolExecutor:
    global _pool
    with _lock:
        if _pool is None:
            context = multiprocessing.get_context("spawn")
            _pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin)
        return _pool


def _end_helper() -> None:
    global _pool
    with _lock:
        if _pool is not None:
            for process in list((_pool._processes or {}).values()):
                process.kill()
            _pool.shutdown(wait=False, cancel_futures=True)
        _pool = None


def _begin() -> None:
    """Start the helper process: Django's settings for the templates, a cap on memory."""
    import resource

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    django.setup()


def _set(data: dict[str, Any]) -> bytes:
    return letter_pdf(LetterDocument.from_json(data), draft=True)
