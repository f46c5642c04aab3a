"""What a form may weigh: little from a stranger, a scan from an organiser."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/"


def upload(client: Client, path: str, size: int) -> int:
    file = SimpleUploadedFile("scan.pdf", b"x" * size)
    return client.post(path, {"username": "x", "file": file}).status_code


def test_stranger_uploads_nothing_to_the_login(client: Client) -> None:
    assert [upload(client, LOGIN, size) for size in (1_000, 70_000)] == [200, 413]


def test_made_up_session_is_a_strangers(client: Client) -> None:
    client.cookies["sessionid"] = "x" * 32
    assert upload(client, LOGIN, 70_000) == 413


def test_who_is_signed_in_uploads_up_to_twelve_megabytes(admin_client: Client) -> None:
    sizes = (70_000, 13 * 2**20)
    assert [upload(admin_client, "/admin/letters/", size) for size in sizes] == [200, 413]


def test_endless_body_is_refused_at_the_desk_too(client: Client) -> None:
    answer = client.generic("POST", LOGIN, b"", CONTENT_LENGTH="")
    assert answer.status_code == 411
