"""The quick part of `make faults`, on both databases: a part of `make services-test`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.services
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_no_letter_is_lost(database: str, tmp_path: Path) -> None:
    if not os.environ.get("SINCERELY_SERVICES"):
        pytest.skip("make services-test runs this")
    command = [sys.executable, "-m", "tests.faults", "--quick", "--database", database]
    done = subprocess.run(
        [*command, "--results", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
