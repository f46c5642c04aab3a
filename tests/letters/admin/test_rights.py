"""Who sees what in the admin of letters, and who may decide."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from letters.enums import LetterState, OutboundState
from letters.models import Letter, Move, Outbound
from tests.factories.letters import LetterFactory, OutboundFactory
from tests.letters.admin.desk import (
    EXPORT,
    LETTERS,
    LISTS,
    OUTBOUNDS,
    REVIEW,
    SUBMISSIONS,
    SUPPRESSIONS,
    client_of,
    page_of,
    text_of,
    to_review,
    user_with,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", [*LISTS, EXPORT])
def test_a_staff_member_without_rights_sees_nothing(address: str) -> None:
    response = client_of(user_with()).get(address)

    assert response.status_code == 403


@pytest.mark.parametrize("address", [*LISTS, EXPORT])
def test_a_stranger_is_asked_to_log_in(address: str) -> None:
    response = Client().get(address)

    assert (response.status_code, response["Location"]) == (302, f"/admin/login/?next={address}")


def test_a_reviewer_sees_words_and_names_and_no_address(reviewer: User) -> None:
    letter = to_review(submission__name="Kersti Kask", submission__email="kersti@mail.example")
    outbound = OutboundFactory(letter=letter, recipient="kersti@mail.example")
    Move.objects.create(
        submission=letter.submission,
        letter=letter,
        outbound=outbound,
        to_state=OutboundState.FAILED,
        actor="worker",
        reason="550 <kersti@mail.example> unknown",
    )
    client = client_of(reviewer)

    shown = [
        text_of(client.get(address)) for address in (REVIEW, page_of(letter, "letterinreview"))
    ]

    for page in shown:
        assert "Kersti Kask" in page
        assert "I live near the border." in page
        assert "mail.example" not in page


@pytest.mark.parametrize("address", [LETTERS, SUBMISSIONS, OUTBOUNDS, SUPPRESSIONS, EXPORT])
def test_a_reviewer_sees_the_queue_only(reviewer: User, address: str) -> None:
    assert client_of(reviewer).get(address).status_code == 403


def test_a_reviewer_cannot_open_one_of_the_others(reviewer: User) -> None:
    letter = to_review(pdf="a.pdf")
    client = client_of(reviewer)
    addresses = [
        page_of(letter),
        reverse("admin:letters_letter_pdf", args=[letter.pk]),
        reverse("admin:letters_submission_change", args=[letter.submission_id]),
        reverse("admin:letters_letter_history", args=[letter.pk]),
    ]

    assert [client.get(address).status_code for address in addresses] == [403] * 4


def test_a_reviewer_cannot_open_a_letter_that_left_the_queue(reviewer: User) -> None:
    letter = LetterFactory(state=LetterState.SENT)

    response = client_of(reviewer).get(page_of(letter, "letterinreview"))

    assert (response.status_code, response["Location"]) == (302, "/admin/")


def test_an_analyst_may_export_and_see_nothing_else() -> None:
    client = client_of(user_with("export_counts"))

    found = {address: client.get(address).status_code for address in [*LISTS, EXPORT]}

    assert found == {**dict.fromkeys(LISTS, 403), EXPORT: 200}


@pytest.mark.parametrize("model", ["letter", "letterinreview", "submission", "outbound"])
@pytest.mark.parametrize("kind", ["add", "change", "delete"])
def test_nobody_adds_changes_or_deletes_what_happened(desk: Client, model: str, kind: str) -> None:
    row: Any = OutboundFactory(letter=to_review())
    row = {"outbound": row, "submission": row.submission}.get(model, row.letter)
    address = reverse(f"admin:letters_{model}_{kind}", args=[] if kind == "add" else [row.pk])

    response = desk.post(address, {"number": "AAAA-AA", "state": "sent", "post": "yes"})

    assert response.status_code == 403
    assert (Letter.objects.count(), Outbound.objects.count()) == (1, 1)


@pytest.mark.parametrize("action", ["withdraw", "release"])
def test_looking_at_letters_is_no_right_to_decide(action: str) -> None:
    letter = LetterFactory(state=LetterState.APPROVED)
    client = client_of(user_with("view_letter"))

    client.post(LETTERS, {"action": action, "_selected_action": letter.pk, "sure": "yes",
                          "reason": "x"})  # fmt: skip

    letter.refresh_from_db()
    assert letter.state == LetterState.APPROVED


def test_looking_at_mails_is_no_right_to_send_them() -> None:
    outbound = OutboundFactory(state=OutboundState.FAILED)

    client_of(user_with("view_outbound")).post(
        OUTBOUNDS, {"action": "queue_again", "_selected_action": outbound.pk}
    )

    outbound.refresh_from_db()
    assert outbound.state == OutboundState.FAILED
