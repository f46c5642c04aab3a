"""What a fault needs that people don't do, each in a fork: looks at rows, locks, odd files."""

from __future__ import annotations

import time
from collections.abc import Iterable
from email.message import EmailMessage
from urllib.parse import urlsplit
from uuid import UUID

from django.db import connection, transaction
from django.db.models import ProtectedError

from campaign.models import Campaign, Government, Office
from letters import retention
from letters.actions import erase as erasing
from letters.actions import site_delivery
from letters.actions.confirm import confirm
from letters.delivery import engine, prepare, rows
from letters.delivery import sweep as sweeper
from letters.enums import LetterState, OutboundState, Purpose, SubmissionState
from letters.identifiers import signer_of
from letters.models import Letter, LetterText, MailServer, Outbound, Submission, Suppression
from letters.returns import receive
from tests.factories.campaign import OfficeFactory
from tests.factories.letters import LetterFactory, SubmissionFactory

People = Iterable[tuple[str, str, str]]


# --- rows that the bench writes -----------------------------------------------------------------


def confirmed_letters(persons: People) -> None:
    """Write what these people sent, and confirm it as they would."""
    office, campaign = Office.objects.get(), Campaign.objects.get()
    with transaction.atomic():
        for name, email, words in persons:
            submission = SubmissionFactory(
                campaign=campaign, name=name, email=email, words=words, signer=signer_of(email),
                form_nonce=signer_of(email), state=SubmissionState.AWAITING,
            )  # fmt: skip
            LetterFactory(
                submission=submission, government=office.government, office=office,
                state=LetterState.AWAITING,
            )  # fmt: skip
            confirm(submission, reply_directly=False)


def waiting_for_confirmation(persons: People) -> None:
    with transaction.atomic():
        for name, email, words in persons:
            submission = SubmissionFactory(
                campaign=Campaign.objects.get(), name=name, email=email, words=words,
                state=SubmissionState.AWAITING, signer=signer_of(email), form_nonce=signer_of(email),
            )  # fmt: skip
            rows.write(Purpose.CONFIRM, submission)


def second_office(code: str, address: str) -> None:
    first = Office.objects.get()
    government = Government.objects.create(
        iso2=code, name="Second Land", formal_name="Republic of Second Land", un_status="member",
        region="Europe", subregion="Northern Europe", languages=["en"],
    )  # fmt: skip
    office = OfficeFactory(government=government, kind=first.kind, per_hour=0, key="second")
    office.routes.update(email=address)


# --- looks ---------------------------------------------------------------------------------------


def submissions() -> int:
    return Submission.objects.count()


def letters() -> int:
    return Letter.objects.count()


def states() -> dict[str, str]:
    return {one.submission.email: one.state for one in Letter.objects.select_related("submission")}


def contents() -> list[object]:
    return list(Letter.objects.order_by("number").values_list("number", "content"))


def office() -> dict[str, object]:
    found = Office.objects.order_by("pk")[0]
    return {"paused": found.paused, "reason": found.pause_reason}


def suppressed(email: str) -> bool:
    return Suppression.objects.filter(signer=signer_of(email)).exists()


def server_of(url: str) -> dict[str, object]:
    """Return how the mail server of this address is doing, and the letters meanwhile."""
    parts = urlsplit(url)
    server = MailServer.objects.filter(name__startswith=f"{parts.hostname}:{parts.port}").first()
    mails = Outbound.objects.filter(purpose=Purpose.LETTER)
    return {
        "trouble": server.trouble if server else "",
        "states": list(mails.values_list("state", flat=True)),
        "attempts": sum(mails.values_list("attempts", flat=True)),
    }


def remembered(emails: list[str]) -> list[str]:
    """Return where anything of these people is still kept."""
    found = []
    with connection.cursor() as cursor:
        for model in (Submission, Letter, Outbound):
            for field in model._meta.concrete_fields:
                for email in emails:
                    table, column = model._meta.db_table, field.column
                    cursor.execute(
                        f'SELECT COUNT(*) FROM "{table}" WHERE CAST("{column}" AS TEXT) LIKE %s',
                        [f"%{email}%"],
                    )
                    if cursor.fetchone()[0]:
                        found.append(f"{table}.{column}")
    return sorted(set(found))


def due_mails() -> list[str]:
    rows = Outbound.objects.filter(state=OutboundState.QUEUED)
    return [str(key) for key in rows.values_list("pk", flat=True)]


# --- work ------------------------------------------------------------------------------------------


def render_all() -> None:
    for key in Letter.objects.filter(state=LetterState.APPROVED).values_list("pk", flat=True):
        prepare.prepare(key)


def deliver_each(keys: list[str]) -> int:
    """Answer each of these bells."""
    return sum(engine.deliver(UUID(key)) for key in keys)


def sweep() -> None:
    for _ in range(3):
        sweeper.sweep()


def hold_locks(seconds: float) -> None:
    """Lock what others want to write, and let go without a change."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            list(Outbound.objects.select_for_update().values_list("pk"))
            list(Letter.objects.select_for_update().values_list("pk"))
        time.sleep(seconds)


def erase(email: str) -> int:
    submission = Submission.objects.get(signer=signer_of(email))
    return erasing.erase_signer(submission).submissions


def keep_house() -> None:
    """Do what beat asks for each hour."""
    retention.run()


def release_site() -> None:
    site_delivery.find_what_left()
    site_delivery.resume()


def edit_everything() -> list[str]:
    """Edit whatever an organiser may; return what could not be deleted."""
    Office.objects.update(title="Another title", address_lines="Elsewhere")
    Campaign.objects.update(letterhead="Another head", organisation="Another")
    Government.objects.update(name="Another land")
    refused = []
    for name, model in (("campaign", Campaign), ("office", Office), ("version", LetterText)):
        try:
            with transaction.atomic():
                model.objects.all().delete()
        except ProtectedError:
            refused.append(name)
    return refused


# --- what comes back ---------------------------------------------------------------------------------


def returned_mail(return_path: str, recipient: str) -> list[str]:
    """Bring a bounce, the same again, a forged one, and an out-of-office reply."""
    bounce = _bounce(return_path, recipient)
    local, _, domain = return_path.partition("@")
    other = "a" if local[-8] != "a" else "b"  # not the last: it may hold bits that say nothing
    forged = _bounce(f"{local[:-8]}{other}{local[-7:]}@{domain}", recipient)
    away = EmailMessage()
    away["From"], away["To"], away["Subject"] = recipient, return_path, "Out of office"
    away["Auto-Submitted"], away["Message-ID"] = "auto-replied", "<away@gov.bench.internal>"
    away.set_content("I am back on Monday.")
    told = [bounce, bounce, forged]
    outcomes = [
        receive.take(raw, [to]).value for raw, to in zip(told, _envelopes(told), strict=True)
    ]
    return [*outcomes, receive.take(away.as_bytes(), [return_path]).value]


def _envelopes(mails: list[bytes]) -> list[str]:
    return [line.partition(b": ")[2].decode().strip() for raw in mails for line in raw.splitlines() if line.startswith(b"Delivered-To")]  # fmt: skip


def _bounce(to: str, recipient: str) -> bytes:
    """Return a report as RFC 3464 has it."""
    return "\r\n".join(
        (
            f"Delivered-To: {to}", "From: MAILER-DAEMON@gov.bench.internal", f"To: {to}",
            "Subject: Undelivered Mail Returned to Sender", "MIME-Version: 1.0",
            f"Message-ID: <{abs(hash(to))}@gov.bench.internal>",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="x"', "",
            "--x", "Content-Type: text/plain", "", "It could not be delivered.", "",
            "--x", "Content-Type: message/delivery-status", "",
            "Reporting-MTA: dns; gov.bench.internal", "", f"Final-Recipient: rfc822; {recipient}",
            "Action: failed", "Status: 5.1.1",
            "Diagnostic-Code: smtp; 550 5.1.1 unknown user", "", "--x--", "",
        )
    ).encode()  # fmt: skip
