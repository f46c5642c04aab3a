"""The virtual environment: built from hash-locked requirements, stamped when it is whole."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tools.children import watch
from tools.console import ROOT, Refused, say

SETS = ("run", "dev", "browser")  # each holds all of the one before
VENV = ROOT / ".venv"
STAMP = "sincerely.json"
# What pip and its libraries write when nobody answers.
UNREACHABLE = ("connection broken by", "NewConnectionError", "Max retries exceeded")
OLDEST_PIP = (22, 3)  # the first that knows --python


def up_to_date(wanted: str) -> bool:
    """Tell whether the environment holds the wanted set just as it is locked now."""
    return os.access(_python(), os.X_OK) and _stamped().get(wanted) == _fingerprint(wanted)


def build(wanted: str) -> None:
    """Make the environment, or add to it what the wanted set locks."""
    outer = _outer_python()
    _check_pip(outer)
    _check_writable()
    with _alone():
        if up_to_date(wanted):  # somebody else was faster
            return
        if not (_stamped() and os.access(_python(), os.X_OK)):
            _make_empty(outer)
        # Without its stamp an interrupted environment is known to be half-made.
        (VENV / STAMP).unlink(missing_ok=True)
        _install(outer, wanted)
        _write_stamp(wanted)


def _python() -> str:
    return str(VENV / "bin" / "python")


def _fingerprint(name: str) -> str:
    """Return what a set depends on: its lock and the Python that it is installed for."""
    lock = (ROOT / "requirements" / f"{name}.txt").read_bytes()
    return f"{sys.implementation.cache_tag}:{hashlib.sha256(lock).hexdigest()}"


def _stamped() -> dict[str, str]:
    try:
        stamp = json.loads((VENV / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(installed: str) -> None:
    stamp = {name: _fingerprint(name) for name in SETS[: SETS.index(installed) + 1]}
    (VENV / STAMP).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")


def _outer_python() -> str:
    """Return the interpreter outside any activated environment: ours has no pip of its own."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _check_pip(python: str) -> None:
    answer = subprocess.run([python, "-m", "pip", "--version"], capture_output=True, text=True)
    version = re.match(r"pip (\d+)\.(\d+)", answer.stdout)
    if version is None:
        raise Refused(
            f"{python} has no pip; on Debian this line brings it: "
            "sudo apt-get install -y python3-pip"
        )
    if (int(version[1]), int(version[2])) < OLDEST_PIP:
        raise Refused(f"pip {version[1]}.{version[2]} is too old: Sincerely needs 22.3 or newer.")


def _check_writable() -> None:
    if not os.access(ROOT, os.W_OK) or (VENV.exists() and not os.access(VENV, os.W_OK)):
        raise Refused(f"The folder {ROOT} is read-only for this user: .venv cannot be made there.")


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the project's folder, so that two commands started at once don't build at once."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another command that is building .venv …")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _make_empty(python: str) -> None:
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run(
        [python, "-m", "venv", "--without-pip", str(VENV)], capture_output=True, text=True
    )
    if made.returncode:
        last = (made.stdout + made.stderr).strip().rpartition("\n")[2]
        raise Refused(f"A virtual environment cannot be made in {ROOT}: {last}")


def _install(python: str, wanted: str) -> None:
    command = [python, "-m", "pip", "--python", _python(), "install", "--no-input"]
    command += ["--disable-pip-version-check", "--no-warn-script-location"]
    command += ["--progress-bar", "off", "--require-hashes"]
    command += ["-r", f"requirements/{wanted}.txt"]
    code, lines = watch(command, f"Installing the Python packages ({wanted}) into .venv")
    if code:
        raise Refused(_why(lines))


def _why(lines: list[str]) -> str:
    """Say what kept pip from installing. Offline it complains of versions, last of all."""
    errors = [line for line in lines if line.startswith("ERROR:")] or lines or ["nothing"]
    failed = f"The Python packages could not be installed; pip's last words: {errors[-1].strip()}"
    if any(sign in line for line in lines for sign in UNREACHABLE):
        return f"No package index can be reached (is there a network connection?).\n{failed}"
    return failed
