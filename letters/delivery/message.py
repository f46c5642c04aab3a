"""Outbound → message: addresses and bytes. The same row gives the same bytes each time.

The parts are put together here and not by the email library: it parses again what it is given
(A09), draws boundaries at random, and takes most of a sender's time.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from email.header import Header
from email.utils import encode_rfc2231, format_datetime, parseaddr
from functools import cache

from django.conf import settings
from django.core.files.storage import default_storage

from letters.delivery.mail import Envelope
from letters.enums import Purpose
from letters.models import Outbound
from letters.rendering.mail import Attachment, Mail
from letters.rendering.mails import render_mail
from letters.return_address import provider_headers, return_path

# Letters, digits, spaces and . ' - ( ): nothing that a mail program reads as more than a name.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 .'()-]{1,60}")
_PLAIN_FILE = re.compile(r"[A-Za-z0-9._-]{1,60}")
_MEDIA_TYPE = re.compile(r"[a-z0-9]+/[a-z0-9.+-]{1,80}")
# Of an encoded word: 75 characters at most, 12 of them its frame (RFC 2047 §2).
_WORD_BYTES = 45
_BASE64_LINE = 76  # characters (RFC 2045 §6.8)


class CannotBeMade(Exception):
    """The message cannot be made from its rows: a person has to look."""


def build(outbound: Outbound) -> tuple[Envelope, bytes]:
    """Return whom to send to and the bytes. Raises CannotBeMade."""
    mail = render_mail(outbound)
    recipient = ascii_address(outbound.recipient)
    envelope = Envelope(return_path(outbound.pk) or _sender(), recipient)
    seed = str(outbound.pk)
    body = _words(mail, seed)
    if mail.attachments:
        body = _parts("mixed", seed, [body, *map(_file, mail.attachments)])
    return envelope, _spoken_headers(mail) + _head(outbound, mail, recipient) + body


def _spoken_headers(mail: Mail) -> bytes:
    """Return the headers that hold what people typed, folded and encoded by us.

    EmailMessage parses a name again once it is text: quotes get lost where it folds, encoded
    words are read, and a name becomes an address or a header (A09). Here it is only ever data.
    """
    lines = [f"From: {_named(mail.sender_name, 'From')} <{_sender()}>"]
    if mail.reply_to:
        reply_to = ascii_address(mail.reply_to)
        lines.append(f"Reply-To: {_named(mail.reply_name, 'Reply-To')} <{reply_to}>")
    lines.append(f"Subject: {_encoded(_one_line(mail.subject), 'Subject')}")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _named(name: str, header: str) -> str:
    """Return a display name: quoted where it is plain and short, else as encoded words."""
    name = _one_line(name)
    if _PLAIN_NAME.fullmatch(name):
        return f'"{name}"'
    return _encoded(name, header, always=True)


def _encoded(text: str, header: str, *, always: bool = False) -> str:
    """Return text as words of RFC 2047, folded so that no line is longer than 76 characters."""
    if text.isascii() and "=?" not in text and not always:
        return Header(text, "us-ascii", header_name=header, maxlinelen=76).encode(linesep="\r\n")
    rest, room, words = text.encode("utf-8"), _WORD_BYTES - len(header), list[bytes]()
    while len(rest) > room:
        end = room
        while rest[end] & 0xC0 == 0x80:  # never within a character (RFC 2047 §5)
            end -= 1
        words.append(rest[:end])
        rest, room = rest[end:], _WORD_BYTES
    return "\r\n ".join(
        f"=?utf-8?b?{binascii.b2a_base64(one, newline=False).decode()}?=" for one in [*words, rest]
    )


def _head(outbound: Outbound, mail: Mail, recipient: str) -> bytes:
    lines = [
        f"To: {recipient}",
        f"Date: {format_datetime(outbound.created_at)}",
        f"Message-ID: {outbound.message_id}",
        f"Content-Language: {mail.language}",
        "MIME-Version: 1.0",
    ]
    if outbound.purpose == Purpose.LETTER and outbound.letter is not None:
        lines.append(f"X-Letter-ID: {outbound.letter.number}")
    elif outbound.purpose != Purpose.DIGEST:
        lines.append("Auto-Submitted: auto-generated")  # RFC 3834 §5
    lines += [f"{name}: {value}" for name, value in provider_headers(outbound.pk).items()]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _words(mail: Mail, seed: str) -> bytes:
    text = _text_part("plain", mail.text)
    return _parts("alternative", seed, [text, _text_part("html", mail.html)]) if mail.html else text


def _text_part(subtype: str, text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8")
    encoded = binascii.b2a_qp(lines, istext=True).replace(b"\n", b"\r\n")
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode("ascii") + encoded


def _parts(subtype: str, seed: str, parts: list[bytes]) -> bytes:
    """Return parts with a boundary that is the same each time, so that a resend is alike."""
    boundary = hashlib.sha256(f"{seed}{subtype}".encode()).hexdigest()[:32].encode("ascii")
    head = b"Content-Type: multipart/%s; boundary=%s\r\n\r\n" % (subtype.encode(), boundary)
    between = b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts)
    return b"%s%s--%s--\r\n" % (head, between, boundary)


def _file(attachment: Attachment) -> bytes:
    content = _content(attachment)
    media_type = attachment.media_type.lower()
    if not _MEDIA_TYPE.fullmatch(media_type) or media_type.startswith(("message/", "multipart/")):
        media_type = "application/octet-stream"
    head = (
        f"Content-Type: {media_type}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {_file_name(attachment.name)}\r\n\r\n"
    )
    encoded = binascii.b2a_base64(content, newline=False)
    lines = [encoded[at : at + _BASE64_LINE] for at in range(0, len(encoded), _BASE64_LINE)]
    return head.encode("ascii") + b"\r\n".join(lines)


def _file_name(name: str) -> str:
    """Return a file's name as data: plain ones as they are, others by RFC 2231."""
    name = _one_line(name)[:120] or "file"
    if _PLAIN_FILE.fullmatch(name):
        return f'filename="{name}"'
    return f"filename*={encode_rfc2231(name, 'utf-8')}"


def _content(attachment: Attachment) -> bytes:
    try:
        with default_storage.open(attachment.path) as file:
            content: bytes = file.read()
    except OSError as error:
        raise CannotBeMade(f"The PDF cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise CannotBeMade("The PDF on disk is not the one that was made (fingerprints differ).")
    return content


def ascii_address(address: str) -> str:
    """Return an address as every mail server takes it. Raises CannotBeMade."""
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode()
        plain = f"{local.encode('ascii').decode()}@{ascii_domain}"
    except UnicodeError as error:
        raise CannotBeMade("The address cannot be written in ASCII.") from error
    if not local or not domain or not plain.isprintable() or set(plain) & set(" <>,;:"):
        raise CannotBeMade("The address cannot be written in a header.")
    return plain


def _sender() -> str:
    return _address(settings.DEFAULT_FROM_EMAIL)


@cache
def _address(named: str) -> str:
    return parseaddr(named)[1]


def _one_line(text: str) -> str:
    """Return text that cannot begin a second header (A09), whatever it held."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())
