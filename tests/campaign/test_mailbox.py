"""The demonstration's mailbox: its own files only, and nowhere but in a demonstration."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from campaign import mailbox

MESSAGE = b"From: a@site.example\r\nTo: b@site.example\r\nSubject: Hello\r\n\r\nText\r\n"
NAMES = ["../secret", "..\\secret", "%2e%2e%2fsecret", "inner/secret", ".", "", "a\x00", "a\nb"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A mailbox with one message, and messages outside it that a path could reach."""
    inner: Path = django_settings.MAILBOX_DIR
    (inner / "inner").mkdir(parents=True)
    for path in (inner / "one", inner / "inner" / "secret", tmp_path / "secret"):
        path.with_suffix(".eml").write_bytes(MESSAGE)
    return inner


@pytest.mark.parametrize("name", NAMES)
def test_name_that_leads_elsewhere_is_no_message(folder: Path, name: str) -> None:
    assert mailbox.message(name) is None


@pytest.mark.parametrize(
    "name", ["..%2Fsecret", "%2e%2e%2Fsecret", "..%5Csecret", "inner%2Fsecret"]
)
@pytest.mark.parametrize("end", ["", "0/"])
def test_address_that_leads_elsewhere_is_not_found(
    client: Client, folder: Path, name: str, end: str
) -> None:
    response = client.get(f"/mailbox/{name}/{end}")
    assert response.status_code == 404
    assert b"Text" not in response.content


def test_message_of_the_mailbox_is_shown_and_kept_by_nobody(client: Client, folder: Path) -> None:
    response = client.get("/mailbox/one/")
    assert (response.status_code, response.context["subject"]) == (200, "Hello")
    assert response["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("path", ["/mailbox/", "/mailbox/one/", "/mailbox/one/0/"])
def test_production_has_no_mailbox(
    client: Client, settings: Settings, folder: Path, path: str
) -> None:
    settings.PRODUCTION = True
    assert client.get(path).status_code == 404
