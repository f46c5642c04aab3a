"""A new draft campaign around a letter: what can be read from it, and what is still to be said."""

from __future__ import annotations

import re
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from campaign.models import Campaign, CampaignText, ConsentWording
from campaign.readiness import CONSENT, sample_contact, sample_organisation
from letters import blocks
from letters.letter_file import LetterFile

LONGEST_TITLE = 70
LEAD_WORDS = 40
LONGEST_SUMMARY = 600
KEPT_DAYS = 365


@transaction.atomic
def create_campaign(*, slug: str, letter: LetterFile, language: str, title: str) -> Campaign:
    """Create a draft campaign with its page and consent. Raises ValidationError.

    `title` is taken where the letter has no subject.
    """
    Campaign._meta.get_field("slug").run_validators(slug)
    campaign = Campaign(
        slug=slug,
        organisation=sample_organisation(language),
        contact_email=sample_contact(slug),
        default_language=language,
        keep_until=timezone.now().date() + timedelta(days=KEPT_DAYS),
    )
    campaign.full_clean()
    campaign.save()
    _add_page(campaign, letter, letter.subject or title)
    return campaign


def _add_page(campaign: Campaign, letter: LetterFile, title: str) -> None:
    body, ask = _sentences(letter.body), _sentences(letter.ask)
    page = CampaignText(
        campaign=campaign,
        language=campaign.default_language,
        title=_cut(_without_blanks(title), LONGEST_TITLE),
        lead=_cut(" ".join(_as_many(body or ask, LEAD_WORDS)), 400) or title[:LONGEST_TITLE],
        summary=_cut(" ".join(ask or body), LONGEST_SUMMARY) or title[:LONGEST_TITLE],
    )
    page.full_clean()
    page.save()
    with override(campaign.default_language):
        wording = _(CONSENT)
    ConsentWording.objects.create(
        campaign=campaign, language=campaign.default_language, version=1, text=wording
    )


def _sentences(markdown: str) -> list[str]:
    """Return the plain sentences of the paragraphs; those with blanks are about one letter."""
    found = []
    for block in blocks.parse(markdown):
        if isinstance(block, blocks.Paragraph):
            text = "".join(run.text for run in block.runs)
            found += [one for one in re.split(r"(?<=[.!?])\s+", text) if "{" not in one]
    return found


def _as_many(sentences: list[str], words: int) -> list[str]:
    """Return the first sentences of at most `words` words, and at least a cut one."""
    taken: list[str] = []
    for sentence in sentences:
        left = words - sum(len(one.split()) for one in taken)
        if len(sentence.split()) > left:
            break
        taken.append(sentence)
    if taken or not sentences:
        return taken
    return [" ".join(sentences[0].split()[:words]).rstrip(",;:–— ") + " …"]


def _without_blanks(title: str) -> str:
    return " ".join(re.sub(r"\{\w+\}", "…", title).split())


def _cut(text: str, longest: int) -> str:
    """Return `text`, cut at a word and with an ellipsis if it is too long."""
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(",;:–— ") + "…"
