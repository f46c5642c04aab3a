"""The words of every mail: a row in, subject and texts out.

M1 carries no byte that the visitor typed (DESIGN.md §8.1): it would make us a relay.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from letters.enums import LetterState, Purpose
from letters.models import Decision, Letter, Outbound
from letters.rendering.compose import long_date
from letters.rendering.document import LetterDocument
from letters.rendering.mail import Attachment, Mail
from letters.rendering.mail_answer import answer_mail, given_up_mail
from letters.rendering.mail_digest import digest_mail
from letters.rendering.mail_notice import notice_mail
from letters.rendering.mail_parts import common, letter_of, office_title, share_url
from letters.rendering.text import letter_text
from letters.return_address import answer_address


def render_mail(outbound: Outbound) -> Mail:
    """Return the words of a mail in its own language."""
    with override(outbound.language):
        if outbound.purpose == Purpose.LETTER:
            return _letter(outbound)
        if outbound.purpose in _ELSEWHERE:
            return _ELSEWHERE[Purpose(outbound.purpose)](outbound)
        return _to_supporter(outbound)


def _to_supporter(outbound: Outbound) -> Mail:
    campaign = outbound.its_submission.campaign
    context = {**common(outbound, campaign), **_SPECIFIC[Purpose(outbound.purpose)](outbound)}
    name = f"emails/{outbound.purpose}"
    return Mail(
        subject=render_to_string(f"{name}.subject.txt", context).strip(),
        text=render_to_string(f"{name}.txt", context),
        html=render_to_string(f"{name}.html", context),
        language=outbound.language,
        sender_name=settings.SITE_NAME,
        reply_to=campaign.contact_email,
        reply_name=campaign.organisation,
        attachments=_pdf(outbound) if outbound.purpose == Purpose.COPY else (),
    )


def _confirm(outbound: Outbound) -> dict[str, Any]:
    letters = outbound.its_submission.letters.select_related("government", "office")
    return {"offices": [office_title(letter) for letter in letters]}


def _already(outbound: Outbound) -> dict[str, Any]:
    submission = outbound.its_submission
    written = Letter.objects.counted().written_with(submission)
    return {
        "written": [
            (office_title(letter), long_date(letter.confirmed_on, outbound.language))
            for letter in written.select_related("government", "office")
            if letter.confirmed_on
        ],
        "share_url": share_url(submission.campaign, outbound.language),
    }


def _copy(outbound: Outbound) -> dict[str, Any]:
    letter = letter_of(outbound)
    return {
        "letter": letter,
        "letters": [letter],
        "office": office_title(letter),
        "text": letter_text(document_of(letter)),
        "waiting": letter.state != LetterState.SENT,
        "share_url": share_url(letter.campaign, outbound.language),
    }


def _decided(outbound: Outbound) -> dict[str, Any]:
    letter = letter_of(outbound)
    told = (Decision.Outcome.RETURNED, Decision.Outcome.REJECTED)
    decision = letter.decisions.filter(outcome__in=told).last()
    return {
        "letter": letter,
        "office": office_title(letter),
        "reason": decision.reason if decision else "",
    }


_SPECIFIC = {
    Purpose.CONFIRM: _confirm,
    Purpose.ALREADY: _already,
    Purpose.COPY: _copy,
    Purpose.RETURNED: _decided,
    Purpose.REJECTED: _decided,
}
_ELSEWHERE = {
    Purpose.ANSWER: answer_mail,
    Purpose.GIVEN_UP: given_up_mail,
    Purpose.NOTICE: notice_mail,
    Purpose.DIGEST: digest_mail,
}


def _letter(outbound: Outbound) -> Mail:
    letter, submission = letter_of(outbound), outbound.its_submission
    campaign, document = letter.campaign, document_of(letter_of(outbound))
    context = {
        "campaign": campaign,
        "submission": submission,
        "letter": letter,
        "document": document,
        "text": letter_text(document),
        "confirmed": document.confirmed,
        "subject": "".join(piece.text for piece in document.subject),
        "reply_directly": submission.reply_directly,
        "site_url": settings.SITE_URL,
    }
    direct = submission.reply_directly
    through_us = answer_address(letter.number) or campaign.contact_email
    return Mail(
        subject=render_to_string("emails/letter.subject.txt", context).strip(),
        text=render_to_string("emails/letter.txt", context),
        html="",
        language=document.language,
        sender_name=f"{submission.name} (letter)",
        reply_to=submission.email if direct else through_us,
        reply_name=submission.name if direct else campaign.organisation,
        attachments=_pdf(outbound),
    )


def document_of(letter: Letter) -> LetterDocument:
    """Return the letter as it was confirmed. Raises ValueError once its text is erased."""
    if letter.content is None:
        raise ValueError("The letter's text is erased.")
    return LetterDocument.from_json(letter.content)


def _pdf(outbound: Outbound) -> tuple[Attachment, ...]:
    letter = letter_of(outbound)
    if not letter.pdf:
        return ()
    return (Attachment(letter.pdf, f"letter-{letter.number}.pdf", letter.pdf_sha256),)
