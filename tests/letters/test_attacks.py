"""Requests that worked once for somebody they were not meant for."""

from __future__ import annotations

import pytest
from django.test import Client

from letters.actions import confirm as confirming
from letters.actions.asking import change_address
from letters.enums import SubmissionState
from letters.identifiers import own_token
from letters.models import AccessToken, Letter, Submission
from letters.moves import NotAllowed
from tests.factories.campaign import GovernmentFactory
from tests.journey import key_of, mails, make_world, sign, sign_and_confirm, work

pytestmark = pytest.mark.django_db


def test_form_moved_to_a_stranger_takes_its_links_from_its_sender(client: Client) -> None:
    world = make_world()
    sign(client, world)
    submission = Submission.objects.get()
    old = own_token("confirm", submission.id, submission.signer)
    client.post(f"{world.path}check-email/", {"action": "change", "email": "victim@mail.example"})
    assert client.post(f"/en/confirm/{old}/").status_code == 404
    assert Submission.objects.get().state == SubmissionState.AWAITING


def test_form_that_moved_in_this_moment_is_not_confirmed(client: Client) -> None:
    sign(client, make_world())
    opened, moved = Submission.objects.get(), Submission.objects.get()
    change_address(moved, "victim@mail.example")
    with pytest.raises(NotAllowed):
        confirming.confirm(opened, reply_directly=False)


def test_confirmed_form_moves_to_nobody(client: Client) -> None:
    sign_and_confirm(client, make_world())
    submission = Submission.objects.get()
    submission.state = SubmissionState.AWAITING  # read before it was confirmed
    change_address(submission, "victim@mail.example")
    assert Submission.objects.get().email == "mari@post.example"


@pytest.mark.parametrize(
    "name",
    [
        '"Alar Karis" <pm@office.ee>, Mari Tamm, a long second name that folds and folds',
        "Mari <pm@office.ee>, Tamm Tamm Tamm Tamm Tamm Tamm Tamm Tamm Tamm Tamm Tamm",
        "=?utf-8?q?x=0d=0aBcc:_v=40e.co?=",
        "=?utf-8?q?=0aFrom:_pm=40gov.ee=0aX:_?=",
        "=?utf-8?q?x=0a=0aOwn_body_text?=",
        "=?utf-8?q?=ff=fe?=",
    ],
)
def test_no_name_is_read_as_a_header_or_an_address(client: Client, name: str) -> None:
    world = make_world()
    response = sign(client, world, name=name)
    if response.status_code == 422:
        return
    work()
    client.post(_confirm_path())
    work()
    [mail] = mails(world.office.routes.get().email)
    assert [one.addr_spec for one in mail["From"].addresses] == ["letters@sincerely.example"]
    assert (mail.get_all("Bcc"), len(mail.get_all("From") or [])) == (None, 1)


def _confirm_path() -> str:
    submission = Submission.objects.get()
    return f"/en/confirm/{own_token('confirm', submission.id, submission.signer)}/"


@pytest.mark.parametrize("known", [True, False])
def test_check_email_is_the_same_for_a_known_address(client: Client, known: bool) -> None:
    world = make_world()
    if known:
        sign_and_confirm(Client(), world)
    sign(client, world)
    before = client.cookies["pending"].value
    client.post(f"{world.path}check-email/", {"action": "change", "email": "probe@mail.example"})
    page = client.get(f"{world.path}check-email/").content.decode()
    assert "probe@mail.example" in page
    assert before.split("|")[0] == client.cookies["pending"].value.split("|")[0]


def test_repeated_form_that_moves_on_asks_its_new_mailbox(client: Client) -> None:
    world = make_world()
    sign_and_confirm(Client(), world)
    sign(client, world)
    client.post(f"{world.path}check-email/", {"action": "change", "email": "other@mail.example"})
    work()
    assert [str(mail["Subject"])[:7] for mail in mails("other@mail.example")] == ["Confirm"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("x" * 70_000, {}, 413),
        ("a=b", {"content_type": "multipart/form-data; boundary=x; charset=hex"}, 400),
    ],
)
def test_large_and_odd_bodies_are_refused(
    client: Client, body: str, headers: dict[str, str], status: int
) -> None:
    kind = {"content_type": "application/x-www-form-urlencoded", **headers}["content_type"]
    path = make_world().path
    assert client.generic("POST", path, body, content_type=kind).status_code == status


@pytest.mark.parametrize(
    "path", ["/en/%00/", "/en/x%00/letter/", "/api/v1/campaigns/%00/counts.json"]
)
def test_address_that_names_nothing_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", ["\u200d", "\u3164", "\u2800", "\uffa0\uffa0", "…"])
def test_name_needs_a_letter_that_can_be_seen(client: Client, name: str) -> None:
    assert sign(client, make_world(), name=name).status_code == 422


@pytest.mark.parametrize(
    "words", ["see evil.de/x", "mail me@evil.de", "example\u3002com", "go to bit.ly"]
)
def test_words_hold_no_address_in_disguise(client: Client, words: str) -> None:
    assert sign(client, make_world(), words=words).status_code == 422


def test_two_domains_that_only_look_alike_are_two_signers(client: Client) -> None:
    world = make_world()
    sign(client, world, email="mari@straße.example")
    sign(Client(), world, email="mari@strasse.example")
    assert Submission.objects.values("signer").distinct().count() == 2


def test_used_key_pressed_twice_with_another_address_is_one_form(client: Client) -> None:

    world, other = make_world(), GovernmentFactory()
    key = key_of(client, world)
    sign_and_confirm(client, world, form_key=key)
    for _ in range(2):
        sign(Client(), world, form_key=key, government=other.iso2, email="b@mail.example")
    assert Letter.objects.filter(government=other).count() == 1
    assert AccessToken.objects.count() > 0
