"""What a supporter does at the browser, in the words of the page."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

CAMPAIGN = "/en/keep-the-ban/"
WORDS = "My grandfather cleared fields near Võru. Ta ei rääkinud sellest."
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_count = itertools.count(1)


@dataclass
class Supporter:
    page: Page
    email: str = ""

    def __post_init__(self) -> None:
        self.email = f"mari{next(_count)}@post.example"

    def open(self, path: str = CAMPAIGN) -> Supporter:
        self.page.goto(path)
        return self

    def fill(self, government: str = "EE", words: str = WORDS) -> Supporter:
        page = self.page
        page.get_by_label("Which government should get your letter?").select_option(government)
        page.get_by_label("Full name").fill("Mari Tamm")
        page.get_by_label("E-mail address").fill(self.email)
        page.get_by_label("Country where you live").select_option("EE")
        page.get_by_label("Town or city").fill("Tartu")
        page.get_by_label("Why does this matter to you?").fill(words)
        page.get_by_label("I agree that").check()
        return self

    def sign(self) -> Supporter:
        self.page.get_by_role("button", name="Sign the letter").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(
            "One more step: check your e-mail"
        )
        return self

    def open_mail(self, subject: str, to: str = "") -> Supporter:
        """Wait for a mail as a person does: look, and look again."""
        for _ in range(60):
            self.page.goto("/mailbox/")
            mail = self.page.locator("li, article, tr").filter(has_text=to or self.email)
            found = mail.get_by_role("link", name=re.compile(subject))
            if found.count():
                found.first.click()
                return self
            time.sleep(0.5)
        raise AssertionError(f"No mail {subject!r} to {to or self.email} came.")

    def follow_link(self, part: str = "/confirm/") -> Supporter:
        self.page.locator(f"main a[href*='{part}']").first.click()
        return self

    def send(self, heading: str = "Your letter is on its way") -> Supporter:
        self.page.get_by_role("button", name="Send my letter").first.click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile(heading))
        return self

    def send_to_wait(self) -> Supporter:
        """Send a letter to an office without an address: it is not said to be on its way."""
        return self.send(r"Your letter [2-9A-Z]{4}-[2-9A-Z]{3}")

    def send_reading_it(self) -> str:
        text = self.letter()
        self.send()
        return text

    def number(self) -> str:
        """Return the letter number that S4 shows."""
        text = self.page.locator("main").inner_text()
        match = re.search(r"\b[2-9A-Z]{4}-[2-9A-Z]{3}\b", text)
        assert match is not None, "the page shows no letter number"
        return match[0]

    def letter(self) -> str:
        """Return the text of the letter on the page, its foot left out, white space folded."""
        article = self.page.locator("article.sheet").first
        text = article.evaluate(
            "a => { const c = a.cloneNode(true); c.querySelector('footer').remove();"
            " return c.textContent }"
        )
        return " ".join(str(text).split())

    def axe(self) -> list[str]:
        """Return axe's violations on this page: rule and first element."""
        found = Axe().run(self.page, options=AXE).response["violations"]
        return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return int(
            self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )
