"""System checks: is this site configured so that it can do its work safely?"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connections

NATIVE_LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz-subset.so.0",
)
INSTALL_LINE = (
    "sudo apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0 fonts-noto-core fonts-noto-cjk"
)


def missing_libraries(names: Sequence[str] = NATIVE_LIBRARIES) -> list[str]:
    """Return those of WeasyPrint's native libraries that cannot be loaded."""
    missing = []
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    return missing


@register()
def check_native_libraries(**kwargs: Any) -> list[CheckMessage]:
    missing = missing_libraries()
    if not missing:
        return []
    return [
        Warning(
            f"Letters cannot be set as PDF: {', '.join(missing)} not found.",
            hint=INSTALL_LINE,
            id="campaign.W001",
        )
    ]


@register()
def check_mail(**kwargs: Any) -> list[CheckMessage]:
    """Production needs a mail server and a sender of its own; elsewhere no mail may leave."""
    problems: list[CheckMessage] = []
    if settings.PRODUCTION and not settings.EMAIL_URL:
        problems.append(Error("Set EMAIL_URL: production sends mail.", id="campaign.E001"))
    if settings.PRODUCTION and settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith(".example"):
        problems.append(
            Error(
                "Set DEFAULT_FROM_EMAIL to an address of your own domain.",
                hint="Letters are refused until the site's sender is configured.",
                id="campaign.E002",
            )
        )
    if not settings.PRODUCTION and settings.EMAIL_URL:
        problems.append(
            Warning(
                "EMAIL_URL is ignored: without PRODUCTION=1 no mail leaves this machine.",
                id="campaign.W002",
            )
        )
    return problems


@register()
def check_addresses(**kwargs: Any) -> list[CheckMessage]:
    """The sender may have a name before it; whom we write to is an address alone."""
    written = {"DEFAULT_FROM_EMAIL": parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}
    if settings.OPERATOR_EMAIL:
        written["OPERATOR_EMAIL"] = settings.OPERATOR_EMAIL
    return [
        Error(f"{name} must be a mail address.", id="campaign.E006")
        for name, address in written.items()
        if not _is_address(address)
    ]


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


@register()
def check_return_address(**kwargs: Any) -> list[CheckMessage]:
    """What comes back is told apart by what stands before the @: it must fit (RFC 5321: 64)."""
    box, at, domain = settings.RETURN_ADDRESS.rpartition("@")
    if not settings.RETURN_ADDRESS or (at and domain and len(box.encode()) <= 19):
        return []
    return [
        Error(
            "RETURN_ADDRESS must be an address with 19 signs at most before the @, or @domain.",
            id="campaign.E004",
        )
    ]


# What must not be set so, or a power cut may take away what somebody was told is kept (F17).
FORGETFUL = {
    "postgresql": {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"},
    "sqlite": {"synchronous": "0"},
}
ASK = {"postgresql": "SHOW {}", "sqlite": "PRAGMA {}"}


@register(Tags.database)
def check_commits_are_kept(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a database that says yes before the disk does. Asked by `migrate`, as all of them."""
    if not settings.PRODUCTION:
        return []
    return [
        Error(
            f"The database has {name}={value}: it forgets commits when the power fails.",
            hint="Set it back to what the database is shipped with, and restart the database.",
            id="campaign.E005",
        )
        for alias in databases or ()
        for name, value in _settings_of(alias)
        if value == FORGETFUL[connections[alias].vendor][name]
    ]


def _settings_of(alias: str) -> Iterator[tuple[str, str]]:
    connection = connections[alias]
    with connection.cursor() as cursor:
        for name in FORGETFUL.get(connection.vendor, ()):
            cursor.execute(ASK[connection.vendor].format(name))
            yield name, str(cursor.fetchone()[0])


@register(deploy=True)
def check_production(**kwargs: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    if settings.PRODUCTION and not settings.SITE_URL.startswith("https://"):
        problems.append(
            Error("SITE_URL must begin with https:// in production.", id="campaign.E003")
        )
    if settings.PRODUCTION and settings.CELERY_BROKER_URL.startswith("filesystem:"):
        problems.append(
            Warning("CELERY_BROKER_URL names no Redis: one computer only.", id="campaign.W003")
        )
    return problems
