"""States and kinds that several modules share, and the one table of allowed moves."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SubmissionState(models.TextChoices):
    AWAITING = "awaiting_confirmation", _("awaiting confirmation")
    CONFIRMED = "confirmed", _("confirmed")
    EXPIRED = "expired", _("expired")
    REPEATED = "repeated", _("already written")
    ERASED = "erased", _("erased")


class LetterState(models.TextChoices):
    AWAITING = "awaiting_confirmation", _("awaiting confirmation")
    CONFIRMED = "confirmed", _("confirmed")
    IN_REVIEW = "in_review", _("in review")
    RETURNED = "returned", _("returned to its writer")
    APPROVED = "approved", _("approved")
    RENDERED = "rendered", _("set as PDF")
    QUEUED = "queued", _("queued")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    BOUNCED = "bounced", _("bounced")
    ANSWERED = "answered", _("answered")
    HELD = "held", _("held")
    FAILED = "failed", _("failed")
    UNKNOWN = "unknown", _("unknown whether it arrived")
    EXPIRED = "expired", _("expired")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("taken back")


class HoldReason(models.TextChoices):
    NO_ADDRESS = "no_address", _("no address of the office is known")
    OFFICE_PAUSED = "office_paused", _("the office is paused")
    RENDER_FAILED = "render_failed", _("the PDF could not be made")
    REFUSED = "refused", _("the mail server refused the message")
    UNKNOWN = "unknown", _("twice unknown whether it arrived")
    HANDOVER = "handover", _("waits for the hand-over on paper")
    DEADLY = "deadly", _("workers did not come back from it")


class OutboundState(models.TextChoices):
    QUEUED = "queued", _("queued")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    BOUNCED = "bounced", _("bounced")
    UNKNOWN = "unknown", _("unknown whether it arrived")
    HELD = "held", _("held")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class Purpose(models.TextChoices):
    CONFIRM = "confirm", _("confirmation")
    ALREADY = "already", _("already written")
    LETTER = "letter", _("letter to the office")
    COPY = "copy", _("copy to the writer")
    RETURNED = "returned", _("returned to the writer")
    REJECTED = "rejected", _("not sent on")
    DIGEST = "digest", _("letters of a day to an office")
    ANSWER = "answer", _("an office's answer, to the writer")
    GIVEN_UP = "given_up", _("could not be delivered, to the writer")
    NOTICE = "notice", _("notice to the organisers")


# Lower is sooner: a person waits for the confirmation, nobody waits for a copy.
PRIORITY = {
    Purpose.CONFIRM: 1,
    Purpose.ALREADY: 2,
    Purpose.RETURNED: 3,
    Purpose.REJECTED: 3,
    Purpose.NOTICE: 3,
    Purpose.ANSWER: 4,
    Purpose.LETTER: 5,
    Purpose.DIGEST: 5,
    Purpose.COPY: 7,
    Purpose.GIVEN_UP: 7,
}

# What the link of a mail opens (AccessToken.Purpose); a purpose not listed has no link.
LINKS: dict[str, str] = {
    Purpose.CONFIRM: "confirm",
    Purpose.ALREADY: "mine",
    Purpose.COPY: "mine",
    Purpose.RETURNED: "confirm",
    Purpose.REJECTED: "mine",
    Purpose.ANSWER: "mine",
    Purpose.GIVEN_UP: "mine",
}

S = LetterState
# delivery.md §5.1. Anything not listed here is refused by letters.moves.
LETTER_MOVES: dict[str, frozenset[str]] = {
    S.AWAITING: frozenset({S.CONFIRMED, S.EXPIRED, S.WITHDRAWN}),
    S.CONFIRMED: frozenset({S.IN_REVIEW, S.APPROVED, S.WITHDRAWN}),
    S.IN_REVIEW: frozenset({S.APPROVED, S.RETURNED, S.REJECTED, S.WITHDRAWN}),
    S.RETURNED: frozenset({S.CONFIRMED, S.REJECTED, S.WITHDRAWN, S.EXPIRED}),
    S.APPROVED: frozenset({S.RENDERED, S.SENT, S.HELD, S.WITHDRAWN}),
    S.RENDERED: frozenset({S.QUEUED, S.HELD, S.WITHDRAWN}),
    S.QUEUED: frozenset({S.SENDING, S.SENT, S.HELD, S.WITHDRAWN, S.FAILED, S.APPROVED}),
    S.SENDING: frozenset({S.SENT, S.QUEUED, S.UNKNOWN, S.HELD, S.FAILED}),
    S.SENT: frozenset({S.BOUNCED, S.ANSWERED}),
    S.BOUNCED: frozenset({S.QUEUED, S.APPROVED, S.SENT, S.ANSWERED}),
    S.UNKNOWN: frozenset({S.SENT, S.QUEUED, S.HELD}),
    S.HELD: frozenset({S.APPROVED, S.QUEUED, S.SENT, S.WITHDRAWN, S.REJECTED}),
    S.FAILED: frozenset({S.APPROVED, S.QUEUED, S.SENT, S.WITHDRAWN}),
    S.ANSWERED: frozenset(),
    S.EXPIRED: frozenset(),
    S.REJECTED: frozenset({S.IN_REVIEW}),
    S.WITHDRAWN: frozenset(),
}

# A letter counts from its confirmation on, unless it was taken back, returned or rejected.
NOT_COUNTED = frozenset({S.AWAITING, S.RETURNED, S.EXPIRED, S.REJECTED, S.WITHDRAWN})
COUNTED = frozenset(S) - NOT_COUNTED
# One address may have one living letter to an office.
LIVING = COUNTED | {S.RETURNED}
# "Until sent": the worker has not handed it to a mail server.
CAN_BE_TAKEN_BACK = frozenset(
    {S.CONFIRMED, S.IN_REVIEW, S.RETURNED, S.APPROVED, S.RENDERED, S.QUEUED, S.HELD, S.FAILED}
)

O = OutboundState  # noqa: E741  (the table reads better with one letter)
OUTBOUND_MOVES: dict[str, frozenset[str]] = {
    O.QUEUED: frozenset({O.SENDING, O.SENT, O.CANCELLED, O.HELD, O.FAILED}),
    O.SENDING: frozenset({O.SENT, O.QUEUED, O.UNKNOWN, O.HELD, O.FAILED, O.CANCELLED}),
    O.UNKNOWN: frozenset({O.SENT, O.QUEUED, O.HELD}),
    O.HELD: frozenset({O.QUEUED, O.SENT, O.CANCELLED}),
    O.FAILED: frozenset({O.QUEUED, O.SENT, O.CANCELLED}),
    O.SENT: frozenset({O.BOUNCED}),
    O.BOUNCED: frozenset(),
    O.CANCELLED: frozenset(),
}

P = SubmissionState
SUBMISSION_MOVES: dict[str, frozenset[str]] = {
    P.AWAITING: frozenset({P.CONFIRMED, P.REPEATED, P.EXPIRED, P.ERASED}),
    P.REPEATED: frozenset({P.AWAITING, P.EXPIRED, P.ERASED}),
    P.CONFIRMED: frozenset({P.ERASED}),
    P.EXPIRED: frozenset({P.ERASED}),
    P.ERASED: frozenset(),
}
