"""`make check`: everything about the code that can be judged without running its tests."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tools import locks, translations
from tools.children import watch
from tools.console import ROOT, run_tool, say

BIN = Path(sys.executable).parent  # not resolved: the environment's folder, not the system's
# What a real site sets; see .env.example.
PRODUCTION = {
    "PRODUCTION": "1",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "SITE_URL": "https://letters.example.org",
    "DATABASE_URL": "postgres://sincerely:secret@localhost/sincerely",
    "CELERY_BROKER_URL": "redis://localhost:6379/0",
    "CACHE_URL": "redis://localhost:6379/1",
    "EMAIL_URL": "smtp+tls://letters:secret@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "letters@example.org",
}


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="sincerely-check-") as var:
        failed = [name for name, check in checks(var).items() if not passes(name, check)]
    say(f"\nFailed: {', '.join(failed)}." if failed else "\nAll checks passed.")
    return 1 if failed else 0


def passes(name: str, check: Callable[[], list[str]]) -> bool:
    """Run one check and tell of it. It returns what is wrong, line by line."""
    started = time.monotonic()
    problems = check()
    say(f"{'FAILED' if problems else 'ok':>8} {time.monotonic() - started:5.1f} s  {name}")
    for problem in problems:
        say(f"         {problem}")
    return not problems


def checks(var: str) -> dict[str, Callable[[], list[str]]]:
    # Of the shell's variables only these: a developer's settings must not decide the outcome.
    shell = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    embedded = {**shell, "VAR_DIR": var}
    python = [sys.executable]
    manage = [*python, "manage.py"]
    return {
        "format": partial(run, [str(BIN / "ruff"), "format", "--check", "."], shell),
        "lint": partial(run, [str(BIN / "ruff"), "check", "--output-format=concise", "."], shell),
        "templates": partial(check_templates, shell),
        "types": partial(run, [*python, "-m", "mypy", "."], embedded),
        "migrations": partial(run, [*manage, "makemigrations", "--check", "--dry-run"], embedded),
        "translations": translations.problems,
        "production settings": partial(
            run,
            [*manage, "check", "--deploy", "--fail-level", "WARNING"],
            {**embedded, **PRODUCTION},
        ),
        "locks": locks.problems,
    }


def run(command: list[str], environ: dict[str, str]) -> list[str]:
    """Return what a command wrote if it failed."""
    label = " ".join(Path(part).name for part in command[:3])
    code, lines = watch(command, label, environ, announced=False)
    return (lines or [f"status {code}"]) if code else []


def check_templates(environ: dict[str, str]) -> list[str]:
    templates = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("templates/**/*.html"))
    djade = [str(BIN / "djade"), "--target-version", "5.2", "--check"]
    return run([*djade, *templates], environ) if templates else []


if __name__ == "__main__":
    run_tool(main)
