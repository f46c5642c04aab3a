"""What browsers and search engines ask of every site, at its root."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from urllib.robotparser import RobotFileParser

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image


def fetched(path: str) -> tuple[str, bytes]:
    response = Client().get(path)
    assert response.status_code == 200
    return response["Content-Type"], b"".join(response)


def test_icon_is_there_for_whoever_asks_at_the_old_place() -> None:
    kind, content = fetched("/favicon.ico")

    with Image.open(BytesIO(content)) as icon:
        assert icon.info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    assert kind in {"image/x-icon", "image/vnd.microsoft.icon"}


def test_robots_are_kept_out_of_what_is_one_person_s() -> None:
    kind, content = fetched("/robots.txt")
    rules = [line for line in content.decode().splitlines() if line.startswith("Disallow: ")]

    assert kind.partition(";")[0] == "text/plain"
    assert {"/*/confirm/", "/*/letter/", "/admin/", "/desk/"} <= {
        line.removeprefix("Disallow: ") for line in rules
    }


@pytest.mark.parametrize(("path", "may"), [("/admin/", False), ("/en/keep-the-ban/", True)])
def test_campaigns_may_be_found(path: str, may: bool) -> None:
    parser = RobotFileParser()
    parser.parse((Path(settings.WHITENOISE_ROOT) / "robots.txt").read_text().splitlines())

    assert parser.can_fetch("anybody", path) is may
