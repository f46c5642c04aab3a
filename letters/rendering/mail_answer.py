"""Two mails to a writer about a letter that left: what the office answered, and that we gave up.

The office's words are data: plain text, quoted, never read as markup. Its attachments go along
where they are documents or pictures; those for which a mail has no room wait on "my letter".
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from letters.models import Answer, AnswerFile, Outbound
from letters.rendering.compose import long_date
from letters.rendering.mail import Attachment, Mail
from letters.rendering.mail_parts import common, letter_of, office_title
from letters.rendering.passed_on import KINDS

PASSED_ON_BYTES = 10 * 2**20


def answer_mail(outbound: Outbound) -> Mail:
    """Return the mail that brings an office's answer. Raises ValueError once it is erased."""
    key: int = (outbound.content or {}).get("answer", 0)
    taken = Answer.objects.filter(standing=Answer.Standing.TAKEN)
    answer = taken.filter(pk=key, letter=outbound.letter_id).first()
    if answer is None or not (answer.text or answer.files.exists()):
        raise ValueError("The answer is erased.")
    campaign, files = outbound.its_submission.campaign, list(answer.files.all())
    shown = [file for file in files if file.media_type in KINDS]
    along = _passed_on(shown)
    context = {
        "answer": answer,
        "day": long_date(campaign.today(answer.received_at), outbound.language),
        "quoted": "\n".join(f"> {line}".rstrip() for line in answer.text.splitlines()),
        "more": len(shown) - len(along),
        "withheld": len(files) - len(shown),
    }
    return _mail(outbound, context, tuple(_attachment(file) for file in along))


def given_up_mail(outbound: Outbound) -> Mail:
    """Return the mail that says that a letter could not be delivered."""
    return _mail(outbound, {}, ())


def _passed_on(files: list[AnswerFile]) -> list[AnswerFile]:
    along, size = [], 0
    for file in files:
        if size + file.size <= PASSED_ON_BYTES:
            along.append(file)
            size += file.size
    return along


def _attachment(file: AnswerFile) -> Attachment:
    return Attachment(file.file, file.name, file.sha256, file.media_type)


def _mail(
    outbound: Outbound, specific: dict[str, Any], attachments: tuple[Attachment, ...]
) -> Mail:
    campaign, letter = outbound.its_submission.campaign, letter_of(outbound)
    context = {
        **common(outbound, campaign),
        "letter": letter,
        "office": office_title(letter),
        **specific,
    }
    name = f"emails/{outbound.purpose}"
    return Mail(
        subject=render_to_string(f"{name}.subject.txt", context).strip(),
        text=render_to_string(f"{name}.txt", context),
        html=render_to_string(f"{name}.html", context),
        language=outbound.language,
        sender_name=settings.SITE_NAME,
        reply_to=campaign.contact_email,
        reply_name=campaign.organisation,
        attachments=attachments,
    )
