"""Nobody is mailed by accident."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from campaign.reserved import is_reserved
from letters.delivery.mail import MailboxTransport, SmtpTransport, transport
from letters.routes import route_of
from tests.factories.campaign import OfficeFactory


def test_outside_production_mail_goes_to_a_folder_whatever_is_set(settings: Settings) -> None:
    settings.EMAIL_URL = "smtp://mail.real.org"
    assert isinstance(transport(), MailboxTransport)


def test_production_uses_the_mail_server(settings: Settings) -> None:
    settings.PRODUCTION, settings.EMAIL_URL = True, "smtp://127.0.0.1:2525"
    assert isinstance(transport(), SmtpTransport)


@pytest.mark.django_db
def test_production_never_writes_to_a_reserved_name(settings: Settings) -> None:
    office = OfficeFactory()
    settings.PRODUCTION = True
    assert route_of(office) is None


@pytest.mark.parametrize("address", ["a@ee.example", "a@example.com", "a@b.TEST", "a@x.invalid."])
def test_reserved_names(address: str) -> None:
    assert is_reserved(address) is True


def test_a_real_name_is_not_reserved() -> None:
    assert is_reserved("office@gov.ee") is False
