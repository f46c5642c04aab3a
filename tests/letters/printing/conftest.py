"""Letters on paper: an office that waits for them, and hands that make them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from pypdf import PdfReader

from campaign.models import Office
from letters.actions import bundles
from letters.enums import HoldReason, LetterState
from letters.models import Bundle, Letter
from letters.printing import work
from tests.factories.campaign import CampaignFactory, GovernmentFactory, OfficeFactory
from tests.factories.letters import LetterFactory

Write = Callable[..., Letter]


@pytest.fixture
def office() -> Office:
    return OfficeFactory(government=GovernmentFactory())


@pytest.fixture
def write(office: Office) -> Write:
    """Write a letter that waits for paper; keywords are those of its submission."""
    campaign = CampaignFactory()

    def letter(name: str = "Mari Tamm", words: str = "", **values: Any) -> Letter:
        return LetterFactory(
            submission__campaign=campaign, submission__name=name, submission__words=words,
            government=office.government, office=office,
            **{"state": LetterState.HELD, "hold_reason": HoldReason.HANDOVER, **values},
        )  # fmt: skip

    return letter


def ask(letter: Letter, **options: Any) -> Bundle:
    assert letter.office is not None
    return bundles.ask(letter.campaign, letter.office, ring=False, **options)


def make(letter: Letter, **options: Any) -> Bundle:
    """Make the bundle that a letter is in."""
    bundle = ask(letter, **options)
    while work.work(bundle.pk):
        pass
    bundle.refresh_from_db()
    return bundle


def texts(bundle: Bundle, part: int = 1) -> list[str]:
    """Return the text of each page of a part."""
    with default_storage.open(bundle.files.get(part=part).file) as file:
        return [page.extract_text() for page in PdfReader(BytesIO(file.read())).pages]
