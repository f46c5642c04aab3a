"""Confirm: the supporter read the letter and sends it. Its words are frozen here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from campaign.models import Campaign
from letters import clock, outbox
from letters.actions.asking import locked
from letters.delivery import rows
from letters.enums import LetterState, SubmissionState
from letters.failpoints import failpoint, failpoint_on_commit
from letters.identifiers import own_token
from letters.models import AccessToken, Letter, Submission
from letters.moves import NotAllowed, move_letter, move_submission
from letters.queries import Draft, already_written, answers_of, draft, next_writer
from letters.seen import Changed, fingerprint


def confirm(
    submission: Submission, *, words: str | None = None, reply_directly: bool, seen: str = ""
) -> str:
    """Confirm a submission's letters and return the token of "my letter".

    `words` are own words added on the confirmation page, `seen` is what that page showed.
    Raises moves.NotAllowed if the submission expired or was confirmed meanwhile, seen.Changed if
    it is no longer what was seen, queries.NoLetter if nothing can be composed.
    """
    try:
        return _confirm(submission, words, reply_directly, seen)
    except IntegrityError:  # another letter to the same office was confirmed in this moment
        submission.refresh_from_db()
        return _confirm(submission, words, reply_directly, seen)


@transaction.atomic
def _confirm(submission: Submission, words: str | None, reply_directly: bool, seen: str) -> str:
    now = clock.now()
    row = locked(submission)
    if row.signer != submission.signer:
        raise NotAllowed("The form moved to another mailbox in this moment.")
    _take_over(row, submission)
    waiting = submission.letters.filter(state__in=(LetterState.AWAITING, LetterState.RETURNED))
    letters = list(waiting.select_related("government", "office", "text"))
    if not letters:
        raise NotAllowed("There is nothing left to confirm.")
    read, submission.words = submission.words, submission.words if words is None else words
    submission.reply_directly = reply_directly
    found = [(letter, _final(letter, submission, now)) for letter in letters]
    # A form that nobody but the mailbox's owner touched since it was written needs no proof.
    if (seen or submission.revised_at) and seen != fingerprint(submission, read, found):
        raise Changed
    given: dict[str, Any] = {"reply_directly": reply_directly, "words": submission.words}
    if submission.state == SubmissionState.AWAITING:
        given |= {"confirmed_at": now, "writer_number": next_writer(submission)}
        move_submission(submission, SubmissionState.CONFIRMED, actor="supporter", fields=given)
    else:
        submission.save(update_fields=list(given))
    for letter, draft_of_it in found:
        letter.campaign = submission.campaign
        _confirm_letter(letter, submission, draft_of_it, now)
    token = own_token(AccessToken.Purpose.MINE, submission.id, submission.signer)
    rows.grant(submission, AccessToken.Purpose.MINE, [token], now)
    failpoint("confirm.before_commit")
    failpoint_on_commit("confirm.after_commit")
    return token


def _take_over(row: Submission, submission: Submission) -> None:
    """Put what the locked row says in place of what was read before it was locked."""
    for field in row._meta.concrete_fields:
        setattr(submission, field.attname, getattr(row, field.attname))


def _final(letter: Letter, submission: Submission, now: datetime) -> Draft:
    """Return a letter as it stands now, with its date. Raises queries.NoLetter."""
    today = submission.campaign.today(now)
    return draft(
        submission.campaign, letter.government, answers_of(submission),
        day=today, number=letter.number, confirmed=today, country=submission.country,
        fallback=letter.text,
    )  # fmt: skip


def _confirm_letter(letter: Letter, submission: Submission, found: Draft, now: datetime) -> None:
    campaign = letter.campaign
    if already_written(campaign, submission.signer, [letter.government]) and (
        letter.state == LetterState.AWAITING
    ):
        move_letter(letter, LetterState.EXPIRED, actor="supporter", reason="already written")
        return
    # Its words are kept for good.
    move_letter(
        letter, LetterState.CONFIRMED, actor="supporter", content=found.document.to_json(),
        text=found.text, language=found.text.language, office=found.office,
        with_words=bool(submission.words), confirmed_at=now, confirmed_on=campaign.today(now),
    )  # fmt: skip
    if needs_review(campaign, submission):
        move_letter(letter, LetterState.IN_REVIEW, actor="policy", reason=_why(submission))
    else:
        approve_now(letter, actor="policy")


def needs_review(campaign: Campaign, submission: Submission) -> bool:
    if campaign.review == Campaign.Review.ALL or submission.suspicions:
        return True
    return campaign.review == Campaign.Review.OWN_WORDS and bool(submission.words)


def _why(submission: Submission) -> str:
    return ", ".join(submission.suspicions) or ("own words" if submission.words else "every letter")


def approve_now(letter: Letter, *, actor: str, by: object = None) -> None:
    """Let a letter go on its way: it can be taken back until its time is up."""
    wait = timedelta(seconds=letter.campaign.take_back_seconds)
    move_letter(
        letter, LetterState.APPROVED, actor=actor, by=by,  # type: ignore[arg-type]
        send_after=clock.now() + wait,
    )  # fmt: skip
    outbox.ring_render(letter)
