"""A certificate that nobody trusts, made by openssl on first use."""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from pathlib import Path


@cache
def throw_away() -> Path:
    """Return a file with key and certificate for 127.0.0.1, signed by itself."""
    path = Path(tempfile.mkdtemp(prefix="sincerely-tls-")) / "both.pem"
    key = path.with_suffix(".key")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    path.write_bytes(key.read_bytes() + path.read_bytes())
    return path
