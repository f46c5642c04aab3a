"""What a person can decide about a letter, in words, and the action that each calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from letters.actions import dispatch, review
from letters.models import Letter

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Act = Callable[[Letter, AbstractBaseUser, str], None]


@dataclass(frozen=True)
class Verdict:
    """`name` is that of the admin's action; `done` says what became of so many letters."""

    name: str
    title: _StrPromise
    consequence: _StrPromise
    button: _StrPromise
    done: _StrPromise
    act: Act
    asks_reason: bool = True


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
)
WITHDRAW = Verdict(
    name="withdraw",
    title=_("Take back"),
    consequence=_("They are not sent and no longer counted. Their writers get no mail."),
    button=_("Take back"),
    done=ngettext_lazy("%(count)d letter taken back.", "%(count)d letters taken back.", "count"),
    act=lambda letter, by, reason: review.withdraw_by_organiser(letter, by=by, reason=reason),
)
RELEASE = Verdict(
    name="release",
    title=_("Let go on"),
    consequence=_("Each is set as PDF anew and sent to the office as it is known now."),
    button=_("Let go on"),
    done=ngettext_lazy("%(count)d letter goes on.", "%(count)d letters go on.", "count"),
    act=lambda letter, by, reason: dispatch.release(letter, by=by),
    asks_reason=False,
)
