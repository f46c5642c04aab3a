"""A production site starts only on a database that keeps what it was told."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import Settings

from campaign.checks import check_addresses, check_commits_are_kept

UNSAFE = {
    "postgresql": ("synchronous_commit", "SET synchronous_commit = {}", "off", "on"),
    "sqlite": ("synchronous", "PRAGMA synchronous = {}", "0", "2"),
}


def complaints(name: str) -> list[str]:
    """Return what is said of one of the database's settings."""
    found = [error.msg for error in check_commits_are_kept(databases=["default"])]
    return [said for said in found if f" {name}=" in said]


@pytest.mark.django_db(transaction=True)
def test_database_that_forgets_commits_is_refused(settings: Settings) -> None:
    settings.PRODUCTION = True
    name, statement, unsafe, safe = UNSAFE[connection.vendor]
    with connection.cursor() as cursor:
        assert complaints(name) == []
        cursor.execute(statement.format(unsafe))
        said = complaints(name)
        cursor.execute(statement.format(safe))
    assert said == [f"The database has {name}={unsafe}: it forgets commits when the power fails."]


@pytest.mark.django_db
def test_a_session_asks_for_commits_that_are_kept() -> None:
    name, _, _, safe = UNSAFE[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}" if connection.vendor == "postgresql" else f"PRAGMA {name}")
        assert str(cursor.fetchone()[0]) == safe


@pytest.mark.parametrize(
    ("sender", "operator", "wrong"),
    [
        ("Letters <letters@ngo.org>", "", []),
        ("letters@ngo.org", "ops@ngo.org", []),
        ("letters", "ops@", ["DEFAULT_FROM_EMAIL", "OPERATOR_EMAIL"]),
    ],
)
def test_what_is_no_address_is_refused(
    settings: Settings, sender: str, operator: str, wrong: list[str]
) -> None:
    settings.DEFAULT_FROM_EMAIL, settings.OPERATOR_EMAIL = sender, operator
    said = [error.msg for error in check_addresses()]
    assert said == [f"{name} must be a mail address." for name in wrong]
