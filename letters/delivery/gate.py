"""The gate: may mail leave at all? Not while the site is paused, nor from a restored database.

A database restored from a backup does not know what left since, and would send it again (F31).
So each computer keeps a tide mark beside it (tide.py). One that finds the database behind its
mark pauses the whole site, until a person releases it (actions/site_delivery.py). A computer
without a mark trusts a database that has sent nothing yet, or that another one vouches for:
those whose marks are right say so in the database, for a minute each time.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from django.db.models import Q
from django.utils.translation import gettext as _

from letters import clock
from letters.delivery import tide
from letters.delivery.tide import Tide
from letters.models import Attempt, SiteDelivery

log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
# A computer without a mark waits so long for another to vouch before it pauses the site.
PATIENCE_SECONDS = 60.0
VOUCHED_FOR = timedelta(seconds=60)
VOUCH_AGAIN = timedelta(seconds=40)


class Verdict(Enum):
    WHOLE = "whole"
    OLDER = "older"
    STRANGE = "strange"


@dataclass(frozen=True)
class _Look:
    place: Path
    at: float
    is_open: bool
    identity: str
    generation: int


_kept: _Look | None = None
_strange_since: tuple[Path, float] | None = None


def is_open() -> bool:
    """Whether mail may be claimed now. Looks at the database at most once a second."""
    kept = _kept
    if kept and kept.place == tide.place() and time.monotonic() - kept.at < LOOK_SECONDS:
        return kept.is_open
    return look().is_open


def note_tide(attempt: int) -> None:
    """Remember that attempts were written up to this id. Call after the claim is committed."""
    kept = _kept if _kept and _kept.place == tide.place() else look()
    tide.note(Tide(kept.identity, kept.generation, attempt))


def forget() -> None:
    """Look again at the next question: this process changed the switch."""
    global _kept
    _kept = None


def look() -> _Look:
    """Look at the database now, whenever the last look was."""
    global _kept
    mark = tide.read()  # first: what it says was committed before it was written
    site, newest = state()
    verdict = judge(mark, site, newest)
    if verdict is Verdict.STRANGE and _vouched(site):
        verdict = Verdict.WHOLE
    may = _decide(verdict, mark, site, newest) and not site.paused
    _kept = _Look(tide.place(), time.monotonic(), may, site.identity, site.generation)
    return _kept


def state() -> tuple[SiteDelivery, int]:
    """Return the site's switch and the newest attempt's id (0: nothing was ever tried)."""
    newest = Attempt.objects.order_by("-id").values("id")[:1]
    site = SiteDelivery.objects.annotate(newest=newest).filter(pk=1).first()
    if site is None:
        SiteDelivery.objects.get_or_create(pk=1)
        return state()
    return site, site.newest or 0


def judge(mark: Tide | None, site: SiteDelivery, newest: int) -> Verdict:
    """Return what the mark of this computer says about the database."""
    if mark is None or mark.identity != site.identity:
        return Verdict.STRANGE if newest else Verdict.WHOLE
    if mark.generation != site.generation:
        return Verdict.OLDER if mark.generation > site.generation else Verdict.WHOLE
    return Verdict.WHOLE if newest >= mark.attempt else Verdict.OLDER


def _vouched(site: SiteDelivery) -> bool:
    return site.vouched_until is not None and site.vouched_until > clock.now()


def _decide(verdict: Verdict, mark: Tide | None, site: SiteDelivery, newest: int) -> bool:
    """Do what the verdict asks for. Returns whether this computer trusts the database."""
    global _strange_since
    if site.reason == SiteDelivery.Reason.RESTORED:
        return False
    if verdict is not Verdict.STRANGE:
        _strange_since = None
    if verdict is Verdict.WHOLE:
        _remember(mark, site, newest)
        return True
    if verdict is Verdict.OLDER or _waited_enough():
        hold(_what_was_seen(mark, site, newest))
    return False


def _waited_enough() -> bool:
    global _strange_since
    now = time.monotonic()
    if _strange_since is None or _strange_since[0] != tide.place():
        _strange_since = (tide.place(), now)
    return now - _strange_since[1] >= PATIENCE_SECONDS


def _remember(mark: Tide | None, site: SiteDelivery, newest: int) -> None:
    if mark is None or (mark.identity, mark.generation) != (site.identity, site.generation):
        tide.note(Tide(site.identity, site.generation, newest))
    now = clock.now()
    if site.vouched_until is None or site.vouched_until < now + VOUCH_AGAIN:
        vouch(now + VOUCHED_FOR)


def vouch(until: datetime) -> None:
    """Say in the database, to computers without a mark, that it is whole."""
    earlier = Q(vouched_until=None) | Q(vouched_until__lt=until)
    SiteDelivery.objects.filter(earlier, pk=1).update(vouched_until=until)


def hold(note: str) -> None:
    """Pause the whole site because the database is not the one that was left."""
    rows = SiteDelivery.objects.filter(pk=1).exclude(reason=SiteDelivery.Reason.RESTORED)
    held = rows.update(
        paused=True, reason=SiteDelivery.Reason.RESTORED, note=note[:300], since=clock.now(),
        by=None, vouched_until=None,
    )  # fmt: skip
    if held:
        log.error("Delivery is held: %s", note)


def _what_was_seen(mark: Tide | None, site: SiteDelivery, newest: int) -> str:
    if mark is None:
        said = _(
            "Nothing on this computer says how far delivery came. The database ends at attempt %(newest)d."
        )
        return said % {"newest": newest}
    if mark.identity != site.identity:
        said = _(
            "This computer delivered for another database. This one ends at attempt %(newest)d."
        )
        return said % {"newest": newest}
    if mark.generation > site.generation:
        return _("The database was released after an earlier restore, and knows nothing of it.")
    said = _(
        "This computer remembers mail up to attempt %(mark)d; the database ends at %(newest)d."
    )
    return said % {"mark": mark.attempt, "newest": newest}
