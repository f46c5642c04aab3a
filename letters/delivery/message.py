"""Outbound → message: addresses and bytes. The same row gives the same bytes each time."""

from __future__ import annotations

import hashlib
import re
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core.files.storage import default_storage

from letters.delivery.mail import Envelope
from letters.enums import Purpose
from letters.models import Outbound
from letters.rendering.mail import Attachment, Mail
from letters.rendering.mails import render_mail

# Letters, digits, spaces and . ' - ( ): nothing that a mail program reads as more than a name.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 .'()-]{1,60}")
POLICY = SMTP.clone(max_line_length=78)


class CannotBeMade(Exception):
    """The message cannot be made from its rows: a person has to look."""


def build(outbound: Outbound) -> tuple[Envelope, bytes]:
    """Return whom to send to and the bytes. Raises CannotBeMade."""
    mail = render_mail(outbound)
    message = EmailMessage(policy=POLICY)
    _head(message, outbound, mail)
    message.set_content(mail.text, subtype="plain", charset="utf-8", cte="quoted-printable")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="quoted-printable")
    for attachment in mail.attachments:
        _attach(message, attachment)
    _fix_boundaries(message, str(outbound.id))
    envelope = Envelope(_sender(), ascii_address(outbound.recipient))
    return envelope, _spoken_headers(mail) + message.as_bytes()


def _spoken_headers(mail: Mail) -> bytes:
    """Return the headers that hold what people typed, folded and encoded by us.

    EmailMessage parses a name again once it is text: quotes get lost where it folds, encoded
    words are read, and a name becomes an address or a header (A09). Here it is only ever data.
    """
    lines = [f"From: {_named(mail.sender_name, 'From')} <{_sender()}>"]
    if mail.reply_to:
        lines.append(f"Reply-To: {_named(mail.reply_name, 'Reply-To')} <{mail.reply_to}>")
    lines.append(f"Subject: {_encoded(_one_line(mail.subject), 'Subject')}")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _named(name: str, header: str) -> str:
    """Return a display name: quoted where it is plain and short, else as encoded words."""
    name = _one_line(name)
    if _PLAIN_NAME.fullmatch(name):
        return f'"{name}"'
    return _encoded(name, header, always=True)


def _encoded(text: str, header: str, *, always: bool = False) -> str:
    plain = text.isascii() and "=?" not in text and not always
    charset = "us-ascii" if plain else "utf-8"
    return Header(text, charset, header_name=header, maxlinelen=76).encode(linesep="\r\n")


def _head(message: EmailMessage, outbound: Outbound, mail: Mail) -> None:
    message["To"] = Address(addr_spec=ascii_address(outbound.recipient))
    message["Date"] = format_datetime(outbound.created_at)
    message["Message-ID"] = outbound.message_id
    message["Content-Language"] = mail.language
    if outbound.purpose == Purpose.LETTER and outbound.letter is not None:
        message["X-Letter-ID"] = outbound.letter.number
    else:
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5


def ascii_address(address: str) -> str:
    """Return an address as every mail server takes it. Raises CannotBeMade."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise CannotBeMade("The address cannot be written in ASCII.") from error


def _sender() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _one_line(text: str) -> str:
    """Return text that cannot begin a second header (A09), whatever it held."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    try:
        with default_storage.open(attachment.path) as file:
            content = file.read()
    except OSError as error:
        raise CannotBeMade(f"The PDF cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise CannotBeMade("The PDF on disk is not the one that was made (fingerprints differ).")
    maintype, _, subtype = attachment.media_type.partition("/")
    message.add_attachment(content, maintype=maintype, subtype=subtype, filename=attachment.name)


def _fix_boundaries(message: EmailMessage, seed: str) -> None:
    # The library draws boundaries at random; a resend must be byte for byte the same.
    for index, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(hashlib.sha256(f"{seed}{index}".encode()).hexdigest()[:32])
