"""`make browser-test`: the end-to-end tests in the system's own chromium."""

from __future__ import annotations

import os
import shutil
import sys

from tools import apt
from tools.children import Child, end
from tools.console import Refused, run_tool

CHROMIUM = "/usr/bin/chromium"


def main() -> int:
    environ = {**os.environ, "CHROMIUM": find_chromium()}
    # Every other run leaves these tests out, by the options in pyproject.toml.
    command = [sys.executable, "-m", "pytest", "-o", "addopts=--strict-markers"]
    command += ["-m", "browser", "tests/e2e", *sys.argv[1:]]
    tests = Child("tests", command, environ)
    try:
        return tests.process.wait()
    finally:
        end([tests])


def find_chromium() -> str:
    """Return chromium's path. Install it, or refuse with the line that does."""
    wanted = os.environ.get("CHROMIUM", "")
    path = shutil.which(wanted or CHROMIUM)
    if wanted and path is None:
        raise Refused(f"CHROMIUM={wanted} is not a program that this user can run.")
    if path is None:
        apt.provide("Chromium is missing.", ["chromium"])
        path = shutil.which(CHROMIUM)
    if path is None:
        raise Refused(f"apt-get succeeded, yet there is no {CHROMIUM}.")
    return path


if __name__ == "__main__":
    run_tool(main)
