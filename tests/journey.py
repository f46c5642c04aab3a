"""A supporter, a worker and a mailbox for tests: the steps people take, in their words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from django.http import HttpResponse
from django.test import Client

from campaign import mailbox
from campaign.models import Campaign, Government, Office
from letters.management.commands.deliver import one_round
from tests.factories.campaign import CampaignFactory, GovernmentFactory, OfficeFactory
from tests.factories.letters import LetterTextFactory

SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')
KEY = re.compile(r'name="form_key" value="([^"]+)"')
LINK = re.compile(r"https?://[^\s<>\"]+/(?:confirm|letter)/[^\s<>\"]+")


@dataclass
class World:
    """A live campaign that writes to the prime minister of one government."""

    campaign: Campaign
    government: Government
    office: Office

    @property
    def path(self) -> str:
        return f"/en/{self.campaign.slug}/"


def make_world(**policy: Any) -> World:
    campaign = CampaignFactory(**{"review": Campaign.Review.NONE, "take_back_seconds": 0, **policy})
    LetterTextFactory(version__template__campaign=campaign)
    government = GovernmentFactory()
    return World(campaign, government, OfficeFactory(government=government))


def answers(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "government": world.government.iso2,
        "name": "Mari Tamm",
        "email": "mari@post.example",
        "country": "EE",
        "town": "Tartu",
        "words": "My grandfather cleared fields.",
        "consent": "on",
        "action": "sign",
        **changes,
    }


def key_of(client: Client, world: World) -> str:
    page = client.get(world.path).content.decode()
    match = KEY.search(page)
    assert match is not None, "the form has no key"
    return match[1]


def sign(client: Client, world: World, **changes: Any) -> Any:
    """Open the page, fill in the form, press the button."""
    data = answers(world, **changes)
    data.setdefault("form_key", key_of(client, world))
    return client.post(world.path, data)


def work(rounds: int = 5) -> None:
    """Do what workers and the sweeper do, until nothing is due any more."""
    for _ in range(rounds):
        one_round()


def mails(to: str = "") -> list[EmailMessage]:
    """Return what arrived in the mailbox, oldest first."""
    found = [message for _, message in reversed(mailbox.newest())]
    return [message for message in found if to in str(message["To"])]


def link_in(message: EmailMessage) -> str:
    """Return the path of the mail's own link."""
    match = LINK.search(mailbox.text(message))
    assert match is not None, "the mail has no link"
    return "/" + match[0].split("/", 3)[3]


def confirm(client: Client, message: EmailMessage, **data: Any) -> HttpResponse:
    """Open the link of a confirmation mail, read, and press the button."""
    page = client.get(link_in(message), follow=True).content.decode()
    seen = SEEN.search(page)
    given = {"seen": seen[1], **data} if seen else data
    return client.post(link_in(message), given, follow=True)  # type: ignore[return-value]


def sign_and_confirm(client: Client, world: World, **changes: Any) -> HttpResponse:
    sign(client, world, **changes)
    work()
    asking = mails(changes.get("email", "mari@post.example"))
    return confirm(client, [mail for mail in asking if "Confirm" in str(mail["Subject"])][-1])
