"""Debian packages: installed when we may, otherwise the exact line for somebody who may."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from tools.children import watch
from tools.console import Refused, say

LISTS = Path("/var/lib/apt/lists")


def provide(missing: str, packages: Sequence[str]) -> None:
    """Install packages as root; refuse with the sudo line otherwise.

    `missing` is the start of the sentence: what this computer lacks.
    """
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    line = " ".join(command)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Refused(f"{missing} On Debian and its relatives, this line brings it:\n\nsudo {line}")
    say(f"{missing} Installing by: {line}")
    if not any(LISTS.glob("*_Packages*")):
        _apt(["apt-get", "update"])
    if _apt(command):
        # The lists may name versions that the mirror no longer has.
        _apt(["apt-get", "update"])
        if last_line := _apt(command):
            raise Refused(f"apt-get could not install them; it said: {last_line}\n\n{line}")


def _apt(command: Sequence[str]) -> str:
    """Return the last line of a failed run, nothing after a good one."""
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    code, lines = watch(command, " ".join(command[:2]), environ)
    return (lines or ["nothing"])[-1] if code else ""
