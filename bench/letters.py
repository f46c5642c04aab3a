"""A letter as PDF, and a mail handed over, each against the plain way to do it."""

from __future__ import annotations

import itertools
import smtplib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.figures import Figure, in_turn

WORDS = "My grandfather cleared fields near the border for eleven years. "


def pdf(seconds: float) -> list[Figure]:
    """One worker setting letter after letter, against HTML(string=…).write_pdf() for each."""
    import weasyprint

    from letters.rendering.html import pdf_html
    from letters.rendering.pdf import letter_pdf

    documents, plain = _documents(), _documents()
    css = Path("static/css/pdf.css").read_text(encoding="utf-8")

    def naive() -> object:
        html = pdf_html(next(plain)).replace("</head>", f"<style>{css}</style></head>")
        return weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1")

    letter_pdf(next(documents))
    ratio, ours, theirs = in_turn(lambda: letter_pdf(next(documents)), naive, seconds)
    measured, reference = f"{ours:.1f} letters/s", f"naive write_pdf, {theirs:.1f}/s"
    return [Figure("letter as PDF, one process", ratio, 10.0, measured, reference)]


def _documents() -> Iterator[Any]:
    """Yield letters to Estonia that differ in name and own words."""
    from campaign.models import Campaign, Government
    from letters import queries
    from letters.rendering.compose import Answers

    campaign = Campaign.objects.get(slug="keep-the-ban")
    government = Government.objects.get(iso2="EE")
    for index in itertools.count():
        answers = Answers(name=f"Mari Tamm {index}", town="Tartu", words=WORDS * (index % 8))
        yield queries.draft(campaign, government, answers, country="EE").document


def mail(count: int) -> list[Figure]:
    """The whole engine (claim, message, hand-over, notes) against smtplib with ready bytes."""
    from letters.delivery import engine
    from letters.delivery.mail import SmtpTransport
    from letters.delivery.message import build
    from tests.smtp_sink import running

    with running() as sink:
        transport = SmtpTransport(f"smtp://127.0.0.1:{sink.port}")
        setattr(engine, "transport", lambda: transport)  # noqa: B010  (the gateway, replaced)
        rows = _due_mails(count)
        rows[0].recipient = "office@ee.example"
        envelope, message = build(rows[0])
        start = time.perf_counter()
        for row in rows:
            engine.deliver(row.id)
        ours = count / (time.perf_counter() - start)
        theirs = _ready_bytes(sink.port, envelope.recipient, message, count)
        transport.close()
    reference = f"smtplib, ready bytes, one connection, {theirs:.0f}/s"
    name = "mail out, whole engine on SQLite"
    return [Figure(name, ours / theirs, 0.7, f"{ours:.0f} mails/s", reference)]


def _ready_bytes(port: int, recipient: str, message: bytes, count: int) -> float:
    with smtplib.SMTP("127.0.0.1", port) as server:
        start = time.perf_counter()
        for _ in range(count):
            server.sendmail("letters@sincerely.example", [recipient], message)
        return count / (time.perf_counter() - start)


def _due_mails(count: int) -> list[Any]:
    """Return that many letters' mails, due now, all with one PDF that is really there."""
    from letters.delivery import prepare
    from letters.enums import LetterState, Purpose
    from letters.models import Letter, Outbound
    from tests.factories.letters import LetterFactory

    letters = [LetterFactory(state=LetterState.APPROVED, send_after=None)]
    prepare.prepare(letters[0].id)
    made = Letter.objects.get(pk=letters[0].pk)
    for _ in range(count - 1):
        letters.append(
            LetterFactory(
                campaign=made.campaign, government=made.government, office=made.office,
                submission__campaign=made.campaign, state=LetterState.QUEUED,
                pdf=made.pdf, pdf_sha256=made.pdf_sha256, pdf_bytes=made.pdf_bytes,
            )
        )  # fmt: skip
    from letters.delivery import rows

    for letter in letters[1:]:
        rows.write(Purpose.LETTER, letter.submission, letter=letter)
    return list(Outbound.objects.filter(purpose=Purpose.LETTER).select_related("letter"))
