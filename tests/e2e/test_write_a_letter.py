"""The whole way S1 → S5 in a browser: with and without script, at a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.e2e.conftest import fetch
from tests.e2e.people import CAMPAIGN, WORDS, Supporter

pytestmark = pytest.mark.browser
Make = Callable[..., Supporter]


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_letter_to_estonia_arrives(supporter: Make, site: str, size: str, script: bool) -> None:
    mari = supporter(size=size, script=script).open().fill().sign()
    expect(mari.page.get_by_text(mari.email)).to_be_visible()
    mari.open_mail("Confirm your letter").follow_link()
    confirmed = mari.send_reading_it() if script else _no_script_read(mari)
    mari.open_mail(f"letter .*{re.escape(mari.number())}", to="prime-minister@ee.example")
    href = mari.page.locator("main a", has_text=".pdf").first.get_attribute("href")
    pdf = PdfReader(BytesIO(fetch(f"{site}{href}")))
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert WORDS in text
    assert "Dear Prime Minister," in text
    assert confirmed


def _no_script_read(mari: Supporter) -> str:
    text = mari.page.locator("article.sheet").first.text_content() or ""
    mari.send()
    return text


def test_preview_confirmation_and_mail_are_one_text(supporter: Make) -> None:
    mari = supporter().open().fill()
    expect(mari.page.locator("article.sheet")).to_contain_text("Dear Prime Minister,")
    preview = mari.letter()
    mari.sign().open_mail("Confirm your letter").follow_link()
    assert mari.letter() == preview


def test_preview_without_script_is_the_same(supporter: Make) -> None:
    with_script = supporter().open().fill()
    expect(with_script.page.locator("article.sheet")).to_contain_text("Dear Prime Minister,")
    without = supporter(script=False).open().fill()
    without.page.get_by_role("button", name="Update the preview").click()
    text = " ".join((without.page.locator("article.sheet").text_content() or "").split())
    assert with_script.letter() in text


def test_typing_redraws_the_letter(supporter: Make) -> None:
    mari = supporter().open()
    mari.page.get_by_label("Full name").fill("Nguyễn Thị Minh Khai")
    expect(mari.page.locator(".signature")).to_contain_text("Nguyễn Thị Minh Khai")


def test_back_shows_the_form_and_its_letter(supporter: Make) -> None:
    mari = supporter().open().fill().sign()
    mari.page.go_back()
    expect(mari.page.get_by_label("Full name")).to_have_value("Mari Tamm")
    expect(mari.page.locator(".signature")).to_contain_text("Mari Tamm")


def test_double_press_sends_one_mail(supporter: Make) -> None:
    mari = supporter().open().fill()
    mari.page.get_by_role("button", name="Sign the letter").dblclick()
    expect(mari.page).to_have_url(re.compile("check-email"))
    mari.open_mail("Confirm your letter")
    mari.page.goto("/mailbox/")
    assert mari.page.locator("main").get_by_text(mari.email).count() == 1


def test_typo_is_corrected_by_one_press(supporter: Make) -> None:
    page = supporter().open().page
    field = page.get_by_label("E-mail address")
    field.fill("mari@gmial.com")
    field.blur()
    page.get_by_role("button", name="Did you mean mari@gmail.com?").click()
    expect(field).to_have_value("mari@gmail.com")


@pytest.mark.parametrize("address", ["mari@firm.ee", "mari@mail.eu"])
def test_unusual_domains_are_left_alone(supporter: Make, address: str) -> None:
    page = supporter().open().page
    field = page.get_by_label("E-mail address")
    field.fill(address)
    field.blur()
    expect(page.get_by_role("button", name="Did you mean")).to_have_count(0)


def test_empty_form_says_what_to_do_and_moves_there(supporter: Make) -> None:
    page = supporter().open().page
    page.get_by_role("button", name="Sign the letter").click()
    assert page.title().startswith("Error: ")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    for link in summary.get_by_role("link").all():
        target = link.get_attribute("href") or ""
        assert page.locator(target).count() == 1


def test_letter_is_taken_back(supporter: Make) -> None:
    mari = supporter().open().fill(government="BR").sign()
    mari.open_mail("Confirm your letter").follow_link()
    mari.send_to_wait()
    mari.page.get_by_role("button", name="Take my letter back").click()
    expect(mari.page.get_by_text("You took it back. It was not sent.")).to_be_visible()


def test_details_are_erased_by_two_presses(supporter: Make) -> None:
    mari = supporter().open().fill(government="BR").sign()
    mari.open_mail("Confirm your letter").follow_link()
    mari.send_to_wait()
    mari.page.get_by_role("button", name="Erase my details").click()
    mari.page.get_by_role("button", name="Yes, erase my details").click()
    expect(mari.page.get_by_role("heading", level=1)).to_contain_text("erased")


def test_whole_way_by_keyboard(supporter: Make) -> None:
    mari = supporter().open()
    mari.page.get_by_label("Full name").focus()
    mari.fill()
    mari.page.get_by_label("I agree that").focus()
    mari.page.keyboard.press("Tab")
    while mari.page.evaluate("document.activeElement.textContent.trim()") != "Sign the letter":
        mari.page.keyboard.press("Tab")
    mari.page.keyboard.press("Enter")
    expect(mari.page).to_have_url(re.compile("check-email"))


def test_draft_pdf_opens_and_is_not_kept(supporter: Make, site: str) -> None:
    mari = supporter().open().fill()
    form = mari.page.locator("form[data-write]")
    data = form.evaluate("f => Object.fromEntries(new FormData(f))")
    answer = mari.page.request.post(f"{CAMPAIGN}preview.pdf", form=data)
    text = " ".join(PdfReader(BytesIO(answer.body())).pages[0].extract_text().split())
    assert (answer.status, WORDS in text, "DRAFT" in text) == (200, True, True)
