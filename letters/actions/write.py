"""Write a letter: what the sign form does, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from campaign.models import Campaign, ConsentWording, Government
from letters import clock
from letters.actions.asking import OPEN, ask, change_address, locked, state_for
from letters.enums import LetterState, SubmissionState
from letters.failpoints import failpoint, failpoint_on_commit
from letters.identifiers import signer_of
from letters.models import Letter, Submission
from letters.moves import move_letter, move_submission
from letters.queries import already_written, targets

LINK_DAYS = 7


@dataclass(frozen=True)
class Form:
    """The sign form, cleaned. `country` is ISO alpha-2; `nonce` is the form's one-time key."""

    governments: Sequence[Government]
    name: str
    email: str
    country: str
    town: str
    organisation: str
    words: str
    updates: bool
    nonce: str
    suspicions: Sequence[str] = ()

    def personal(self) -> dict[str, object]:
        names = ("name", "email", "country", "town", "organisation", "words", "updates")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Consent:
    """The wording agreed to, and its text as it stood on the page."""

    wording: ConsentWording
    text: str
    language: str


def submit(
    campaign: Campaign, form: Form, consent: Consent, *, before: UUID | None = None
) -> Submission:
    """Keep the form and ask for its confirmation by mail. The same form again changes nothing.

    The same key with other answers (Back, correct, sign again) corrects the waiting form; so
    does the same letter from a browser that sent the form `before`.
    """
    earlier = _same_letter(campaign, form, before)
    if earlier is not None:
        return revise(earlier, form, proven=False)
    try:
        return _create(campaign, form, form.nonce, consent)
    except IntegrityError:
        earlier = Submission.objects.get(form_nonce=form.nonce)
    if earlier.state in OPEN:
        return revise(earlier, form, proven=False)
    return _another(earlier, form, consent)


def _same_letter(campaign: Campaign, form: Form, before: UUID | None) -> Submission | None:
    if before is None:
        return None
    rows = Submission.objects.filter(pk=before, campaign=campaign, state__in=OPEN, email=form.email)
    earlier = rows.first()
    if earlier is None:
        return None
    chosen = {government.pk for government in form.governments}
    same = chosen == set(earlier.letters.values_list("government_id", flat=True))
    return earlier if same else None


def _another(earlier: Submission, form: Form, consent: Consent) -> Submission:
    """Keep a further letter from a page whose first letter is confirmed, or return the first."""
    governments = sorted(government.pk for government in form.governments)
    before = sorted(earlier.letters.values_list("government_id", flat=True))
    if earlier.email in ("", form.email) and before in ([], governments):
        return earlier
    nonce = hashlib.sha256(f"{form.nonce}:{form.email}:{governments}".encode()).hexdigest()
    try:
        return _create(earlier.campaign, form, nonce, consent)
    except IntegrityError:  # pressed twice
        return Submission.objects.get(form_nonce=nonce)


@transaction.atomic
def _create(campaign: Campaign, form: Form, nonce: str, consent: Consent) -> Submission:
    now, signer = clock.now(), signer_of(form.email)
    written = already_written(campaign, signer, form.governments)
    fresh = [government for government in form.governments if government.pk not in written]
    submission = Submission(
        campaign=campaign, state=SubmissionState.AWAITING if fresh else SubmissionState.REPEATED,
        page_language=consent.language, signer=signer, consent=consent.wording, consented_at=now,
        consent_sha256=hashlib.sha256(consent.text.encode()).hexdigest(),
        form_nonce=nonce, suspicions=list(form.suspicions), created_at=now,
        expires_at=now + timedelta(days=LINK_DAYS), **form.personal(),
    )  # fmt: skip
    submission.save(force_insert=True)
    _write_letters(submission, form.governments, form)
    ask(submission)
    failpoint("sign.before_commit")
    failpoint_on_commit("sign.after_commit")
    return submission


def _write_letters(submission: Submission, governments: Sequence[Government], form: Form) -> None:
    if not governments:
        return
    found = targets(submission.campaign, governments)
    Letter.objects.bulk_create(
        Letter(
            submission=submission, campaign=submission.campaign, government=government,
            office=found[government.pk].office, text=found[government.pk].text,
            language=found[government.pk].text.language, country=form.country,
            signer=submission.signer, with_words=bool(form.words),
        )
        for government in governments
    )  # fmt: skip


def _differs(submission: Submission, form: Form) -> bool:
    written = set(submission.letters.values_list("government_id", flat=True))
    if written != {government.pk for government in form.governments}:
        return True
    return any(getattr(submission, name) != value for name, value in form.personal().items())


@transaction.atomic
def revise(submission: Submission, form: Form, *, proven: bool) -> Submission:
    """Put other answers in place of those of a form that waits for its confirmation.

    `proven`: by the mailbox's owner, through the link. Who only has the form may be anybody: it
    is noted, and then only what was seen can be confirmed (seen.py).

    Returns it unchanged if it was confirmed or erased in this moment.
    """
    returned = submission.letters.filter(state=LetterState.RETURNED).exists()
    before = locked(submission)
    if before.state not in OPEN and not returned:
        return submission
    unseen = not proven and _differs(before, form)  # a form pressed twice changes nothing
    change_address(submission, form.email)
    revised_at = clock.now() if unseen else before.revised_at
    Submission.objects.filter(pk=submission.pk).update(**form.personal(), revised_at=revised_at)
    submission.refresh_from_db()
    chosen = {government.pk for government in form.governments}
    submission.letters.filter(state=LetterState.AWAITING).exclude(government__in=chosen).delete()
    for letter in submission.letters.filter(state=LetterState.RETURNED):
        if letter.government_id not in chosen:
            move_letter(letter, LetterState.WITHDRAWN, actor="supporter", reason="not chosen again")
    open_ones = submission.letters.filter(state__in=(LetterState.AWAITING, LetterState.RETURNED))
    open_ones.update(country=form.country, with_words=bool(form.words))
    kept = set(submission.letters.values_list("government_id", flat=True))
    _write_letters(submission, [g for g in form.governments if g.pk not in kept], form)
    if submission.state in OPEN:
        state = state_for(submission, submission.signer)
        if state != submission.state:
            move_submission(submission, state, actor="supporter")
    return submission
