"""Every page and state: axe, width, weight, and no request to anybody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Response, expect

from tests.e2e.people import CAMPAIGN, Supporter

pytestmark = pytest.mark.browser
Make = Callable[..., Supporter]

PLAIN = [
    "/",
    CAMPAIGN,
    f"{CAMPAIGN}?government=EE",
    f"{CAMPAIGN}?government=BR",
    f"{CAMPAIGN}check-email/",
    "/en/confirm/unknown-link/",
    "/en/letter/unknown-link/",
    "/en/nothing/here/",
    "/help/",
    "/privacy/",
    "/accessibility/",
    "/mailbox/",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PLAIN)
def test_page_has_no_axe_violation(supporter: Make, path: str, scheme: str) -> None:
    assert supporter(scheme=scheme).open(path).axe() == []


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_of_the_way_has_no_axe_violation(
    supporter: Make, size: str, scheme: str
) -> None:
    mari = supporter(size=size, scheme=scheme).open()
    mari.page.get_by_role("button", name="Sign the letter").click()
    found = {"S1e": mari.axe()}
    found["S1 filled"] = mari.open().fill().axe()
    found["S2"] = mari.sign().axe()
    found["mail"] = mari.open_mail("Confirm your letter").axe()
    found["S3"] = mari.follow_link().axe()
    found["S4"] = mari.send().axe()
    mari.page.get_by_role("button", name="Erase my details").click()
    found["erase"] = mari.axe()
    assert found == {name: [] for name in found}


@pytest.mark.parametrize("path", PLAIN)
def test_page_is_no_wider_than_320_pixels(supporter: Make, path: str) -> None:
    assert supporter(size="narrow").open(path).overflow() == 0


def test_campaign_page_is_light_and_asks_nobody_else(supporter: Make, site: str) -> None:
    mari = supporter()
    answers: list[Response] = []
    mari.page.on("response", lambda answer: answers.append(answer))
    mari.open()
    expect(mari.page.get_by_role("heading", level=1)).to_be_visible()
    weight = sum(answer.request.sizes()["responseBodySize"] for answer in answers)
    assert [answer.url for answer in answers if not answer.url.startswith(site)] == []
    assert (len(answers) <= 4, weight <= 30_000) == (True, True), (len(answers), weight)


def test_no_page_breaks_the_content_policy(supporter: Make) -> None:
    mari = supporter()
    said: list[str] = []
    mari.page.on("console", lambda message: said.append(message.text))
    for path in [*PLAIN, "/admin/login/"]:
        mari.open(path)
    assert [text for text in said if "Content Security Policy" in text] == []
