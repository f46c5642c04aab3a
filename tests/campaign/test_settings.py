"""Wrong settings are told in one sentence that names them, and nothing starts."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from campaign import env

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "PRODUCTION": "1",
    "SECRET_KEY": "x" * 50,
    "SITE_URL": "https://letters.example.org",
    "DATABASE_URL": "sqlite:///:memory:",
    "EMAIL_URL": "smtp+tls://mail.example.org:587",
}


def check(tmp_path: Path, **settings: str) -> tuple[int, str]:
    shell = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "check", "--deploy"]
    done = subprocess.run(
        command, cwd=ROOT, env={**shell, **settings}, capture_output=True, text=True
    )
    return done.returncode, done.stderr


def test_wrong_setting_is_one_sentence_without_a_traceback(tmp_path: Path) -> None:
    assert check(tmp_path, **PRODUCTION | {"EMAIL_URL": "http://localhost"}) == (
        1,
        "EMAIL_URL must begin with smtp://, smtp+tls:// or smtp+ssl://.\n",
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"DEBUG": "1"}, "DEBUG=1 shows settings to strangers: not with PRODUCTION=1.\n"),
        (
            {"SINCERELY_DEMO": "1"},
            "SINCERELY_DEMO=1 is for demonstrations: not with PRODUCTION=1.\n",
        ),
        (
            {"DATABASE_URL": ""},
            "DATABASE_URL must be set: production uses SQLite only where sqlite:/// is written.\n",
        ),
        ({"MAIL_BATCH": "0"}, "MAIL_BATCH must be 1 at least, not 0.\n"),
        ({"SECRET_KEY": "x" * 31}, "SECRET_KEY needs 32 characters at least.\n"),
    ],
)
def test_production_does_not_start_carelessly(
    tmp_path: Path, wrong: dict[str, str], told: str
) -> None:
    assert check(tmp_path, **PRODUCTION | wrong) == (1, told)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("0", "SWEEP_SECONDS must be between 1 and 3600, not 0."),
        ("3601", "SWEEP_SECONDS must be between 1 and 3600, not 3601."),
        ("ten", "SWEEP_SECONDS must be a whole number, not 'ten'."),
    ],
)
def test_number_outside_its_bounds_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str, told: str
) -> None:
    monkeypatch.setenv("SWEEP_SECONDS", value)

    with pytest.raises(ImproperlyConfigured) as refused:
        env.env_int("SWEEP_SECONDS", 15, least=1, most=3600)

    assert str(refused.value) == told


def test_folder_of_letters_is_nobody_elses(tmp_path: Path) -> None:
    folder = env.private_folder(tmp_path / "new")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "value", ["foo", "http://localhost", "smtps://mail.ngo.ee", "smtp", "//mail"]
)
def test_other_schemes_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("EMAIL_URL", value)

    with pytest.raises(ImproperlyConfigured) as refused:
        env.env_site("EMAIL_URL", "smtp", "smtp+tls")

    assert str(refused.value) == "EMAIL_URL must begin with smtp:// or smtp+tls://."


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("smtp://", "EMAIL_URL names no server after smtp://."),
        ("smtp://:25", "EMAIL_URL names no server after smtp://."),
        (
            "smtp://a:b#c@mail.ngo.ee",
            "EMAIL_URL has a port that is no number. In a password, # / ? : and @ are written as "
            "%23 %2F %3F %3A and %40.",
        ),
    ],
)
def test_address_without_a_server_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str, told: str
) -> None:
    monkeypatch.setenv("EMAIL_URL", value)

    with pytest.raises(ImproperlyConfigured) as refused:
        env.env_site("EMAIL_URL", "smtp")

    assert str(refused.value) == told


def test_secret_file_holds_an_address_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("redis://localhost/1\n")
    monkeypatch.setenv("CACHE_URL_FILE", str(tmp_path / "url"))

    assert env.env_url("CACHE_URL", "redis") == "redis://localhost/1"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("foo", "DATABASE_URL must begin with postgres://, postgresql:// or sqlite://."),
        ("mysql://h/x", "DATABASE_URL must begin with postgres://, postgresql:// or sqlite://."),
        (
            "postgres://h:abc/x",
            "DATABASE_URL is no address of a database: "
            "Port could not be cast to integer value as 'abc'.",
        ),
    ],
)
def test_wrong_database_is_refused(monkeypatch: pytest.MonkeyPatch, value: str, told: str) -> None:
    monkeypatch.setenv("DATABASE_URL", value)

    with pytest.raises(ImproperlyConfigured) as refused:
        env.env_database("DATABASE_URL", "")

    assert str(refused.value) == told


@pytest.mark.parametrize("value", ["Mars", "../etc/passwd", "Europe"])
def test_wrong_time_zone_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TIME_ZONE", value)

    with pytest.raises(ImproperlyConfigured, match=r"^TIME_ZONE must be a time zone such as "):
        env.env_time_zone("TIME_ZONE", "UTC")


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ImproperlyConfigured, match=r"^VAR_DIR must be a folder that can be "):
        env.generated_secret(tmp_path / "file" / "secret")
