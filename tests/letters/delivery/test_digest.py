"""One mail a day with all letters: when it is made, what it says, what is attached."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pypdf import PdfReader
from pytest_django import Settings

from campaign.models import Campaign, Delivery, Office
from letters.actions.take_back import take_back
from letters.delivery import bundles, digest, pace, prepare
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Digest, Letter, Outbound
from letters.moves import NotAllowed
from letters.rendering.mail_digest import digest_mail
from tests.factories.campaign import CampaignFactory, OfficeFactory
from tests.factories.letters import LetterFactory

pytestmark = pytest.mark.django_db

WEDNESDAY = datetime(2026, 11, 25, 8, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def wednesday(time_machine: Any) -> None:
    time_machine.move_to(WEDNESDAY, tick=False)


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory(delivery=Delivery.DIGEST, office_hours=False)


@pytest.fixture
def office() -> Office:
    return OfficeFactory()


def letter(campaign: Campaign, office: Office, **fields: Any) -> Letter:
    """A letter that was approved, set as PDF, and waits for its digest."""
    fields = {"submission__words": "", "submission__name": "Mari Tamm", **fields}
    made = LetterFactory(
        submission__campaign=campaign, office=office, government=office.government,
        state=LetterState.APPROVED, **fields,
    )  # fmt: skip
    prepare.prepare(made.id)
    return Letter.objects.get(pk=made.pk)


def gathered() -> list[Outbound]:
    keys = digest.gather()
    for key in bundles.to_build():
        bundles.build(key)
    return list(Outbound.objects.filter(pk__in=keys).order_by("digest__part"))


def bookmarks(made: Digest) -> list[str]:
    """Return the letters in a bundle, each with its first page."""
    with default_storage.open(made.pdf) as file:
        reader = PdfReader(io.BytesIO(file.read()))
    titles = [str(item["/Title"]) for item in reader.outline]  # type: ignore[call-overload]
    assert len(titles) == len(reader.pages)
    return titles


def test_letter_waits_without_a_mail_of_its_own(campaign: Campaign, office: Office) -> None:
    assert letter(campaign, office).state == LetterState.QUEUED
    assert Outbound.objects.count() == 0


def test_own_way_of_the_office_goes_first(campaign: Campaign) -> None:
    office = OfficeFactory(delivery=Delivery.SINGLE)
    letter(campaign, office)
    assert Outbound.objects.get().purpose == Purpose.LETTER


def test_digest_holds_all_letters_and_their_pdfs(campaign: Campaign, office: Office) -> None:
    own = letter(campaign, office, submission__words="I live here.", submission__name="Kai Saar")
    standard = letter(campaign, office)
    [mail] = gathered()
    made = mail.digest
    assert (made.count, made.part, made.parts) == (2, 1, 1)
    assert made.subject == "2 letters: Please stay in the Convention, 25 November 2026"
    assert bookmarks(made) == [own.number, standard.number]
    assert mail.next_attempt_at == WEDNESDAY


def test_text_has_own_words_in_full_and_the_others_as_a_list(
    campaign: Campaign, office: Office
) -> None:
    own = letter(campaign, office, submission__words="One <b>bold</b> & true.\nTwo.")
    standard = letter(campaign, office, submission__name="Jaan Kask")
    [mail] = gathered()
    text = digest_mail(mail).text
    assert (
        f"Mari Tamm, Tartu (Estonia): {own.number}\n\n> One <b>bold</b> & true.\n\n> Two." in text
    )
    assert f"- Jaan Kask, Tartu (Estonia): {standard.number}\n" in text
    assert "2 people wrote" in text


def test_mail_carries_the_bundle_and_answers_reach_the_campaign(
    campaign: Campaign, office: Office
) -> None:
    letter(campaign, office)
    [mail] = gathered()
    found = digest_mail(mail)
    assert found.reply_to == campaign.contact_email
    [attached] = found.attachments
    assert (attached.path, attached.sha256) == (mail.digest.pdf, mail.digest.pdf_sha256)


def test_digest_counts_the_letters_so_far(campaign: Campaign, office: Office) -> None:
    LetterFactory.create_batch(
        3, submission__campaign=campaign, office=office, state=LetterState.SENT
    )
    letter(campaign, office)
    [mail] = gathered()
    assert "So far 4 letters." in " ".join(mail.digest.text.split())


def test_office_gets_one_digest_a_day(
    campaign: Campaign, office: Office, time_machine: Any
) -> None:
    letter(campaign, office)
    assert len(gathered()) == 1
    later = letter(campaign, office)
    assert gathered() == []
    time_machine.move_to(WEDNESDAY + DAY, tick=False)
    [tomorrow] = gathered()
    assert tomorrow.digest.letters.get() == later


@pytest.mark.parametrize(
    ("zone", "hours", "now", "made"),
    [
        ("UTC", False, "2026-11-25T06:59", 0),
        ("UTC", False, "2026-11-25T07:00", 1),
        ("Asia/Tokyo", False, "2026-11-25T21:59", 0),  # 06:59 on Thursday
        ("Asia/Tokyo", False, "2026-11-25T22:00", 1),
        ("UTC", False, "2026-11-28T08:00", 0),  # Saturday
        ("UTC", True, "2026-11-25T08:59", 0),
        ("UTC", True, "2026-11-25T09:00", 1),
        ("UTC", True, "2026-11-25T17:00", 0),
    ],
)
def test_digest_is_made_at_its_hour(
    office: Office, time_machine: Any, zone: str, hours: bool, now: str, made: int
) -> None:
    campaign = CampaignFactory(delivery=Delivery.DIGEST, office_hours=hours)
    Office.objects.update(time_zone=zone)
    letter(campaign, office, send_after=WEDNESDAY - DAY)
    time_machine.move_to(datetime.fromisoformat(now).replace(tzinfo=UTC), tick=False)
    assert len(digest.gather()) == made


def test_second_campaign_that_waits_for_the_office_to_open_still_gets_its_digest(
    campaign: Campaign, office: Office, time_machine: Any
) -> None:
    other = CampaignFactory(delivery=Delivery.DIGEST, office_hours=True)
    letter(campaign, office)
    letter(other, office)
    assert [mail.campaign for mail in gathered()] == [campaign]
    time_machine.move_to(WEDNESDAY.replace(hour=10), tick=False)
    assert [mail.campaign for mail in gathered()] == [other]


def test_letter_that_can_still_be_taken_back_waits_for_the_next(
    campaign: Campaign, office: Office
) -> None:
    letter(campaign, office, send_after=WEDNESDAY + timedelta(minutes=10))
    assert digest.gather() == []


@pytest.mark.parametrize("model", [Office, Campaign])
def test_paused_gets_no_digest(campaign: Campaign, office: Office, model: Any) -> None:
    letter(campaign, office)
    Office.objects.update(paused=model is Office)
    Campaign.objects.update(delivery_paused=model is Campaign)
    assert digest.gather() == []


def test_large_digest_is_split(campaign: Campaign, office: Office, settings: Settings) -> None:
    sizes = [letter(campaign, office).pdf_bytes for _ in range(3)]
    settings.DIGEST_BYTES = sizes[0] + sizes[1] + 1000
    first, second = gathered()
    assert [first.digest.count, second.digest.count] == [2, 1]
    assert first.digest.subject.endswith(", part 1 of 2")
    assert first.digest.subject.startswith("3 letters: ")
    assert len(bookmarks(second.digest)) == 1


def test_same_letters_give_the_same_pdf_and_message_id(campaign: Campaign, office: Office) -> None:
    letter(campaign, office, submission__words="I live here.")
    letter(campaign, office)
    [mail] = gathered()
    first = mail.digest.pdf_sha256
    Digest.objects.update(pdf="", pdf_sha256="")
    bundles.build(mail.pk)
    assert Digest.objects.get().pdf_sha256 == first
    assert mail.message_id.startswith("<d.")


def test_fonts_that_letters_share_are_kept_once(campaign: Campaign, office: Office) -> None:
    sizes = [letter(campaign, office).pdf_bytes for _ in range(10)]
    gathered()
    assert Digest.objects.get().pdf_bytes < sum(sizes)


def test_digest_leaves_only_with_its_pdf(campaign: Campaign, office: Office) -> None:
    letter(campaign, office)
    [key] = digest.gather()
    mail = Outbound.objects.get(pk=key)
    assert pace.wait(mail, WEDNESDAY) == WEDNESDAY + pace.UNBUILT
    assert bundles.to_build() == [key]
    assert bundles.to_build() == []
    assert prepare.prepare(key) == [key]
    assert pace.wait(Outbound.objects.get(pk=key), WEDNESDAY) is None


def test_letter_taken_back_leaves_the_digest_which_is_made_anew(
    campaign: Campaign, office: Office
) -> None:
    gone, stays = letter(campaign, office), letter(campaign, office)
    [before] = gathered()
    take_back(Letter.objects.get(pk=gone.pk))
    before.refresh_from_db()
    undone = Digest.objects.get()
    assert (before.state, undone.text, undone.pdf) == (OutboundState.CANCELLED, "", "")
    [after] = gathered()
    assert after.digest.letters.get() == stays
    assert Letter.objects.get(pk=gone.pk).state == LetterState.WITHDRAWN
    assert gathered() == []


def in_queue(campaign: Campaign, office: Office) -> Letter:
    """A letter that waits for its digest, without a PDF."""
    return LetterFactory(
        submission__campaign=campaign, office=office, government=office.government,
        state=LetterState.QUEUED,
    )  # fmt: skip


def test_letter_taken_back_while_it_is_gathered_is_in_no_digest(
    campaign: Campaign, office: Office, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    time_machine.move_to(WEDNESDAY.replace(hour=10), tick=False)
    gone, _stays = in_queue(campaign, office), in_queue(campaign, office)

    def meanwhile(*about: Any) -> tuple[str, str]:
        Letter.objects.filter(pk=gone.pk).update(state=LetterState.WITHDRAWN)
        return "2 letters", "from two people"

    with monkeypatch.context() as patch:
        patch.setattr(digest, "digest_words", meanwhile)
        assert digest.gather() == []
    assert Digest.objects.count() == 0
    assert len(digest.gather()) == 1  # the next sweep asks again


def test_digest_on_its_way_is_too_late_to_take_a_letter_back(
    campaign: Campaign, office: Office
) -> None:
    made = letter(campaign, office)
    gathered()
    Outbound.objects.update(
        state=OutboundState.SENDING, claim_token="t", lease_until=WEDNESDAY + DAY
    )
    Letter.objects.update(state=LetterState.SENDING)
    with pytest.raises(NotAllowed):
        take_back(Letter.objects.get(pk=made.pk))
    assert Digest.objects.get().count == 1


def test_broken_pdf_holds_its_letter_and_not_the_others(campaign: Campaign, office: Office) -> None:
    broken, good = letter(campaign, office), letter(campaign, office)
    default_storage.delete(broken.pdf)
    default_storage.save(broken.pdf, ContentFile(b"%PDF-1.7 nothing"))
    gathered()
    broken.refresh_from_db()
    assert (broken.state, broken.hold_reason) == (LetterState.HELD, HoldReason.RENDER_FAILED)
    [again] = gathered()
    assert again.digest.letters.get() == good
    assert bookmarks(again.digest) == [good.number]


def test_letter_held_with_its_digest_goes_on_in_another(campaign: Campaign, office: Office) -> None:
    made = letter(campaign, office)
    [mail] = gathered()
    Outbound.objects.update(state=OutboundState.HELD)
    Letter.objects.update(state=LetterState.APPROVED, hold_reason="")
    prepare.prepare(made.id)
    mail.refresh_from_db()
    assert mail.state == OutboundState.CANCELLED
    [again] = gathered()
    assert again.digest.letters.get() == made


def test_subject_of_a_digest_speaks_the_language_that_this_site_has(campaign: Campaign) -> None:
    office = OfficeFactory(language="et")
    letter(campaign, office)
    [mail] = gathered()
    assert mail.language == "en"
    assert mail.digest.day == date(2026, 11, 25)


def test_own_words_cannot_pass_for_other_writers(campaign: Campaign, office: Office) -> None:
    invented = (
        "True.\n------\nThese people sent the letter as it is\n- Jaan Rebane, Narva: P3R8-XZ2"
    )
    letter(campaign, office, submission__words=invented)
    [mail] = gathered()
    lines = digest_mail(mail).text.splitlines()
    assert [line for line in lines if "Rebane" in line or line == "------"] == [
        "> - Jaan Rebane, Narva: P3R8-XZ2"
    ]
