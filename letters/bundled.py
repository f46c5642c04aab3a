"""Which letters a bundle may hold, and what becomes of bundles when one of them may no longer be.

Call what changes rows inside a transaction.
"""

from __future__ import annotations

import contextlib
import shutil
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from campaign.models import Campaign, Office
from letters.enums import COUNTED, HoldReason, LetterState
from letters.models import Bundle, BundleEntry, BundleFile, Letter

# Approved, and not taken back since: what was never approved is not printed.
BUNDLED = COUNTED - {LetterState.CONFIRMED, LetterState.IN_REVIEW}
PAPER = (HoldReason.HANDOVER, HoldReason.NO_ADDRESS)
WAITING = Q(state=LetterState.HELD, hold_reason__in=PAPER)


def letters_for(campaign: Campaign, office: Office, which: str) -> QuerySet[Letter]:
    """Return the letters of an office that a bundle would hold now: those whose text is kept."""
    rows = Letter.objects.filter(campaign=campaign, office=office, content__isnull=False)
    return rows.filter(WAITING) if which == Bundle.Which.WAITING else rows.filter(state__in=BUNDLED)


def gone_from(bundle: Bundle) -> QuerySet[BundleEntry]:
    """Return the letters in a bundle that were taken back, rejected or erased since: it is stale."""
    return bundle.entries.filter(left_out="").exclude(letter__state__in=BUNDLED)


def to_hand_over(bundle: Bundle) -> QuerySet[Letter]:
    """Return its letters that still wait for paper: those to be marked as sent."""
    inside = bundle.entries.filter(left_out="").values("letter")
    return Letter.objects.filter(WAITING, pk__in=inside)


def forget_of(letter: Letter) -> None:
    """Clear all bundles that hold a letter whose text is to be forgotten."""
    kept = (Bundle.State.ASKED, Bundle.State.WORKING, Bundle.State.DONE)
    for bundle in Bundle.objects.filter(entries__letter=letter, state__in=kept):
        clear(bundle, why=_("The text of one of its letters had to be deleted. Make a new one."))


def clear(bundle: Bundle, *, why: str) -> None:
    """Delete a bundle's files; a worker that is at it stops. Its letters stay what they are."""
    Bundle.objects.filter(pk=bundle.pk).update(
        state=Bundle.State.CLEARED, claim_token="", lease_until=None, problem=why[:300], step=""
    )
    bundle.files.all().delete()
    transaction.on_commit(partial(delete_files, bundle))


def folder_of(bundle: Bundle) -> str:
    """Return where in the storage a bundle's files are."""
    return f"{bundle.campaign.slug}/bundles/{bundle.pk}"


def workplace(key: int) -> Path:
    """Return where on this computer a bundle is made."""
    return Path(settings.VAR_DIR) / "bundles" / str(key)


def delete_files(bundle: Bundle) -> None:
    """Delete all files of a bundle, those of a worker that died over them, too."""
    folder = folder_of(bundle)
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for name in default_storage.listdir(folder)[1]:
            path = f"{folder}/{name}"
            if not BundleFile.objects.filter(file=path).exists():
                default_storage.delete(path)
    shutil.rmtree(workplace(bundle.pk), ignore_errors=True)
