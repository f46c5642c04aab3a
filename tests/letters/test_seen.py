"""What is sent is what its writer saw: whoever has the form cannot change it meanwhile."""

from __future__ import annotations

import pytest
from django.test import Client

from letters.enums import LetterState
from letters.models import Letter
from tests.journey import (
    SEEN,
    World,
    key_of,
    link_in,
    mails,
    make_world,
    sign,
    work,
)

pytestmark = pytest.mark.django_db


def seen_by(reader: Client, link: str) -> str:
    found = SEEN.search(reader.get(link).content.decode())
    assert found
    return found[1]


def signed(stranger: Client, world: World, **changes: str) -> str:
    """Sign with somebody's address; return the form's key, which only the signer has."""
    key = key_of(stranger, world)
    sign(stranger, world, form_key=key, words="My grandfather cleared mine fields.", **changes)
    work()
    return key


def state_and_words() -> tuple[str, str]:
    letter = Letter.objects.select_related("submission").get()
    return letter.state, letter.submission.words


@pytest.mark.parametrize("change", [{"words": "You coward."}, {"name": "Jüri Kask", "words": ""}])
def test_letter_changed_while_it_was_read_is_shown_again_and_not_sent(
    client: Client, change: dict[str, str]
) -> None:
    world = make_world()
    key = signed(client, world)
    link = link_in(mails("mari@post.example")[0])
    seen = seen_by(reader := Client(), link)
    sign(client, world, form_key=key, **change)
    answer = reader.post(link, {"seen": seen})
    assert (answer.status_code, state_and_words()) == (
        409,
        (LetterState.AWAITING, change["words"]),
    )
    assert "changed while you were reading" in answer.content.decode()


def test_changed_letter_is_sent_once_it_was_read(client: Client) -> None:
    world = make_world()
    key = signed(client, world)
    link = link_in(mails("mari@post.example")[0])
    sign(client, world, form_key=key, words="Please stay.")
    client.post(link, {"seen": seen_by(client, link)})
    assert state_and_words() == (LetterState.APPROVED, "Please stay.")


def test_corrected_letter_is_not_sent_unseen(client: Client) -> None:
    world = make_world()
    key = signed(client, world)
    sign(client, world, form_key=key, words="You coward.")
    answer = client.post(link_in(mails("mari@post.example")[0]), {})
    assert (answer.status_code, state_and_words()[0]) == (409, LetterState.AWAITING)


def test_other_text_than_the_one_read_is_not_sent(client: Client) -> None:
    world = make_world()
    signed(client, world)
    link = link_in(mails("mari@post.example")[0])
    seen = seen_by(client, link)
    world.office.forms.update(salutation="Dear Madam,")
    assert client.post(link, {"seen": seen}).status_code == 409


def test_page_pressed_twice_leads_to_the_letter(client: Client) -> None:
    world = make_world()
    signed(client, world)
    link = link_in(mails("mari@post.example")[0])
    seen = seen_by(client, link)
    answers = [client.post(link, {"seen": seen}).status_code for _ in range(2)]
    assert (answers, state_and_words()[0]) == ([302, 302], LetterState.APPROVED)


def test_same_form_pressed_twice_is_no_change(client: Client) -> None:
    world = make_world()
    key = signed(client, world)
    signed_again = sign(client, world, form_key=key, words="My grandfather cleared mine fields.")
    answer = client.post(link_in(mails("mari@post.example")[0]), {})
    assert (signed_again.status_code, answer.status_code) == (302, 302)
    assert state_and_words()[0] == LetterState.APPROVED
