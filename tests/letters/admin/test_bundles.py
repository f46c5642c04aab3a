"""Bundles in the admin: asked for, watched, fetched, handed over; each with its right."""

from __future__ import annotations

import re
from contextlib import closing
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from letters.actions import bundles
from letters.actions.take_back import take_back
from letters.enums import HoldReason, LetterState
from letters.models import Bundle, Letter
from letters.printing import work
from tests.factories.letters import LetterFactory
from tests.letters.admin.desk import client_of, text_of, user_with

pytestmark = pytest.mark.django_db
ADD = reverse("admin:letters_bundle_add")
LIST = reverse("admin:letters_bundle_changelist")
RIGHTS = ("view_bundle", "view_letter")


@pytest.fixture
def letter() -> Letter:
    return LetterFactory(state=LetterState.HELD, hold_reason=HoldReason.HANDOVER)


@pytest.fixture
def bundle(letter: Letter) -> Bundle:
    assert letter.office is not None
    return bundles.ask(letter.campaign, letter.office, ring=False)


@pytest.fixture
def made(bundle: Bundle) -> Bundle:
    work.work(bundle.pk)
    bundle.refresh_from_db()
    return bundle


def page_of(bundle: Bundle) -> str:
    return reverse("admin:letters_bundle_change", args=[bundle.pk])


def file_of(bundle: Bundle, part: int = 1) -> str:
    return reverse("admin:letters_bundle_file", args=[bundle.pk, part])


def answers(letter: Letter, **changes: Any) -> dict[str, Any]:
    return {
        "campaign": letter.campaign_id, "office": letter.office_id, "which": "waiting",
        "duplex": "on", **changes,
    }  # fmt: skip


def test_a_bundle_is_asked_for_with_one_form(desk: Client, letter: Letter) -> None:
    response = desk.post(ADD, answers(letter))

    bundle = Bundle.objects.get()
    assert (response.status_code, response["Location"]) == (302, page_of(bundle))
    assert (bundle.office, bundle.state, bundle.duplex) == (letter.office, "asked", True)
    assert bundle.asked_by is not None


def test_the_form_says_when_no_letter_waits(desk: Client, letter: Letter) -> None:
    letter.state, letter.hold_reason = LetterState.SENT, ""
    letter.save()

    page = text_of(desk.post(ADD, answers(letter)))

    assert f"No letter of {letter.campaign} to {letter.office} waits for paper." in page
    assert Bundle.objects.count() == 0


def test_its_page_shows_how_far_it_is_and_looks_again(desk: Client, bundle: Bundle) -> None:
    Bundle.objects.update(state="working", step="setting", step_count=400, done_count=150)

    page = desk.get(page_of(bundle)).content.decode()

    assert "150 of 400" in page
    assert '<meta http-equiv="refresh" content="3">' in page


def test_a_finished_one_does_not_look_again_and_offers_its_files(
    desk: Client, made: Bundle
) -> None:
    page = desk.get(page_of(made)).content.decode()

    assert 'http-equiv="refresh"' not in page
    assert [file_of(made, part) in page for part in (0, 1)] == [True, True]


def test_a_part_is_downloaded_and_the_log_says_so(desk: Client, made: Bundle) -> None:
    response = desk.get(file_of(made))

    history = text_of(desk.get(reverse("admin:letters_bundle_history", args=[made.pk])))
    assert b"".join(response.streaming_content)[:5] == b"%PDF-"  # type: ignore[attr-defined]
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"].startswith("no-store, private")
    assert f"Downloaded {made.files.get(part=1).name}." in history


@pytest.mark.parametrize("rights", [(), ("view_bundle",), ("view_letter",), ("review_letters",)])
def test_without_the_right_to_see_letters_nothing_is_seen(
    made: Bundle, rights: tuple[str, ...]
) -> None:
    client = client_of(user_with(*rights))

    pages = [LIST, ADD, page_of(made), file_of(made), file_of(made, 0)]

    assert [client.get(page).status_code for page in pages] == [403] * 5


def test_a_stranger_gets_no_file(made: Bundle) -> None:
    assert Client().get(file_of(made)).status_code == 302


def test_to_look_is_no_right_to_ask_hand_over_or_clear(made: Bundle, letter: Letter) -> None:
    client = client_of(user_with(*RIGHTS))

    codes = [
        client.post(ADD, answers(letter)).status_code,
        client.post(reverse("admin:letters_bundle_hand_over", args=[made.pk]), {"reason": "x"}).status_code,
        client.post(reverse("admin:letters_bundle_clear", args=[made.pk])).status_code,
    ]  # fmt: skip

    assert (codes, Bundle.objects.get().state) == ([403] * 3, Bundle.State.DONE)
    with closing(client.get(file_of(made))) as file:  # ends the request, and its connection
        assert file.status_code == 200


def test_its_letters_are_marked_as_sent_with_evidence(
    desk: Client, made: Bundle, letter: Letter
) -> None:
    desk.post(reverse("admin:letters_bundle_hand_over", args=[made.pk]), {"reason": "Receipt 7."})

    letter.refresh_from_db()
    made.refresh_from_db()
    assert (letter.state, made.evidence) == (LetterState.SENT, "Receipt 7.")


def test_without_evidence_nothing_is_marked(desk: Client, made: Bundle, letter: Letter) -> None:
    desk.post(reverse("admin:letters_bundle_hand_over", args=[made.pk]), {"reason": " "})

    letter.refresh_from_db()
    assert letter.state == LetterState.HELD


def test_a_stale_one_says_which_letters_are_gone(
    desk: Client, made: Bundle, letter: Letter
) -> None:
    take_back(letter)

    page = text_of(desk.get(page_of(made)))

    assert "Stale: 1 letter in it was taken back since." in page
    assert letter.number in page


def test_cleared_it_has_no_files_any_more(desk: Client, made: Bundle) -> None:
    address = file_of(made)

    desk.post(reverse("admin:letters_bundle_clear", args=[made.pk]))

    assert (made.files.count(), desk.get(address).status_code) == (0, 404)
    assert "Its files are deleted." in text_of(desk.get(page_of(made)))


def test_two_bundles_of_the_same_letters_name_each_other(desk: Client, made: Bundle) -> None:
    other = bundles.ask(made.campaign, made.office, ring=False)
    work.work(other.pk)

    assert f"in bundle {other.number}, too" in text_of(desk.get(page_of(made)))


@pytest.mark.parametrize("model", ["office", "campaign"])
def test_the_pages_of_office_and_campaign_lead_to_it(
    desk: Client, letter: Letter, model: str
) -> None:
    key = getattr(letter, f"{model}_id")

    page = desk.get(reverse(f"admin:campaign_{model}_change", args=[key])).content.decode()

    assert f"{ADD}?{model}={key}" in page


def test_a_letter_names_its_bundles_and_a_bundle_leads_to_its_letters(
    desk: Client, made: Bundle, letter: Letter
) -> None:
    LetterFactory(state=LetterState.HELD, hold_reason=HoldReason.HANDOVER)

    page = text_of(desk.get(reverse("admin:letters_letter_change", args=[letter.pk])))
    address = f"{reverse('admin:letters_letter_changelist')}?bundle={made.pk}"
    found = desk.get(address).context["cl"].result_list

    assert f'<a href="{page_of(made)}">{made.number}</a>' in page
    assert f'<a href="{address}">1</a>' in text_of(desk.get(page_of(made)))
    assert [one.pk for one in found] == [letter.pk]


def test_a_finished_bundle_offers_a_new_one_with_the_same_answers(
    desk: Client, made: Bundle
) -> None:
    page = unescape(text_of(desk.get(page_of(made))))

    found = re.search(rf'<a href="({ADD}[^"]+)">Make a new one</a>', page)
    assert found is not None
    initial = desk.get(found[1]).context["adminform"].form.initial
    assert initial == {
        "campaign": str(made.campaign_id), "office": str(made.office_id), "which": "waiting",
        "duplex": "True",
    }  # fmt: skip


def test_an_unfinished_bundle_offers_no_new_one(desk: Client, bundle: Bundle) -> None:
    assert f"{ADD}?" not in text_of(desk.get(page_of(bundle)))


def test_a_bundle_that_cannot_be_finds_no_letters(desk: Client, letter: Letter) -> None:
    address = reverse("admin:letters_letter_changelist")

    found = [desk.get(f"{address}?bundle={key}").context["cl"].result_count for key in ("999", "x")]
    assert found == [0, 0]
