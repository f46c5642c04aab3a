from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from campaign.imports.writes import Writes
from campaign.models import Government
from tests.factories.campaign import GovernmentFactory

pytestmark = pytest.mark.django_db


def test_changes_of_nothing_are_not_written(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    writes = Writes()
    writes.change(GovernmentFactory())

    with django_assert_num_queries(0):
        writes.save()


def test_nothing_is_written_before_it_is_saved() -> None:
    writes, changed, gone = Writes(), GovernmentFactory(notes="old"), GovernmentFactory()

    writes.add(GovernmentFactory.build(iso2="EE"))
    writes.change(changed, notes="new")
    writes.remove(gone)

    assert set(Government.objects.values_list("notes", flat=True)) == {"old", ""}
    writes.save()
    assert set(Government.objects.values_list("iso2", "notes")) == {
        ("EE", ""),
        (changed.iso2, "new"),
    }
