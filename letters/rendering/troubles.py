"""Troubles of delivery in plain words: what is wrong, and what to do about it.

`kind` and `facts` come from delivery/watch.py and delivery/alarms.py. Nothing here names a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise
else:
    Text = str | Promise


@dataclass(frozen=True)
class Words:
    """`what` is one sentence; `advice` one or two, or empty; `over` says that it has passed."""

    what: Text
    advice: Text
    over: Text


def words(kind: str, facts: dict[str, Any]) -> Words:
    """Return the words for a trouble. An unknown kind is named as it is."""
    if kind == "server":
        return SERVER.get(facts.get("trouble", ""), SERVER[""])
    if kind == "site":
        return SITE.get(facts.get("reason", ""), SITE["organiser"])
    if kind.startswith("held."):
        return _letters(facts, HELD.get(kind.removeprefix("held."), HELD[""]))
    if kind in COUNTED:
        return COUNTED[kind](facts)
    return SIMPLE.get(kind, Words(kind, "", kind))


_SERVER_OVER = _("The mail server takes mail again. What waited is on its way.")
SERVER = {
    "": Words(
        _("The mail server fails again and again."),
        _("Nothing leaves until it answers: look at its log, and check EMAIL_URL."),
        _SERVER_OVER,
    ),
    "connect": Words(
        _("The mail server cannot be reached."),
        _("Nothing leaves until it answers: check that it runs, and EMAIL_URL."),
        _SERVER_OVER,
    ),
    "tls": Words(
        _("No safe connection to the mail server: its certificate or encryption is not accepted."),
        _("Nothing leaves until this is mended: renew its certificate, or check EMAIL_URL."),
        _SERVER_OVER,
    ),
    "login": Words(
        _("The mail server refuses our name and password."),
        _("Nothing leaves until this is mended: check EMAIL_URL."),
        _SERVER_OVER,
    ),
    "sender": Words(
        _("The mail server refuses our sender address."),
        _(
            "Nothing leaves until this is mended: check DEFAULT_FROM_EMAIL and RETURN_ADDRESS, "
            "and which senders the server allows to this login."
        ),
        _SERVER_OVER,
    ),
    "busy": Words(
        _("The mail server sends us away for now."),
        _("We try again by ourselves. If it lasts, ask its operator, or lower MAIL_CONNECTIONS."),
        _SERVER_OVER,
    ),
}

SITE = {
    "organiser": Words(
        _("All mail is stopped: an organiser paused the site."),
        _(
            "Letters can be signed; confirmation mails wait, too. Nothing leaves until the site goes on."
        ),
        _("Mail goes on: the site is no longer paused."),
    ),
    "restored": Words(
        _("All mail is stopped: the database was restored from a backup."),
        _(
            "Letters that left after the backup must not leave again. Find out which did, mark "
            "them as sent, then let the site go on."
        ),
        _("Mail goes on: the site is no longer paused."),
    ),
}

SIMPLE = {
    "broker": Words(
        _("The queue (Redis) does not answer: workers hear of no work."),
        _("Restart it. Until then “manage.py deliver --once” works without it."),
        _("The queue (Redis) answers again."),
    ),
    "worker": Words(
        _("No worker is running: nobody sends mail."),
        _("Start a Celery worker, or run “manage.py deliver” every minute."),
        _("A worker is running again."),
    ),
    "sweeper": Words(
        _("The sweeper is not running: what got stuck stays stuck, and retries wait."),
        _("Start Celery's beat, or run “manage.py deliver --once” every minute."),
        _("The sweeper is running again."),
    ),
    "deaf": Words(
        _("A worker is running but takes no work, though mail waits."),
        _("Restart it. It may have lost its queue (Redis) without noticing."),
        _("The worker takes work again."),
    ),
    "late": Words(
        _("Mail is late: some should have left long ago."),
        _("Is the worker busy, or too slow for this campaign? Look at the list of processes."),
        _("No mail is late any more."),
    ),
    "unset": Words(
        _("Letters have waited long to be set as PDF."),
        _("Look at the worker's log: it says why."),
        _("No letter waits to be set any more."),
    ),
    "lost": Words(
        _("A worker took mail and did not come back, and nobody has freed it."),
        _("The sweeper does that: is it running?"),
        _("No mail is lost with a worker any more."),
    ),
    "database": Words(
        _("The database does not answer, or takes nothing in."),
        _("Check that it runs, and that its disk is not full."),
        _("The database answers again."),
    ),
}


def _disk(facts: dict[str, Any]) -> Words:
    free = int(facts.get("megabytes", 0))
    return Words(
        ngettext(
            "Only %(count)d megabyte is free where letters are kept.",
            "Only %(count)d megabytes are free where letters are kept.",
            free,
        )
        % {"count": free},
        _("Make room: without it no letter can be set as PDF, and the database may stop."),
        _("There is room on the disk again."),
    )


def _failed(facts: dict[str, Any]) -> Words:
    count = int(facts.get("count", 0))
    return Words(
        ngettext(
            "%(count)d letter was given up: it could not be delivered.",
            "%(count)d letters were given up: they could not be delivered.",
            count,
        )
        % {"count": count},
        _("Find another address or way, then queue them again or mark them as sent."),
        _("No letter is given up any more."),
    )


def _bounced(facts: dict[str, Any]) -> Words:
    count = int(facts.get("count", 0))
    return Words(
        ngettext(
            "%(count)d letter came back: it was taken, but not delivered.",
            "%(count)d letters came back: they were taken, but not delivered.",
            count,
        )
        % {"count": count},
        _("Each says why it came back. Check the office's address."),
        _("No letter is marked as bounced any more."),
    )


COUNTED: dict[str, Callable[[dict[str, Any]], Words]] = {
    "disk": _disk,
    "failed": _failed,
    "bounced": _bounced,
}

# Why a letter is held (enums.HoldReason): why, and what to do.
HELD: dict[str, tuple[Text, Text]] = {
    "": (_("They are held."), _("Look at each of them.")),
    "no_address": (
        _("No address of the office is known."),
        _("Enter one at the office. The letters then leave by themselves."),
    ),
    "office_paused": (
        _("The office is paused."),
        _("Look why, mend its address if that was it, and let the office go on."),
    ),
    "render_failed": (
        _("The letter's PDF could not be made."),
        _("The letter says why. Let it go on to have it set anew, or tell whoever runs the site."),
    ),
    "refused": (
        _("The mail server refused the message."),
        _("Read the server's answer. Mend what it says, then queue the letters again."),
    ),
    "unknown": (
        _("It was sent twice, and both times the answer was lost: it may have arrived."),
        _("Ask the office or look into the mail server's log, then mark as sent or queue again."),
    ),
    "handover": (
        _("They wait for the hand-over on paper."),
        _("Hand them over, then mark them as sent with the receipt as evidence."),
    ),
    "deadly": (
        _("Workers died of it, again and again."),
        _("Tell whoever runs the site, and queue it again when the cause is found."),
    ),
}
# Held as it should be: nobody needs to be told.
BY_DESIGN = frozenset({"handover"})


def _letters(facts: dict[str, Any], held: tuple[Text, Text]) -> Words:
    count = int(facts.get("count", 0))
    counted = ngettext("%(count)d letter is held.", "%(count)d letters are held.", count)
    return Words(
        f"{counted % {'count': count}} {held[0]}",
        held[1],
        _("No letter is held for this reason any more: “%(reason)s”") % {"reason": held[0]},
    )
