"""Mail: what one mail says, before it is bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attachment:
    """A file in the private storage. `sha256` is what was made: another file is not sent."""

    path: str
    name: str
    sha256: str
    media_type: str = "application/pdf"


@dataclass(frozen=True)
class Mail:
    """What a mail says. `reply_to` is empty where an answer would reach nobody."""

    subject: str
    text: str
    html: str
    language: str
    sender_name: str
    reply_to: str = ""
    reply_name: str = ""
    attachments: tuple[Attachment, ...] = ()
