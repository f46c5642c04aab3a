"""Is this site fit to send mail? One line each, with what to do."""

from __future__ import annotations

import time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from letters import clock, message_ids
from letters.delivery.mail import Envelope, NotSent, OutcomeUnknown, transport
from letters.doctor import Finding, Level, examine
from letters.doctor.finding import bad, ok, warn
from letters.doctor.names import Dns

TEXT = """This is a test of {site} ({url}).

Show this mail's source and look for the line Authentication-Results:
spf, dkim and dmarc have to say pass there.
"""


class Command(BaseCommand):
    help = "Check sender, SPF, DKIM, DMARC, mail server and settings. Exits with 1 if unfit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--selector", action="append", default=[], help="of the DKIM key; may be repeated"
        )
        parser.add_argument(
            "--ip", action="append", default=[], type=_ip, help="mail leaves from; may be repeated"
        )
        parser.add_argument("--to", metavar="ADDRESS", type=_email, help="send a test there")

    def handle(self, *args: Any, **options: Any) -> None:
        unfit = 0
        names = Dns()
        for finding in examine(
            names, clock.now(), selectors=options["selector"], addresses=options["ip"]
        ):
            unfit += self._print(finding)
        if options["to"]:
            unfit += self._print(_try(options["to"]))
        if unfit:
            raise CommandError(f"This site is not fit to send: {unfit} to mend.")
        self.stdout.write("This site is fit to send.")

    def _print(self, finding: Finding) -> bool:
        self.stdout.write(str(finding))
        return finding.level is Level.BAD


def _ip(text: str) -> str:
    """Return an address as argparse wants it checked. Raises ValueError."""
    return str(ip_address(text))


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise ValueError(text) from error
    return text


def _try(to: str) -> Finding:
    """Hand a test message to the mail server."""
    subject = f"Test message to {to}"
    if not settings.PRODUCTION:
        return warn(subject, "not sent: without PRODUCTION no mail leaves this machine.")
    envelope = Envelope(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], to)
    way = transport()
    try:
        answer = way.send(envelope, _message(envelope), lambda: None)
    except (NotSent, OutcomeUnknown) as error:
        return bad(subject, f"{error}.", "See what the server says above.")
    finally:
        way.close()
    return ok(subject, f"{answer}. Look at its Authentication-Results.")


def _message(envelope: Envelope) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = envelope.sender, envelope.recipient
    message["Subject"] = f"Test of {settings.SITE_NAME}"
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(f"test.{int(time.time())}", message_ids.domain())
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(TEXT.format(site=settings.SITE_NAME, url=settings.SITE_URL))
    return message.as_bytes()
