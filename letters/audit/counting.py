"""I4: the public numbers equal a recount by another way."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, OuterRef, Subquery

from campaign.models import Campaign
from letters import rollup
from letters.audit.finding import FIRST, Finding, none_of
from letters.counts import tally
from letters.dimensions import Dimension
from letters.enums import COUNTED, NOT_COUNTED
from letters.models import Letter, Move

I4 = "I4 count truth"


def check() -> Iterator[Finding]:
    wrong = []
    letters = signatories = 0
    for campaign in Campaign.objects.order_by("pk"):
        counted, recounted = _counted(campaign), _recounted(campaign)
        letters, signatories = letters + counted[0], signatories + counted[1]
        if counted != recounted:
            wrong.append(f"{campaign.slug} {counted} ≠ {recounted}")
    said = f"{letters} letters, {signatories} signatories by campaign equal the recount"
    yield Finding(I4, said, len(wrong), wrong)
    yield _sums()
    yield none_of(
        I4,
        "a letter is its form's signer's",
        Letter.objects.filter(state__in=COUNTED).exclude(signer=F("submission__signer")),
    )


def _sums() -> Finding:
    """Compare every sum that is kept ready with the letters it is of."""
    wrong = [
        f"{campaign.slug} {one}"
        for campaign in Campaign.objects.order_by("pk")
        for one in rollup.differences(campaign)
    ]
    return Finding(I4, "the sums kept ready equal the letters", len(wrong), wrong[:FIRST])


def _counted(campaign: Campaign) -> tuple[int, int]:
    """Return what every page shows, of which the groups have to make up the whole."""
    found = tally(campaign, [Dimension.GOVERNMENT])
    in_groups = sum(row.letters for row in found.rows)
    return (
        found.total.letters if in_groups == found.total.letters else -1
    ), found.total.signatories


def _recounted(campaign: Campaign) -> tuple[int, int]:
    """Count by what happened (moves) and by who signed (forms), not by the letters' columns."""
    last = Move.objects.filter(letter=OuterRef("pk"), outbound=None).order_by("-id")
    letters = Letter.objects.filter(submission__campaign=campaign).order_by()
    told = letters.annotate(told=Subquery(last.values("to_state")[:1]))
    rows = told.filter(told__isnull=False).exclude(told__in=sorted(NOT_COUNTED))
    found = rows.aggregate(letters=Count("pk"), signers=Count("submission__signer", distinct=True))
    return found["letters"], found["signers"]
