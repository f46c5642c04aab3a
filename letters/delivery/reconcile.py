"""What became of a mail of which no answer came? Ask those who may know.

The setting RECONCILE names them, parted by spaces:

    mailbox                            the demonstration's folder
    postfix:/var/log/mail.log          the log of a Postfix on this computer, and its older parts
    postqueue                          what waits in that Postfix (told apart by RETURN_ADDRESS)
    imaps://user:password@host/INBOX   a mailbox that gets a copy of every mail (always_bcc)

A mail that the relay took over is out of our hands, whether it was passed on, waits there or was
returned: it "arrived". A source that fails is left out; the mail stays unknown.
"""

from __future__ import annotations

import logging
from collections.abc import Collection

from django.conf import settings

from letters.delivery.evidence import BadSetting, Source, source_of

log = logging.getLogger(__name__)


def arrived(message_ids: Collection[str]) -> set[str] | None:
    """Return those of these mails that arrived; None if there is nobody who could tell."""
    if not message_ids:
        return set()
    found: set[str] | None = None
    for source in sources():
        told = _asked(source, message_ids)
        if told is not None:
            found = (found or set()) | told
    return found


def _asked(source: Source, message_ids: Collection[str]) -> set[str] | None:
    try:
        return source.ask(message_ids)
    except Exception as error:  # whatever it is: no mail may be lost or doubled by it
        # The error's own words may quote an address or a password.
        log.warning("RECONCILE %s could not tell: %s.", source.name, type(error).__name__)
        return None


def sources() -> list[Source]:
    """Return who can be asked. What cannot be is a system check's to say."""
    found = []
    for word in settings.RECONCILE.split():
        try:
            found.append(source_of(word))
        except BadSetting as problem:
            log.warning("%s", problem)
    return found


def problems() -> list[str]:
    """Return what is wrong with RECONCILE, a sentence each."""
    wrong = []
    for word in settings.RECONCILE.split():
        try:
            source_of(word)
        except BadSetting as problem:
            wrong.append(str(problem))
    return wrong
