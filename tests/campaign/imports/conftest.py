"""An office as the plain row of tests/campaign/imports/files.py states it."""

from __future__ import annotations

import pytest

from campaign.models import Government, Office
from tests.factories.campaign import GovernmentFactory, OfficeFactory


@pytest.fixture
def estonia() -> Government:
    return GovernmentFactory(iso2="EE", name="Estonia")


@pytest.fixture
def office(estonia: Government) -> Office:
    """The office that the plain row states, as an import leaves it."""
    return OfficeFactory(
        key="EE-head_of_government",
        government=estonia,
        title="Prime Minister of Estonia",
        language="",
        address_lines="",
        address_country="",
        route=None,
    )
