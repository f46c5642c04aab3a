"""Ask for confirmation by mail, within limits that protect strangers' mailboxes (A01)."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Value

from campaign.models import Campaign
from letters import clock, outbox, retention
from letters.delivery import rows
from letters.enums import LetterState, OutboundState, Purpose, SubmissionState
from letters.identifiers import own_token, signer_of
from letters.models import AccessToken, Outbound, Submission, Suppression
from letters.moves import NotAllowed, move_outbound, move_submission
from letters.queries import already_written

# One confirmation a day and campaign, two in all until the mailbox's owner confirms one, and
# five a day from the whole site.
PAUSE = timedelta(hours=24)
MAILS_PER_DAY = 5
MAILS_UNCONFIRMED = 2
ASKING = (Purpose.CONFIRM, Purpose.ALREADY)
STOPPED = "stopped"
# Forms whose answers may still change: to the outside there is one kind of them (A08).
OPEN = (SubmissionState.AWAITING, SubmissionState.REPEATED)


def ask(submission: Submission, *, again: bool = False) -> None:
    """Ask for confirmation, or say that it was written before, if a mail is allowed now.

    Whether one was sent is told to nobody but the mailbox's owner (A08).
    """
    now = clock.now()
    if submission.state not in OPEN:
        return  # confirmed, expired or erased: there is nothing to ask
    if _allowed(submission, now, again):
        awaiting = submission.state == SubmissionState.AWAITING
        outbox.enqueue(Purpose.CONFIRM if awaiting else Purpose.ALREADY, submission)
        return
    # No mail of its own: the link of an earlier mail leads to this letter too.
    link = AccessToken.Purpose.CONFIRM
    rows.grant(submission, link, [own_token(link, submission.id, submission.signer)], now)


def _allowed(submission: Submission, now: datetime, again: bool) -> bool:
    _one_at_a_time(submission.signer)
    asked = _asked_before(submission.signer)
    if any(mail.outcome == STOPPED for mail in asked):
        return False
    today = [mail for mail in asked if mail.at > now - PAUSE]
    if len(today) >= MAILS_PER_DAY:
        return False
    if submission.state == SubmissionState.REPEATED:
        return not any(mail.purpose == Purpose.ALREADY for mail in today)
    unanswered = [mail for mail in asked if mail.is_unanswered(submission.campaign_id)]
    lately = any(mail in today for mail in unanswered)
    return len(unanswered) < MAILS_UNCONFIRMED and (again or not lately)


def _one_at_a_time(signer: str) -> None:
    """Let no two requests count a mailbox's mails at once. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(signer[:15], 16)])


class Asked(NamedTuple):
    """A mail that asked a mailbox: when, in which campaign, and what became of its form."""

    at: datetime
    campaign: int
    outcome: str
    purpose: str

    def is_unanswered(self, campaign: int) -> bool:
        open_still = self.outcome != SubmissionState.CONFIRMED
        return open_still and self.purpose == Purpose.CONFIRM and self.campaign == campaign


def _asked_before(signer: str) -> list[Asked]:
    """Return what this mailbox was sent, in one query, whoever the form belongs to by now.

    A mailbox that wants no mail at all has a row with the outcome STOPPED.
    """
    mails = (
        Outbound.objects.filter(purpose__in=ASKING, mailbox=signer)
        .exclude(state=OutboundState.CANCELLED)
        .order_by()
        .values_list("created_at", "submission__campaign", "submission__state", "purpose")
    )
    stopped = Suppression.objects.filter(signer=signer).values_list(
        "created_at", Value(0), Value(STOPPED), Value("")
    )
    return [Asked(*row) for row in mails.union(stopped, all=True)]


def resend(submission: Submission) -> None:
    """Send the confirmation once more, if that is allowed. Never says whether it was."""
    with transaction.atomic():
        ask(submission, again=True)


@transaction.atomic
def change_address(submission: Submission, email: str) -> None:
    """Send the link to another mailbox. Links sent to the old one stop working.

    A form that only repeated what the old mailbox wrote is judged anew: to the outside both are
    the same (A08).
    """
    now = locked(submission)
    if now.state not in OPEN or now.email == email:
        return
    AccessToken.objects.filter(submission=now).delete()
    for outbound in now.outbounds.filter(state=OutboundState.QUEUED):
        move_outbound(
            outbound, OutboundState.CANCELLED, actor="supporter", reason="address changed"
        )
    signer = signer_of(email)
    now.letters.filter(state=LetterState.AWAITING).update(signer=signer)
    state = state_for(now, signer)
    if state != now.state:
        move_submission(now, state, actor="supporter")
    Submission.objects.filter(pk=now.pk).update(email=email, signer=signer)
    submission.refresh_from_db()
    ask(submission, again=True)


def locked(submission: Submission) -> Submission:
    """Return the row as it is now, and keep it so until the transaction ends (A37)."""
    own = Submission.objects.select_for_update().get(pk=submission.pk)
    own.campaign = submission.campaign  # shared by all who sign: neither locked nor read again
    return own


def state_for(submission: Submission, signer: str) -> str:
    """Return awaiting, or repeated if the mailbox has written to all these governments."""
    governments = [letter.government for letter in submission.letters.select_related("government")]
    written = already_written(submission.campaign, signer, governments)
    fresh = [one for one in governments if one.pk not in written]
    return SubmissionState.AWAITING if fresh or not governments else SubmissionState.REPEATED


def stop_all_mail(submission: Submission) -> None:
    """Never mail this address again ("not me"), and delete the letters that wait for it.

    The address is kept as an HMAC only. What is confirmed in this moment stays confirmed.
    """
    Suppression.objects.get_or_create(signer=submission.signer, defaults={"reason": "not me"})
    campaigns = Campaign.objects.values("pk")  # the index begins with it
    for one in Submission.objects.filter(
        campaign__in=campaigns, signer=submission.signer, state__in=OPEN
    ):
        with contextlib.suppress(NotAllowed), transaction.atomic():
            retention.expire(one)
