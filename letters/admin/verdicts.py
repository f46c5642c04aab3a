"""What a person can decide about a letter or a mail, in words, and the action that each calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from letters.actions import dispatch, review
from letters.models import BulkDecision

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Act = Callable[[Any, AbstractBaseUser, str], None]
Kind = BulkDecision.Kind


@dataclass(frozen=True)
class Noun:
    """What is decided on. `about` is the key that actions/bulk.py knows it by."""

    about: str
    counted: _StrPromise
    gone: _StrPromise


LETTERS = Noun(
    "letter",
    ngettext_lazy("%(count)d letter.", "%(count)d letters.", "count"),
    ngettext_lazy(
        "%(count)d letter is no longer here: somebody else decided on it.",
        "%(count)d letters are no longer here: somebody else decided on them.",
        "count",
    ),
)
MAILS = Noun(
    "mail",
    ngettext_lazy("%(count)d mail.", "%(count)d mails.", "count"),
    ngettext_lazy(
        "%(count)d mail is no longer here: somebody else decided on it.",
        "%(count)d mails are no longer here: somebody else decided on them.",
        "count",
    ),
)


@dataclass(frozen=True)
class Verdict:
    """`name` is that of the admin's action; `done` says what became of so many.

    With a `bulk` kind a second person has to agree to more than a hundred at once.
    """

    name: str
    title: _StrPromise
    consequence: _StrPromise
    button: _StrPromise
    done: _StrPromise
    act: Act
    asks_reason: bool = True
    asks_evidence: bool = False
    bulk: BulkDecision.Kind | None = None
    noun: Noun = LETTERS


APPROVE = Verdict(
    name="approve",
    title=_("Approve"),
    consequence=_("They are sent when the time to take them back is over."),
    button=_("Approve"),
    done=ngettext_lazy("%(count)d letter approved.", "%(count)d letters approved.", "count"),
    act=lambda letter, by, reason: review.approve(letter, by=by),
    asks_reason=False,
)
RETURN = Verdict(
    name="return_to_writer",
    title=_("Return to the writer"),
    consequence=_("Each writer gets a mail with your reason and a link to change the words."),
    button=_("Return"),
    done=ngettext_lazy(
        "%(count)d letter returned to its writer.",
        "%(count)d letters returned to their writers.",
        "count",
    ),
    act=lambda letter, by, reason: review.return_to_writer(letter, by=by, reason=reason),
)
REJECT = Verdict(
    name="reject",
    title=_("Reject"),
    consequence=_("They are not sent. Each writer gets a mail with your reason."),
    button=_("Reject"),
    done=ngettext_lazy("%(count)d letter rejected.", "%(count)d letters rejected.", "count"),
    act=lambda letter, by, reason: review.reject(letter, by=by, reason=reason),
    bulk=Kind.REJECT,
)
WITHDRAW = Verdict(
    name="withdraw",
    title=_("Take back"),
    consequence=_("They are not sent and no longer counted. Their writers get no mail."),
    button=_("Take back"),
    done=ngettext_lazy("%(count)d letter taken back.", "%(count)d letters taken back.", "count"),
    act=lambda letter, by, reason: review.withdraw_by_organiser(letter, by=by, reason=reason),
    bulk=Kind.WITHDRAW,
)
RELEASE = Verdict(
    name="release",
    title=_("Let go on"),
    consequence=_("Each is set as PDF anew and sent to the office as it is known now."),
    button=_("Let go on"),
    done=ngettext_lazy("%(count)d letter goes on.", "%(count)d letters go on.", "count"),
    act=lambda letter, by, reason: dispatch.release(letter, by=by),
    asks_reason=False,
    bulk=Kind.QUEUE,
)
SENT = Verdict(
    name="mark_sent",
    title=_("Mark as sent"),
    consequence=_(
        "They count as sent, and writers without a copy get one. Nothing is mailed to offices."
    ),
    button=_("Mark as sent"),
    done=ngettext_lazy(
        "%(count)d letter marked as sent.", "%(count)d letters marked as sent.", "count"
    ),
    act=lambda letter, by, reason: dispatch.mark_letter_sent(letter, by=by, evidence=reason),
    asks_evidence=True,
    bulk=Kind.SENT,
)
MAIL_AGAIN = Verdict(
    name="queue_again",
    title=_("Queue again"),
    consequence=_("Each is sent again, to the address that is known now."),
    button=_("Queue again"),
    done=ngettext_lazy("%(count)d mail queued.", "%(count)d mails queued.", "count"),
    act=lambda mail, by, reason: dispatch.queue_again(mail, by=by),
    asks_reason=False,
    bulk=Kind.QUEUE,
    noun=MAILS,
)
MAIL_SENT = Verdict(
    name="mark_sent",
    title=_("Mark as sent"),
    consequence=_("They and their letters count as sent, and writers without a copy get one."),
    button=_("Mark as sent"),
    done=ngettext_lazy(
        "%(count)d mail marked as sent.", "%(count)d mails marked as sent.", "count"
    ),
    act=lambda mail, by, reason: dispatch.mark_sent(mail, by=by, evidence=reason),
    asks_evidence=True,
    bulk=Kind.SENT,
    noun=MAILS,
)
MAIL_CANCEL = Verdict(
    name="cancel",
    title=_("Take back"),
    consequence=_("They are not sent. Letters among them are taken back and no longer counted."),
    button=_("Take back"),
    done=ngettext_lazy("%(count)d mail taken back.", "%(count)d mails taken back.", "count"),
    act=lambda mail, by, reason: dispatch.cancel_mail(mail, by=by, reason=reason),
    bulk=Kind.WITHDRAW,
    noun=MAILS,
)
OF_LETTERS = (RELEASE, SENT, WITHDRAW)
OF_MAILS = (MAIL_AGAIN, MAIL_SENT, MAIL_CANCEL)
# States of mails and letters about which a person decides.
STOPPED = frozenset({"held", "failed", "bounced", "unknown"})
