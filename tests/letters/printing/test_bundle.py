"""A bundle from the first letter to the manifest."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.core.files.storage import default_storage

from campaign.models import Office
from letters.enums import HoldReason, LetterState
from letters.models import Bundle
from tests.factories.letters import LetterFactory
from tests.letters.printing.conftest import Write, make, texts

pytestmark = pytest.mark.django_db


def test_a_bundle_has_cover_summary_letters_standard_letter_and_list(write: Write) -> None:
    own = write("Anna Aas", words="My grandfather cleared fields.")
    write("Zoë Zimm")
    write("Berta Berg")

    bundle = make(own)

    pages = texts(bundle)
    assert (bundle.state, bundle.personal, bundle.signed) == (Bundle.State.DONE, 1, 2)
    assert [pages[n].strip() == "" for n in range(10)] == [False, True] * 5
    assert "Letters handed over: 3" in pages[0]
    assert "Summary" in pages[2]
    assert "My grandfather cleared fields." in pages[4]
    assert "Signed by those listed on the following pages: 2" in pages[6]
    assert pages[8].index("Berta Berg") < pages[8].index("Zoë Zimm")


def test_every_page_that_is_printed_is_numbered(write: Write) -> None:
    bundle = make(write(words="Hello."))

    numbers = [re.findall(r"Page (\d+) of (\d+)", page) for page in texts(bundle)]

    assert numbers == [[("1", "6")], [], [("3", "6")], [], [("5", "6")], []]
    assert (bundle.pages, bundle.sheets) == (6, 3)


def test_printed_on_fronts_only_it_has_no_blank_pages(write: Write) -> None:
    bundle = make(write(words="Hello."), duplex=False)

    assert [bool(page.strip()) for page in texts(bundle)] == [True] * 3


def test_only_letters_that_wait_for_paper_are_in_it(write: Write) -> None:
    write("Wait Er", words="Hello.")
    write("No Address", words="Hello.", hold_reason=HoldReason.NO_ADDRESS)
    for state in (LetterState.CONFIRMED, LetterState.IN_REVIEW, LetterState.REJECTED,
                  LetterState.WITHDRAWN, LetterState.SENT):  # fmt: skip
        write(f"Not {state}", words="Hello.", state=state, hold_reason="")
    letter = write("No Pdf", words="Hello.", hold_reason=HoldReason.RENDER_FAILED)

    bundle = make(letter)

    names = bundle.entries.values_list("letter__submission__name", flat=True)
    assert sorted(names) == ["No Address", "Wait Er"]


def test_all_that_are_approved_are_in_it_if_asked(write: Write) -> None:
    for state in (LetterState.AWAITING, LetterState.CONFIRMED, LetterState.IN_REVIEW,
                  LetterState.RETURNED, LetterState.REJECTED, LetterState.WITHDRAWN):  # fmt: skip
        write(f"Not {state}", state=state, hold_reason="")
    letter = write("Sent", state=LetterState.SENT, hold_reason="")
    write("Approved", state=LetterState.APPROVED, hold_reason="")

    bundle = make(letter, which=Bundle.Which.ALL)

    names = bundle.entries.values_list("letter__submission__name", flat=True)
    assert list(names) == ["Approved", "Sent"]


def test_letters_of_another_office_or_campaign_are_not_in_it(write: Write, office: Office) -> None:
    letter = write()
    held = {"state": LetterState.HELD, "hold_reason": HoldReason.HANDOVER}
    LetterFactory(submission__campaign=letter.campaign, **held)
    LetterFactory(office=office, government=office.government, **held)

    assert list(make(letter).entries.values_list("letter", flat=True)) == [letter.pk]


@pytest.mark.parametrize(
    ("language", "order"),
    [
        ("et", ["Anna", "Sille", "Šaron", "Zoja", "Žanna", "Tiit", "Õie", "Ülo"]),
        ("en", ["Anna", "Õie", "Šaron", "Sille", "Tiit", "Ülo", "Žanna", "Zoja"]),
    ],
)
def test_names_are_in_the_order_of_the_offices_language(
    write: Write, office: Office, language: str, order: list[str]
) -> None:
    Office.objects.filter(pk=office.pk).update(language=language)
    letter, *_others = [write(name) for name in sorted(order)]

    bundle = make(letter)

    names = bundle.entries.order_by("place").values_list("letter__submission__name", flat=True)
    assert list(names) == order


def test_the_list_tells_name_town_country_day_and_number_and_no_address(write: Write) -> None:
    letter = write("Mari Tamm", submission__town="Tartu", submission__email="mari@mail.example")

    page = texts(make(letter))[6]

    day = letter.confirmed_on
    assert day is not None
    row = f"Mari Tamm Tartu Estonia {day:%d/%m/%Y} {letter.number}"
    assert " ".join(page.split()).count(row) == 1
    assert "mari@mail" not in page


def test_the_summary_counts_what_is_in_the_bundle(write: Write) -> None:
    for country in ("EE", "EE", "FI"):
        write(submission__country=country)

    page = " ".join(texts(make(write(words="Hello.", submission__country="LV")))[2].split())

    counted = re.findall(r"(Estonia|Finland|Latvia|Letters in all|With own words) ?(\d)", page)
    assert dict(counted) == {
        "With own words": "1", "Letters in all": "4", "Estonia": "2", "Finland": "1", "Latvia": "1",
    }  # fmt: skip


def test_the_manifest_has_the_fingerprint_of_each_part(write: Write) -> None:
    bundle = make(write())

    part = bundle.files.get(part=1)
    with default_storage.open(bundle.files.get(part=0).file) as file:
        manifest = file.read().decode()
    with default_storage.open(part.file) as file:
        fingerprint = hashlib.sha256(file.read()).hexdigest()
    assert manifest == f"{fingerprint}  {part.name}\n"
    assert part.sha256 == fingerprint


def test_a_name_that_no_font_has_is_left_out_and_named(write: Write) -> None:
    write("Mari Tamm")
    odd = write("Odd \U000e0fff Name")

    bundle = make(odd)

    left_out = bundle.entries.exclude(left_out="").get()
    assert (left_out.letter, bundle.signed) == (odd, 1)
    assert left_out.left_out.startswith("No installed font has:")
    assert "Letters handed over: 1" in texts(bundle)[0]


def test_each_text_has_its_own_list(write: Write) -> None:
    first = write("Anna Aas")
    write("Zoë Zimm")
    other = write("Berta Berg")
    text = other.text
    text.pk = None
    text.language = "fr"
    text.save()
    other.text = text
    other.save()

    lists = [page for page in texts(make(first)) if "Signatories:" in page]

    assert [("Zoë Zimm" in page, "Berta Berg" in page) for page in lists] == [
        (True, False), (False, True),
    ]  # fmt: skip
