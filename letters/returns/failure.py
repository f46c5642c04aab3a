"""Reports of mail servers about one of our mails: RFC 3464, RFC 5965, and what keeps to no standard.

Pure: says what a message claims. Whether it may claim it, sorting.py decides.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser, HeaderParser

from flufl.bounce import all_failures

from letters.models import DeliveryReport
from letters.returns.addresses import addresses_in, sender_of
from letters.returns.incoming import Incoming
from letters.returns.words import body_text, children, header_text, one_line

Kind = DeliveryReport.Kind
READ_BY_SHAPE = 128 * 1024  # no server writes more about one mail; detectors look at every line
MOST_BLOCKS = 50
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<!\d)(?:[45]\d\d[ #-]|[45]\.\d{1,3}\.\d{1,3})")
_FROM_A_SERVER = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|mdaemon|mailerdaemon)\b")
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|fail|has failed|notification|incomplete)|returned mail|"
    r"mail delivery|failure notice|mail system error|could not be delivered|not delivered|"
    r"unzustellbar|nicht zugestellt|non remis|échec de|no se puede entregar|non recapitabile|"
    r"kan niet worden bezorgd|niet afgeleverd|недостав",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"charset", re.IGNORECASE)
_FIELDS = ("message/delivery-status", "message/global-delivery-status")
_HEADERS = ("message/global", "message/global-headers", "message/rfc822-headers")
_LATER = re.compile(
    r"will (?:be retried|keep trying|retry|try again)|still (?:trying|being retried)|"
    r"delayed|warning message only|do not need to resend|has not yet been delivered",
    re.IGNORECASE,
)
# A detector that fails on a hostile mail is no news, and its traceback may quote the mail.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Said:
    """What a report says: the kind, an RFC 3463 status, one line of words, and whom it names.

    `proofs` are the addresses it quotes of the mail it is about.
    """

    kind: str
    status: str = ""
    text: str = ""
    recipient: str = ""
    proofs: tuple[str, ...] = ()


def report_in(incoming: Incoming) -> Said | None:
    """Return what a mail server reports, or None if the message is no report."""
    parts = incoming.parts()
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            return _complaint(part, parts)
    blocks = [block for part in parts for block in _blocks(part)]
    if blocks:
        return _standard(blocks, parts)
    return _by_shape(incoming) if looks_returned(incoming) else None


def looks_returned(incoming: Incoming) -> bool:
    """Whether a message comes from a mail server itself: no sender to answer, or its own name."""
    if incoming.message.get("X-Failed-Recipients"):
        return True
    automatic = incoming.header("Auto-Submitted").lower().startswith("auto-replied")
    from_server = _FROM_A_SERVER.search(sender_of(incoming).partition("@")[0]) is not None
    no_sender = incoming.header("Return-Path") == "<>"
    about = _SUBJECT.search(incoming.header("Subject")) is not None
    return from_server or (about and (no_sender or automatic))


def _blocks(part: Message) -> Iterator[Message]:
    """Yield the groups of fields of a delivery status: one for the mail, one for each recipient."""
    if part.get_content_type() not in _FIELDS:
        return
    for block in children(part)[:MOST_BLOCKS]:
        yield block
        # message/global-…: Python leaves the later groups unread.
        for text in body_text(block).split("\n\n")[:MOST_BLOCKS]:
            yield HeaderParser(policy=policy.compat32).parsestr(text.strip())


def _standard(blocks: list[Message], parts: list[Message]) -> Said | None:
    """Return what RFC 3464 says of the worst-off recipient."""
    found = [said for block in blocks if (said := _recipient(block)) is not None]
    if not found:
        return None
    order = (Kind.BOUNCED, Kind.DELAYED, Kind.DELIVERED)
    worst = min(found, key=lambda said: order.index(Kind(said.kind)))
    names = ("X-Postfix-Sender", "X-Original-Sender", "Original-Envelope-Sender")
    senders = [address for block in blocks for name in names for address in _named(block, name)]
    proofs = (*senders, *_quoted(parts))
    return Said(worst.kind, worst.status, worst.text, worst.recipient, proofs)


def _recipient(block: Message) -> Said | None:
    action = header_text(block.get("Action")).lower()
    words = one_line(header_text(block.get("Diagnostic-Code")).partition(";")[2])
    status = STATUS.search(header_text(block.get("Status"))) or STATUS.search(words)
    kind = _kind(action, status[1] if status else "")
    if kind is None:
        return None
    named = _named(block, "Final-Recipient") or _named(block, "Original-Recipient")
    original = _named(block, "Original-Recipient")
    same = [address for address in original if address in named] or named
    return Said(kind, status[1] if status else "", words[:500], same[0].lower() if same else "")


def _kind(action: str, status: str) -> str | None:
    for begin, kind in (
        ("fail", Kind.BOUNCED), ("error", Kind.BOUNCED), ("delay", Kind.DELAYED),
        ("deliver", Kind.DELIVERED), ("relay", Kind.DELIVERED), ("expand", Kind.DELIVERED),
    ):  # fmt: skip
        if action.startswith(begin):
            return kind
    classes = {"5": Kind.BOUNCED, "4": Kind.DELAYED, "2": Kind.DELIVERED}
    return classes.get(status[:1])


def _named(block: Message, name: str) -> list[str]:
    """Return the addresses of a field such as `rfc822; a@b.example`."""
    return addresses_in(header_text(block.get(name)))


def _complaint(report: Message, parts: list[Message]) -> Said | None:
    fields = next(iter(children(report)), report)
    kind = header_text(fields.get("Feedback-Type")).lower()
    if kind in ("not-spam", "auth-failure", "dmarc"):
        return None
    proofs = (*_named(fields, "Original-Mail-From"), *_quoted(parts))
    recipient = _named(fields, "Original-Rcpt-To")
    text = f"{kind}, {header_text(fields.get('User-Agent'))}".rstrip(", ")
    return Said(Kind.COMPLAINT, "", text[:500], recipient[0].lower() if recipient else "", proofs)


def _quoted(parts: list[Message]) -> Iterator[str]:
    """Yield the return paths that the returned mail itself carries."""
    for part in parts:
        kind = part.get_content_type()
        originals = children(part) if kind in ("message/rfc822", *_HEADERS) else []
        if kind == "text/rfc822-headers":
            originals = [HeaderParser(policy=policy.compat32).parsestr(body_text(part))]
        for original in originals:
            yield from _named(original, "Return-Path")


def _by_shape(incoming: Incoming) -> Said | None:
    """Return what a server said in its own words. Mailman's detectors know most of them."""
    text = _first_text(incoming)
    soft, hard = _detected(incoming.raw[:READ_BY_SHAPE])
    kind: Kind | None
    found = STATUS.search(text)
    status = found[1] if found else ""
    if soft and not hard:
        kind = Kind.DELAYED
    elif hard:
        kind = Kind.BOUNCED
    else:
        kind = _in_words(text, status, _SUBJECT.search(incoming.header("Subject")) is not None)
    named = sorted(hard or soft)
    recipient = named[0].lower() if len(named) == 1 else ""
    return Said(kind, status, _telling_line(text), recipient) if kind else None


def _in_words(text: str, status: str, titled: bool) -> Kind | None:
    """Return what prose says. A number alone is no reply: postmasters write letters, too."""
    if not (titled or status):
        return None
    if _LATER.search(text) or status.startswith("4"):
        return Kind.DELAYED
    return Kind.BOUNCED if status.startswith("5") or _REPLY.search(text) else None


def _detected(raw: bytes) -> tuple[set[str], set[str]]:
    """Return the addresses that fail for now and for good."""
    # The detectors read each text in the charset it claims to be in: it claims none.
    plain = _CHARSET.sub(b"x-was", raw)
    try:
        soft, hard = all_failures(BytesParser(policy=policy.compat32).parsebytes(plain))
    except Exception:  # detectors written for what real servers send, given anything at all
        return set(), set()
    return _names(soft), _names(hard)


def _first_text(incoming: Incoming) -> str:
    texts = (part for part in incoming.parts() if part.get_content_maintype() == "text")
    first = next(texts, None)
    return body_text(first)[:20_000] if first is not None else ""


def _telling_line(text: str) -> str:
    """Return the line that holds a mail server's reply, else the first one."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    telling = (line for line in lines if _REPLY.search(line))
    return one_line(next(telling, lines[0] if lines else ""))[:500]


def _names(addresses: frozenset[bytes]) -> set[str]:
    return {address.decode("ascii", "replace").strip("<>. ") for address in addresses}
