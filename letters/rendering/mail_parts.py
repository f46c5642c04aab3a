"""What the mails to supporters share: their links, names and addresses of pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from campaign.models import Campaign, CampaignText
from letters.enums import LINKS
from letters.identifiers import token_for
from letters.models import Letter, Outbound
from letters.rendering.compose import Addressee


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


def share_url(campaign: Campaign, language: str, source: str = "mail") -> str:
    """Return the page's public address with the source of the visit, and nothing personal."""
    return f"{settings.SITE_URL}/{language}/{campaign.slug}/?{urlencode({'s': source})}"


def letter_of(outbound: Outbound) -> Letter:
    """Return the letter a mail is about. Raises ValueError for one without."""
    if outbound.letter is None:
        raise ValueError(f"A {outbound.purpose} mail needs its letter.")
    return outbound.letter


def common(outbound: Outbound, campaign: Campaign) -> dict[str, Any]:
    """Return what the templates of every mail to a supporter use."""
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
