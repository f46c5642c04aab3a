"""A command that cannot go on says so in a sentence, or is quiet where nobody listens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]


def run(tmp_path: Path, *words: str, out: IO[bytes] | int, **settings: str) -> tuple[int, str]:
    shell = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **settings}
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=shell, stdout=out, stderr=subprocess.PIPE)
    return done.returncode, done.stderr.decode()


def test_database_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    away = "postgres://letters:secret@127.0.0.1:1/letters"
    code, said = run(tmp_path, "delivery", "status", out=subprocess.DEVNULL, DATABASE_URL=away)
    begin = "The database of DATABASE_URL (127.0.0.1:1) cannot be reached: "
    assert (code, said.startswith(begin), said.count("\n"), "secret" in said) == (1, True, 1, False)


def test_reader_that_has_gone_is_no_error_to_tell(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert run(tmp_path, "help", out=writer) == (1, "")
    finally:
        os.close(writer)
