"""Bundles for print: ask for one, delete its files, note that it was handed over."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from campaign.models import Campaign, Office
from letters import bundled, clock, outbox
from letters.actions import bulk, dispatch
from letters.models import BulkDecision, Bundle, Letter
from letters.moves import NotAllowed

EVIDENCE = 300  # characters that a move's reason may have


@dataclass(frozen=True)
class HandedOver:
    """How many letters count as sent now, and what a second person has to agree to."""

    sent: int = 0
    proposed: list[BulkDecision] = field(default_factory=list)


@transaction.atomic
def ask(
    campaign: Campaign, office: Office, *, which: str = Bundle.Which.WAITING, duplex: bool = True,
    by: AbstractBaseUser | None = None, ring: bool = True,
) -> Bundle:  # fmt: skip
    """Ask for a bundle of an office's letters. Raises NotAllowed if there is no letter for it.

    Without `ring` the caller makes it.
    """
    if not is_any(campaign, office, which):
        raise NotAllowed(nothing(campaign, office, which))
    bundle = Bundle.objects.create(
        campaign=campaign, office=office, which=which, duplex=duplex,
        asked_by_id=by.pk if by else None, asked_at=clock.now(),
    )  # fmt: skip
    if ring:
        outbox.ring_bundle(bundle)
    return bundle


def is_any(campaign: Campaign, office: Office, which: str) -> bool:
    return bundled.letters_for(campaign, office, which).exists()


def nothing(campaign: Campaign, office: Office, which: str) -> str:
    """Say that there is nothing to put into a bundle."""
    values = {"campaign": campaign, "office": office}
    if which == Bundle.Which.WAITING:
        return _("No letter of %(campaign)s to %(office)s waits for paper.") % values
    return _("No letter of %(campaign)s to %(office)s is approved.") % values


@transaction.atomic
def clear(bundle: Bundle) -> None:
    """Delete a bundle's files, or stop one in the making."""
    bundled.clear(bundle, why=_("An organiser deleted its files."))


def hand_over(bundle: Bundle, *, by: AbstractBaseUser, evidence: str) -> HandedOver:
    """Note that a bundle was handed over: its letters that waited for paper are marked as sent.

    More than a hundred are proposed: another organiser has to agree. Raises NotAllowed if the
    bundle isn't ready, or none of its letters waits any more.
    """
    if bundle.state != Bundle.State.DONE:
        raise NotAllowed(_("It is not ready."))
    letters = list(bundled.to_hand_over(bundle).order_by("pk"))
    if not letters:
        raise NotAllowed(_("None of its letters waits for the hand-over."))
    reason = f"{_('Bundle')} {bundle.number}: {evidence}"[:EVIDENCE]
    done = (
        _proposed(letters, by, reason) if len(letters) > bulk.ALONE else _sent(letters, by, reason)
    )
    Bundle.objects.filter(pk=bundle.pk).update(
        handed_over_at=clock.now(), handed_over_by=by.pk, evidence=evidence[:EVIDENCE]
    )
    return done


def _proposed(letters: list[Letter], by: AbstractBaseUser, reason: str) -> HandedOver:
    keys = [letter.pk for letter in letters]
    starts = range(0, len(keys), bulk.AT_MOST)
    return HandedOver(
        proposed=[
            bulk.propose(
                BulkDecision.Kind.SENT, "letter", keys[start : start + bulk.AT_MOST],
                evidence=reason, by=by,
            )
            for start in starts
        ]
    )  # fmt: skip


def _sent(letters: list[Letter], by: AbstractBaseUser, reason: str) -> HandedOver:
    done = 0
    for letter in letters:
        try:
            dispatch.mark_letter_sent(letter, by=by, evidence=reason)
        except NotAllowed:  # somebody else decided on it this moment
            continue
        done += 1
    return HandedOver(sent=done)
