from __future__ import annotations

import pytest

from letters.enums import LetterState, SubmissionState
from letters.rendering.document import LetterDocument
from tests.factories.campaign import CampaignFactory
from tests.factories.letters import (
    LetterFactory,
    LetterTextFactory,
    OutboundFactory,
    SubmissionFactory,
)

pytestmark = pytest.mark.django_db


def test_letter_text_factory_makes_a_published_text_that_holds_every_rule() -> None:
    text = LetterTextFactory()

    text.full_clean()
    assert text.version.published_at is not None


def test_letter_factory_makes_a_confirmed_letter_with_its_frozen_text() -> None:
    letter = LetterFactory(submission__words="I grew up there.")

    assert (letter.state, letter.submission.state) == ("confirmed", "confirmed")
    assert letter.office is not None
    assert letter.office.government == letter.government
    assert letter.content is not None
    assert LetterDocument.from_json(letter.content).to_json() == letter.content


def test_letter_factory_lets_the_whole_form_await_its_confirmation() -> None:
    letter = LetterFactory(state=LetterState.AWAITING)

    assert letter.submission.state == SubmissionState.AWAITING
    assert (letter.content, letter.confirmed_at, letter.confirmed_on) == (None, None, None)


def test_letters_of_one_campaign_share_its_published_text() -> None:
    campaign = CampaignFactory()
    first, second = LetterFactory.create_batch(2, submission__campaign=campaign)

    assert first.text == second.text
    assert first.signer != second.signer


def test_submission_factory_takes_the_campaign_s_own_consent() -> None:
    submission = SubmissionFactory(state=SubmissionState.AWAITING)

    assert submission.consent.campaign == submission.campaign
    assert submission.confirmed_at is None


def test_outbound_factory_makes_a_mail_of_its_letter() -> None:
    outbound = OutboundFactory()

    assert outbound.letter is not None
    assert outbound.submission == outbound.letter.submission
