"""Rows of the letters app: published texts, confirmed submissions and letters.

`LetterFactory()` is a confirmed letter to an office that can be reached, with its frozen text.
Give `state=LetterState.AWAITING` to have it (and its submission) wait for the confirmation.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory

from campaign.models import ConsentWording
from letters.enums import LetterState, OutboundState, Purpose, SubmissionState
from letters.identifiers import signer_of, uuid7
from letters.models import (
    Letter,
    LetterTemplate,
    LetterText,
    LetterVersion,
    Outbound,
    Submission,
)
from letters.rendering.compose import Addressee, Answers, Frame, compose
from tests.factories.base import Factory
from tests.factories.campaign import (
    CampaignFactory,
    ConsentWordingFactory,
    GovernmentFactory,
    OfficeFactory,
)


class LetterTemplateFactory(Factory[LetterTemplate]):
    class Meta:
        model = LetterTemplate

    campaign = SubFactory(CampaignFactory)
    name = Sequence(lambda n: f"To group {n}")


class LetterVersionFactory(Factory[LetterVersion]):
    """A published version; `published_at=None` makes it a draft."""

    class Meta:
        model = LetterVersion

    template = SubFactory(LetterTemplateFactory)
    number = LazyAttribute(lambda version: version.template.versions.count() + 1)
    published_at = LazyFunction(timezone.now)


class LetterTextFactory(Factory[LetterText]):
    """A published text; `version__template__campaign=…` puts it into a campaign."""

    class Meta:
        model = LetterText

    version = SubFactory(LetterVersionFactory)
    language = "en"
    subject = "Please stay in the Convention"
    salutation = "Your Excellency,"
    body = "I write to you about a promise.\n\n- **It works.** Fewer people are hurt.\n- It lasts."
    ask = "I ask you to keep it."
    closing = "Yours sincerely,"


class SubmissionFactory(Factory[Submission]):
    """A confirmed submission; `state=SubmissionState.AWAITING` has it wait for that."""

    class Meta:
        model = Submission

    campaign = SubFactory(CampaignFactory)
    state = SubmissionState.CONFIRMED
    page_language = "en"
    name = "Mari Tamm"
    email = Sequence(lambda n: f"supporter-{n}@mail.example")
    signer = LazyAttribute(lambda submission: signer_of(submission.email))
    country = "EE"
    town = "Tartu"
    consent = LazyAttribute(lambda submission: _consent_of(submission))
    consent_sha256 = LazyAttribute(
        lambda submission: hashlib.sha256(submission.consent.text.encode()).hexdigest()
    )
    consented_at = SelfAttribute("created_at")
    form_nonce = Sequence(lambda n: f"nonce-{n}")
    created_at = LazyFunction(timezone.now)
    expires_at = LazyAttribute(lambda submission: submission.created_at + timedelta(days=7))
    confirmed_at = LazyAttribute(
        lambda submission: (
            submission.created_at if submission.state == SubmissionState.CONFIRMED else None
        )
    )


class LetterFactory(Factory[Letter]):
    """One letter of a submission to one office of a government."""

    class Meta:
        model = Letter

    submission = SubFactory(
        SubmissionFactory,
        state=LazyAttribute(
            lambda submission: (
                SubmissionState.AWAITING
                if submission.factory_parent.state == LetterState.AWAITING
                else SubmissionState.CONFIRMED
            )
        ),
    )
    campaign = SelfAttribute("submission.campaign")
    government = SubFactory(GovernmentFactory)
    office = SubFactory(OfficeFactory, government=SelfAttribute("..government"))
    text = LazyAttribute(lambda letter: _text_of(letter))
    language = SelfAttribute("text.language")
    country = SelfAttribute("submission.country")
    signer = SelfAttribute("submission.signer")
    with_words = LazyAttribute(lambda letter: bool(letter.submission.words))
    state = LetterState.CONFIRMED
    content = LazyAttribute(lambda letter: _content_of(letter))
    confirmed_at = LazyAttribute(lambda letter: letter.submission.confirmed_at)
    confirmed_on = LazyAttribute(
        lambda letter: letter.campaign.today(letter.confirmed_at) if letter.confirmed_at else None
    )
    send_after = SelfAttribute("confirmed_at")


class OutboundFactory(Factory[Outbound]):
    """A mail that is due: by default a letter on its way to its office."""

    class Meta:
        model = Outbound

    id = LazyFunction(uuid7)
    purpose = Purpose.LETTER
    letter = SubFactory(LetterFactory)
    submission = SelfAttribute("letter.submission")
    language = SelfAttribute("letter.language")
    state = OutboundState.QUEUED
    next_attempt_at = LazyFunction(timezone.now)
    message_id = LazyAttribute(lambda outbound: f"<{outbound.id}@sincerely.example>")
    created_at = LazyFunction(timezone.now)


def _consent_of(submission: Any) -> ConsentWording:
    wording = submission.campaign.consent_wordings.first()
    return wording or ConsentWordingFactory(campaign=submission.campaign)


def _text_of(letter: Any) -> LetterText:
    texts = LetterText.objects.filter(version__template__campaign=letter.campaign)
    published = texts.filter(version__published_at__isnull=False).first()
    return published or LetterTextFactory(version__template__campaign=letter.campaign)


def _content_of(letter: Any) -> dict[str, Any] | None:
    if letter.confirmed_at is None:
        return None
    form = letter.office.forms.first() if letter.office else None
    written = letter.submission
    answers = Answers(written.name, town=written.town, country="Estonia", words=written.words)
    frame = Frame(
        campaign=letter.campaign,
        day=letter.confirmed_on,
        since=None,
        campaign_address=f"{settings.SITE_URL}/en/{letter.campaign.slug}/",
        confirmed=letter.confirmed_on,
    )
    addressee = Addressee(letter.government, letter.office, form)
    return compose(letter.text, addressee, answers, frame).to_json()
