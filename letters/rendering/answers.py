"""What mail servers answer, in plain words, and what to do about it.

A meaning is found by its enhanced code (RFC 3463, and the registry that RFC 5248 keeps), else by
words that servers commonly use, else by the first digit of the reply (RFC 5321 §4.2.1). What the
server said itself is always shown beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Case, CharField, Q, Value, When
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

ENHANCED = re.compile(r"^([45]\.\d{1,3}\.\d{1,3})(?=[ :]|$)")


@dataclass(frozen=True)
class Meaning:
    """`codes` are enhanced codes, without their class (X.1.1) where it doesn't matter.

    A star stands for any end. `advice` is for letters to offices, `to_writers` for mails to supporters.
    """

    key: str
    what: _StrPromise
    advice: _StrPromise
    to_writers: _StrPromise
    codes: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()

    @cached_property
    def whole_codes(self) -> list[str]:
        """Return the codes with their class: both that are no success, unless it is named."""
        return [
            code
            for own in self.codes
            for code in ([own] if own.count(".") == 2 else [f"4.{own}", f"5.{own}"])
        ]

    def said_in(self, answer: str) -> bool:
        low, code = answer.lower(), enhanced(answer)
        return any(phrase in low for phrase in self.phrases) or any(
            low.startswith(own[:-1]) if own.endswith("*") else code == own
            for own in self.whole_codes
        )

    def q(self) -> Q:
        """Return what finds it in `last_answer`, as `said_in` does."""
        found = Q()
        for code in self.whole_codes:
            if code.endswith("*"):
                found |= Q(last_answer__startswith=code[:-1])
                continue
            found |= Q(last_answer=code) | Q(last_answer__startswith=f"{code} ")
            found |= Q(last_answer__startswith=f"{code}:")
        for phrase in self.phrases:
            found |= Q(last_answer__icontains=phrase)
        return found


NOTHING = _("Nothing to do.")
MISTYPED = _("Most often the writer mistyped it. Nothing to do.")
OPERATOR = _("Tell whoever runs the site: it concerns all mail.")

# In this order: what is said in plain words counts before a code that only says “policy”.
MEANINGS = (
    Meaning(
        "relay",
        _("Our own mail server does not pass mail on to this address."),
        _("Whoever runs the site checks its login and that EMAIL_URL names the right server."),
        OPERATOR,
        phrases=("relay access denied", "relaying denied", "not permitted to relay"),
    ),
    Meaning(
        "blocked",
        _("Our server's address is on a list of senders they block."),
        _("Whoever runs the site asks for removal from that list. Then queue the letters again."),
        OPERATOR,
        phrases=(
            "blocklist",
            "blacklist",
            "block list",
            "spamhaus",
            "spamcop",
            "barracuda",
            "reputation",
        ),
    ),
    Meaning(
        "sender_proof",
        _("They cannot verify that the mail is from us (SPF, DKIM, DMARC or the server's name)."),
        _("Whoever runs the site runs “manage.py mail_doctor” and mends what it names."),
        OPERATOR,
        codes=("7.20", "7.21", "7.22", "7.23", "7.24", "7.25", "7.26", "7.29"),
        phrases=("dmarc", "dkim", " spf ", "spf check", "reverse dns", "ptr record"),
    ),
    Meaning(
        "greylisted",
        _("They ask to come back later, as many do with a sender they don't know yet."),
        _("Nothing to do: we come back by ourselves."),
        _("Nothing to do: we come back by ourselves."),
        phrases=("greylist", "graylist", "grey list", "postgrey"),
    ),
    Meaning(
        "loop",
        _("The mail went in a circle between servers."),
        _("Ask the office by another way: its mail is set up wrongly."),
        NOTHING,
        codes=("4.6",),
        phrases=("loop", "too many hops"),
    ),
    Meaning(
        "too_many",
        _("They find that we send too much or too fast."),
        _("Let fewer letters an hour go to this office, or choose one mail a day for it."),
        _("We slow down by ourselves. If it lasts, lower MAIL_CONNECTIONS."),
        codes=("7.28", "5.3"),
        phrases=("rate limit", "too many", "throttl", "quota of messages"),
    ),
    Meaning(
        "spam",
        _("They take it for spam."),
        _("Ask the office by another way to let mail from our address through."),
        _("If it happens often, whoever runs the site runs “manage.py mail_doctor”."),
        phrases=("spam", "junk", "unsolicited", "bulk mail"),
    ),
    Meaning(
        "full",
        _("The mailbox is full."),
        _("We try for a week. Ask the office by another way, or use another address of it."),
        _("We try for a week. Nothing to do."),
        codes=("2.2",),
        phrases=("mailbox full", "mailbox is full", "over quota", "quota exceeded", "overquota"),
    ),
    Meaning(
        "too_big",
        _("The message is too large for them."),
        _("Send smaller mails: choose single letters in place of one mail a day."),
        NOTHING,
        codes=("2.3", "3.4"),
        phrases=("message size exceeds", "too large", "size limit"),
    ),
    Meaning(
        "no_mailbox",
        _("There is no such mailbox."),
        _("Find the office's present address, enter it at the office, then queue them again."),
        MISTYPED,
        codes=("1.1", "1.3", "1.4", "1.5", "1.6"),
        phrases=(
            "user unknown",
            "unknown user",
            "no such user",
            "no such recipient",
            "no such mailbox",
            "does not exist",
            "doesn't exist",
            "mailbox not found",
            "recipient not found",
            "user not found",
            "invalid recipient",
            "mailbox unavailable",
            "no mailbox",
        ),
    ),
    Meaning(
        "no_domain",
        _("What stands after the @ takes no mail."),
        _("Check the office's address for a slip, correct it, then queue the letters again."),
        MISTYPED,
        codes=("1.2", "1.10", "4.4"),
        phrases=("domain not found", "unrouteable", "no mx", "name or service not known"),
    ),
    Meaning(
        "disabled",
        _("The mailbox takes no mail (any more)."),
        _("Find the office's present address, enter it at the office, then queue them again."),
        NOTHING,
        codes=("2.0", "2.1"),
        phrases=("mailbox disabled", "account disabled", "account is disabled", "inactive"),
    ),
    Meaning(
        "our_sender",
        _("They refuse our sender address."),
        _("Whoever runs the site checks DEFAULT_FROM_EMAIL and RETURN_ADDRESS."),
        OPERATOR,
        codes=("1.7", "1.8", "7.27"),
        phrases=("sender address rejected", "sender rejected", "sender verify failed"),
    ),
    Meaning(
        "login",
        _("The mail server refuses our name and password."),
        _("Whoever runs the site checks EMAIL_URL."),
        OPERATOR,
        codes=("7.8", "7.9"),
        phrases=("authentication failed", "authentication required", "authentication credentials"),
    ),
    Meaning(
        "safety",
        _("They ask for a safer connection than was possible."),
        _("Whoever runs the site looks at the mail server's certificates and encryption."),
        OPERATOR,
        codes=("7.4", "7.5", "7.10", "7.11"),
        phrases=("certificate", "starttls", "must issue a starttls"),
    ),
    Meaning(
        "in_vain",
        _("Their server could not be reached for days."),
        _("Check the office's address. If it is right, queue the letters again later."),
        NOTHING,
        codes=("4.7",),
    ),
    Meaning(
        "unreachable",
        _("The server could not be reached, or the connection broke."),
        _("We try again by ourselves. If it lasts, check the address and the mail server."),
        _("We try again by ourselves."),
        codes=("4.*",),
        phrases=("timed out", "timeout", "connection refused", "connection reset", "unreachable"),
    ),
    Meaning(
        "their_system",
        _("Their mail system has trouble."),
        _("We try again by ourselves. If it lasts, write to the office by another way."),
        _("We try again by ourselves."),
        codes=("3.*",),
    ),
    Meaning(
        "content",
        _("Something in the message's form or content is refused."),
        _("Show the answer to whoever runs the site. Queue again when it is mended."),
        OPERATOR,
        codes=("6.*",),
        phrases=("virus", "malware", "content rejected", "attachment"),
    ),
    Meaning(
        "policy",
        _("Their rules do not let it through."),
        _("Read the answer. Ask the office by another way to let our mail through."),
        NOTHING,
        codes=("5.7.*",),
        phrases=("policy", "not allowed", "access denied", "prohibited"),
    ),
    Meaning(
        "protocol",
        _("Their server and ours did not understand each other."),
        _("Show the answer to whoever runs the site."),
        OPERATOR,
        codes=("5.*",),
    ),
    Meaning(
        "died",
        _("Our worker stopped while it had this mail in hand."),
        _("Tell whoever runs the site; the worker's log says more. Then queue it again."),
        OPERATOR,
        phrases=("did not come back",),
    ),
)
LATER = Meaning(
    "later",
    _("Not now, they say."),
    _("We try again by ourselves, for a week."),
    _("We try again by ourselves, for a week."),
)
REFUSED = Meaning(
    "refused",
    _("They refuse it, for a reason we don't know."),
    _("Read the answer; it may say what to do."),
    _("Read the answer. Most often the address is wrong."),
)
SILENT = Meaning(
    "silent",
    _("No answer is known."),
    _("Look at what happened to it, on its page."),
    NOTHING,
)
ALL = (*MEANINGS, LATER, REFUSED, SILENT)
BY_KEY = {meaning.key: meaning for meaning in ALL}


def meaning(code: int | None, answer: str) -> Meaning:
    """Return what an answer means. `code` is the reply's three digits, if there were any."""
    for one in MEANINGS:
        if one.said_in(answer):
            return one
    if code is None or code < 400:
        return REFUSED if answer.strip() and code is None else SILENT
    return LATER if code < 500 else REFUSED


def enhanced(answer: str) -> str:
    """Return the enhanced code an answer begins with: 5.1.1; or an empty string."""
    found = ENHANCED.match(answer)
    return found[1] if found else ""


def as_expression() -> Case:
    """Return the key of `last_answer`'s meaning, found by the database."""
    whens: Iterable[When] = (When(one.q(), then=Value(one.key)) for one in MEANINGS)
    return Case(
        *whens,
        When(Q(last_code__gte=400, last_code__lt=500), then=Value(LATER.key)),
        When(last_code__gte=500, then=Value(REFUSED.key)),
        When(Q(last_code=None) & ~Q(last_answer=""), then=Value(REFUSED.key)),
        default=Value(SILENT.key),
        output_field=CharField(),
    )
