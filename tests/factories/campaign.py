"""Rows of the campaign app. Each factory makes the smallest row that the site can work with.

Test countries use codes that ISO 3166 leaves to users (XA, QB, ZC …), so that a test may add
real ones beside them. An office comes with an English form of address and one route; leave
them out with `OfficeFactory(form=None, route=None)`, shape them with `form__salutation="…"`.
"""

from __future__ import annotations

from datetime import date, timedelta
from string import ascii_uppercase

from django.utils import timezone
from factory.declarations import LazyAttribute, LazyFunction, RelatedFactory, Sequence, SubFactory

from campaign.models import (
    Campaign,
    CampaignText,
    ConsentWording,
    Event,
    FormOfAddress,
    Government,
    Office,
    OfficeHolder,
    OfficeRoute,
    Position,
    Treaty,
)
from tests.factories.base import Factory

REAL_CODES = {"QA", "ZA", "ZM", "ZW", "XK"}
TEST_CODES = [
    code
    for first in "XQZ"
    for second in ascii_uppercase
    if (code := first + second) not in REAL_CODES
]


class TreatyFactory(Factory[Treaty]):
    class Meta:
        model = Treaty

    slug = Sequence(lambda n: f"treaty-{n}")
    name = Sequence(lambda n: f"Convention {n}")
    opened_on = date(1997, 12, 3)
    in_force_on = date(1999, 3, 1)


class GovernmentFactory(Factory[Government]):
    class Meta:
        model = Government

    iso2 = Sequence(lambda n: TEST_CODES[n % len(TEST_CODES)])
    name = LazyAttribute(lambda government: f"Testland {government.iso2}")
    formal_name = LazyAttribute(lambda government: f"Republic of {government.name}")
    un_status = "member"
    region = "Europe"
    subregion = "Northern Europe"
    languages = ["en"]


class PositionFactory(Factory[Position]):
    class Meta:
        model = Position

    government = SubFactory(GovernmentFactory)
    treaty = SubFactory(TreatyFactory)
    kind = Position.Kind.JOINED
    day = date(2000, 1, 1)
    source = "Treaty register"


class EventFactory(Factory[Event]):
    class Meta:
        model = Event

    key = Sequence(lambda n: f"T{n:03}")
    government = SubFactory(GovernmentFactory)
    date = "2025-06-16"
    precision = Event.Precision.DAY
    date_basis = "stated"
    kind = "announced_withdrawal"
    detail = "Announced that it would leave."
    source = "Press release"


class FormOfAddressFactory(Factory[FormOfAddress]):
    class Meta:
        model = FormOfAddress

    office = SubFactory("tests.factories.campaign.OfficeFactory", form=None)
    language = "en"
    title = LazyAttribute(lambda form: form.office.title)
    salutation = "Dear Prime Minister,"


class OfficeHolderFactory(Factory[OfficeHolder]):
    class Meta:
        model = OfficeHolder

    office = SubFactory("tests.factories.campaign.OfficeFactory")
    name = "Kim Sample"


class OfficeRouteFactory(Factory[OfficeRoute]):
    class Meta:
        model = OfficeRoute

    office = SubFactory("tests.factories.campaign.OfficeFactory", route=None)
    email = LazyAttribute(
        lambda route: f"office-{route.office.pk}@{route.office.government.iso2.lower()}.example"
    )


class OfficeFactory(Factory[Office]):
    """An office that a letter can reach."""

    class Meta:
        model = Office
        skip_postgeneration_save = True

    key = Sequence(lambda n: f"office-{n}")
    government = SubFactory(GovernmentFactory)
    kind = "head_of_government"
    title = LazyAttribute(lambda office: f"Prime Minister of {office.government.name}")
    language = "en"
    address_lines = "Government House\n1 Main Street"
    address_country = "TESTLAND"

    form = RelatedFactory(FormOfAddressFactory, factory_related_name="office")
    route = RelatedFactory(OfficeRouteFactory, factory_related_name="office")


class CampaignTextFactory(Factory[CampaignText]):
    class Meta:
        model = CampaignText

    campaign = SubFactory("tests.factories.campaign.CampaignFactory", text=None)
    language = "en"
    title = "Ask your government to stay"
    lead = "Some governments want to leave the convention. Write to yours."
    summary = "That the government stays in the convention."
    why = "People are hurt every day."


class ConsentWordingFactory(Factory[ConsentWording]):
    class Meta:
        model = ConsentWording

    campaign = SubFactory("tests.factories.campaign.CampaignFactory", wording=None)
    language = "en"
    version = 1
    text = (
        "I agree that {organisation} uses these details to send my letter to {government}, "
        "and keeps them until {date}"
    )


class CampaignFactory(Factory[Campaign]):
    """A live campaign with its English page and consent. Letters and offices are not included."""

    class Meta:
        model = Campaign
        skip_postgeneration_save = True

    slug = Sequence(lambda n: f"campaign-{n}")
    state = Campaign.State.LIVE
    treaty = SubFactory(TreatyFactory)
    organisation = "Sample Campaign"
    organisation_address = "1 Sample Street, Sampletown"
    contact_email = "help@sample.example"
    keep_until = LazyFunction(lambda: timezone.now().date() + timedelta(days=365))
    # Tests of courtesy set these: all others want their letters at once, on a Sunday, too.
    office_hours = False
    per_hour = 0

    text = RelatedFactory(CampaignTextFactory, factory_related_name="campaign")
    wording = RelatedFactory(ConsentWordingFactory, factory_related_name="campaign")
