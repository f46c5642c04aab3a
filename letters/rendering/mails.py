"""The words of every mail: a row in, subject and texts out.

M1 carries no byte that the visitor typed (DESIGN.md §8.1): it would make us a relay.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from campaign.models import Campaign, CampaignText
from letters.enums import LINKS, LetterState, Purpose
from letters.identifiers import token_for
from letters.models import Decision, Letter, Outbound
from letters.rendering.compose import Addressee, long_date
from letters.rendering.document import LetterDocument
from letters.rendering.mail import Attachment, Mail
from letters.rendering.text import letter_text


def render_mail(outbound: Outbound) -> Mail:
    """Return the words of a mail in its own language."""
    with override(outbound.language):
        if outbound.purpose == Purpose.LETTER:
            return _letter(outbound)
        return _to_supporter(outbound)


def link(outbound: Outbound) -> str:
    """Return the address of this mail's own link, the same each time."""
    purpose = LINKS[outbound.purpose]
    page = "confirm" if purpose == "confirm" else "letter"
    return f"{settings.SITE_URL}/{outbound.language}/{page}/{token_for(purpose, outbound.id)}/"


def page_text(campaign: Campaign, language: str) -> CampaignText | None:
    """Return the campaign's words in `language`, else in its own."""
    texts = {text.language: text for text in campaign.texts.all()}
    return texts.get(language) or texts.get(campaign.default_language)


def office_title(letter: Letter) -> str:
    return Addressee(letter.government, letter.office).title


def _to_supporter(outbound: Outbound) -> Mail:
    campaign = outbound.its_submission.campaign
    context = {**_common(outbound, campaign), **_SPECIFIC[Purpose(outbound.purpose)](outbound)}
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


def _common(outbound: Outbound, campaign: Campaign) -> dict[str, Any]:
    address = link(outbound)
    return {
        "campaign": campaign,
        "page": page_text(campaign, outbound.language),
        "site_name": settings.SITE_NAME,
        "language": outbound.language,
        "link": address,
        "stop_link": f"{address}stop/",
        "expires": campaign.today(outbound.its_submission.expires_at),
    }


def _confirm(outbound: Outbound) -> dict[str, Any]:
    letters = outbound.its_submission.letters.select_related("government", "office")
    return {"offices": [office_title(letter) for letter in letters]}


def _already(outbound: Outbound) -> dict[str, Any]:
    submission = outbound.its_submission
    written = Letter.objects.counted().filter(
        campaign=submission.campaign, signer=submission.signer
    )
    return {
        "written": [
            (office_title(letter), long_date(letter.confirmed_on, outbound.language))
            for letter in written.select_related("government", "office")
            if letter.confirmed_on
        ],
        "share_url": share_url(submission.campaign, outbound.language),
    }


def _copy(outbound: Outbound) -> dict[str, Any]:
    letter = _letter_of(outbound)
    return {
        "letter": letter,
        "letters": [letter],
        "office": office_title(letter),
        "text": letter_text(document_of(letter)),
        "waiting": letter.state != LetterState.SENT,
        "share_url": share_url(letter.campaign, outbound.language),
    }


def _decided(outbound: Outbound) -> dict[str, Any]:
    letter = _letter_of(outbound)
    decision = letter.decisions.exclude(outcome=Decision.Outcome.APPROVED).last()
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


def _letter(outbound: Outbound) -> Mail:
    letter, submission = _letter_of(outbound), outbound.its_submission
    campaign, document = letter.campaign, document_of(_letter_of(outbound))
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
    return Mail(
        subject=render_to_string("emails/letter.subject.txt", context).strip(),
        text=render_to_string("emails/letter.txt", context),
        html="",
        language=document.language,
        sender_name=f"{submission.name} (letter)",
        reply_to=submission.email if direct else campaign.contact_email,
        reply_name=submission.name if direct else campaign.organisation,
        attachments=_pdf(outbound),
    )


def document_of(letter: Letter) -> LetterDocument:
    """Return the letter as it was confirmed. Raises ValueError once its text is erased."""
    if letter.content is None:
        raise ValueError("The letter's text is erased.")
    return LetterDocument.from_json(letter.content)


def _pdf(outbound: Outbound) -> tuple[Attachment, ...]:
    letter = _letter_of(outbound)
    if not letter.pdf:
        return ()
    return (Attachment(letter.pdf, f"letter-{letter.number}.pdf", letter.pdf_sha256),)


def _letter_of(outbound: Outbound) -> Letter:
    if outbound.letter is None:
        raise ValueError(f"A {outbound.purpose} mail needs its letter.")
    return outbound.letter


def share_url(campaign: Campaign, language: str, source: str = "mail") -> str:
    """Return the page's public address with the source of the visit, and nothing personal."""
    return f"{settings.SITE_URL}/{language}/{campaign.slug}/?{urlencode({'s': source})}"
