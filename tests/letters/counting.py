"""Letters to count, and counts as plain numbers to compare."""

from __future__ import annotations

from typing import Any

from campaign.models import Campaign
from letters.enums import HoldReason, LetterState
from letters.models import Letter
from tests.factories.letters import LetterFactory


def numbers(rows: list[Any]) -> dict[tuple[str, ...], tuple[int, int, int]]:
    return {
        tuple(key.code for key in row.keys): (row.letters, row.signatories, row.with_words)
        for row in rows
    }


def a_letter(campaign: Campaign, state: str = LetterState.SENT, **values: Any) -> Letter:
    hold = HoldReason.NO_ADDRESS if state == LetterState.HELD else ""
    return LetterFactory(submission__campaign=campaign, state=state, hold_reason=hold, **values)
