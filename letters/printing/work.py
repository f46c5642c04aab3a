"""Make a bundle: step by step, for a while, from wherever the last worker left it."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from letters import bundled, clock
from letters.models import Bundle
from letters.printing import lists, parts
from letters.printing.choose import choose
from letters.printing.folder import Folder
from letters.printing.hold import Hold, Lost, Tell, claim
from letters.printing.letters import count_of, set_letters
from letters.queries import campaign_address
from letters.rendering.bundle_pages import Around
from letters.rendering.pdf import PdfFailed

log = logging.getLogger(__name__)
SECONDS = 300.0  # of one bell; Celery ends a task at 720
Step = Bundle.Step


class NothingLeft(Exception):
    """All letters of a bundle were taken back, or cannot be printed."""


def work(key: int, *, seconds: float = SECONDS, tell: Tell | None = None) -> bool:
    """Go on with a bundle. Returns whether there is more to do. Safe to call at any time."""
    hold = claim(key, tell)
    if hold is None:
        return False
    end = time.monotonic() + seconds
    try:
        for _piece in _steps(hold):
            if time.monotonic() > end:
                hold.pause()
                return True
        hold.finish()
    except Lost:
        log.info("Bundle %s was taken over or cleared.", key)
        _leave_if_cleared(hold.bundle)
    except Exception as error:  # whatever it is: the bundle says so
        _failed(hold, error)
    else:
        shutil.rmtree(bundled.workplace(key), ignore_errors=True)
    return False


def _steps(hold: Hold) -> Iterator[None]:
    """Do all steps that are not done; stops after each piece."""
    bundle = hold.bundle
    folder = Folder(bundled.workplace(bundle.pk))
    if bundle.chosen_at is None:
        found = bundled.letters_for(bundle.campaign, bundle.office, bundle.which)
        hold.step(Step.CHOOSING, 2 * found.count())  # read, then written
        choose(hold)
        yield
    hold.step(Step.SETTING, count_of(hold))
    yield from set_letters(hold, folder)
    if not bundle.entries.filter(left_out="").exists():
        raise NothingLeft
    around = _around(hold)
    hold.step(Step.LISTING, sum(group.places for group in lists.groups(hold)))
    yield from lists.set_lists(hold, folder, around)
    if not bundle.entries.filter(left_out="").exists():
        raise NothingLeft
    made = parts.front(hold, folder, around)
    hold.step(Step.JOINING, len(made.parts))
    yield from parts.join(hold, folder, around, made)


def _around(hold: Hold) -> Around:
    """Return whose letters they are and what they are about: the subject of the last confirmed."""
    bundle = hold.bundle
    subject = "".join(piece.text or "…" for piece in lists.newest(hold).subject)
    day = bundle.campaign.today(bundle.chosen_at)
    return Around(
        bundle.campaign, bundle.office, bundle.number, subject,
        campaign_address(bundle.campaign), day,
    )  # fmt: skip


def _failed(hold: Hold, error: Exception) -> None:
    log.exception("Bundle %s could not be made.", hold.bundle.pk, exc_info=error)
    if isinstance(error, NothingLeft):
        hold.fail(
            _("None of its letters is left: all were taken back or cannot be printed."),
            for_good=True,
        )
        return
    for_good = isinstance(error, PdfFailed) and error.permanent
    hold.fail(_sentence(error), for_good=for_good)


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename or ''}".rstrip(": ")
    return str(error) or type(error).__name__


def _leave_if_cleared(bundle: Bundle) -> None:
    with suppress(Bundle.DoesNotExist):
        bundle.refresh_from_db()
        if not bundle.is_unfinished:
            bundled.delete_files(bundle)


def to_ring(limit: int = 20) -> list[int]:
    """Return unfinished bundles that no worker has in hand."""
    rows = Bundle.objects.waiting(clock.now()).order_by("asked_at")
    return list(rows.values_list("pk", flat=True)[:limit])


def tidy() -> None:
    """Delete what was left on this computer of bundles that are no longer being made."""
    folder = Path(settings.VAR_DIR) / "bundles"
    if not folder.is_dir():
        return
    making = set(Bundle.objects.unfinished().values_list("pk", flat=True))
    for one in folder.iterdir():
        if not (one.name.isdigit() and int(one.name) in making):
            shutil.rmtree(one, ignore_errors=True)
