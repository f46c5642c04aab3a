"""Typed readers of the environment. Every name they read stands in `.env.example`."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured


def env_str(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_bool(name: str, default: bool = False) -> bool:
    """Return a switch. Raises ImproperlyConfigured for anything but 1/0, true/false, yes/no."""
    value = env_str(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes"}:
        return True
    if value in {"0", "false", "no"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def env_int(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """Return a whole number. Raises ImproperlyConfigured for any other, or outside its bounds."""
    value = env_str(name)
    try:
        number = int(value) if value else default
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error
    if number < least or (most is not None and number > most):
        bounds = f"{least} at least" if most is None else f"between {least} and {most}"
        raise ImproperlyConfigured(f"{name} must be {bounds}, not {number}.")
    return number


def env_list(name: str) -> list[str]:
    return [part.strip() for part in env_str(name).split(",") if part.strip()]


def env_secret(name: str) -> str:
    """Return a secret from NAME_FILE (which wins) or NAME. An unreadable file is fatal."""
    path = env_str(f"{name}_FILE")
    if not path:
        return env_str(name)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from error


def private_folder(path: Path) -> Path:
    """Make a folder that only this user may enter: letters, mails and the database lie in it.

    One that is there already keeps the rights its owner gave it. Where it cannot be made, who
    first writes to it says so.
    """
    with contextlib.suppress(OSError):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def env_url(name: str, *schemes: str) -> str:
    """Return an address that begins with one of the schemes, or "". It may hold a password.

    Raises ImproperlyConfigured, without quoting it.
    """
    value = env_secret(name)
    if value and urlsplit(value).scheme not in schemes:
        raise ImproperlyConfigured(f"{name} must begin with {_either(schemes)}.")
    return value


def env_site(name: str, *schemes: str) -> str:
    """Return the address of a server, by name and maybe port, or ""."""
    value = env_url(name, *schemes)
    if not value:
        return ""
    try:
        host, _port = urlsplit(value).hostname, urlsplit(value).port
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} has a port that is no number. In a password, # / ? : and @ are written as "
            "%23 %2F %3F %3A and %40."
        ) from error
    if not host:
        raise ImproperlyConfigured(f"{name} names no server after {urlsplit(value).scheme}://.")
    return value


def _either(schemes: tuple[str, ...]) -> str:
    *others, last = (f"{scheme}://" for scheme in schemes)
    return f"{', '.join(others)} or {last}" if others else last


def env_database(name: str, default: str) -> dict[str, Any]:
    """Return Django's settings of the database whose address is in `name`.

    Raises ImproperlyConfigured for what is no address, and for none where there is no default.
    """
    url = env_url(name, "postgres", "postgresql", "sqlite") or default
    if not url:
        raise ImproperlyConfigured(
            f"{name} must be set: production uses SQLite only where sqlite:/// is written."
        )
    try:
        settings: dict[str, Any] = environ.Env.db_url_config(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is no address of a database: {error}.") from error
    return settings


def env_time_zone(name: str, default: str) -> str:
    value = env_str(name) or default
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ImproperlyConfigured(
            f"{name} must be a time zone such as Europe/Tallinn, not {value!r}."
        ) from error
    return value


def generated_secret(path: Path) -> str:
    """Return the secret kept in `path`, made on first use. For the embedded world only."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(50), encoding="utf-8")
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"VAR_DIR must be a folder that can be written to: {error}."
        ) from error
