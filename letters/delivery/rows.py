"""Write rows of the outbox. Who announces them: outbox.py (requests), tasks.py (workers)."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone

from letters.enums import LINKS, PRIORITY, Purpose
from letters.identifiers import digest, own_token, token_for, uuid7
from letters.models import AccessToken, Letter, Outbound, Submission

MINE_DAYS = 30


def write(
    purpose: Purpose,
    submission: Submission,
    *,
    letter: Letter | None = None,
    at: datetime | None = None,
) -> Outbound:
    """Write one mail, due now or `at`. Its link's token can be derived again; a digest is kept."""
    now = timezone.now()
    row = Outbound(
        id=uuid7(), purpose=purpose, submission=submission, letter=letter,
        language=letter.language if letter and purpose == Purpose.LETTER else submission.page_language,
        recipient="" if purpose == Purpose.LETTER else submission.email,
        mailbox="" if purpose == Purpose.LETTER else submission.signer,
        priority=PRIORITY[purpose], next_attempt_at=at or now, created_at=now,
    )  # fmt: skip
    row.message_id = f"<l.{row.id}.{purpose}@{domain()}>"
    row.save(force_insert=True)
    if purpose in LINKS:
        # Two keys: the mail's own, and one by which our pages lead here from a sibling's link.
        link = LINKS[purpose]
        grant(
            submission,
            link,
            [token_for(link, row.id), own_token(link, submission.id, submission.signer)],
            now,
        )
    return row


def grant(submission: Submission, purpose: str, tokens: list[str], now: datetime) -> None:
    """Let `tokens` open the submission. A confirm link is known beyond its time, to say so."""
    expires = max(now, submission.expires_at) + timedelta(days=MINE_DAYS)
    AccessToken.objects.bulk_create(
        [
            AccessToken(
                digest=digest(token), submission=submission, purpose=purpose, expires_at=expires
            )
            for token in tokens
        ],
        ignore_conflicts=True,
    )


def domain() -> str:
    """Return the domain of the site's sender, which Message-IDs and From share (DMARC)."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
