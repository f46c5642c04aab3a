"""Does the web server on this machine answer? `python -m tools.health` ends with 0 if it does.

For health checks of containers and services: it asks as the proxy before it would.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from tools.console import run_tool


def main() -> int:
    site = urlsplit(os.environ.get("SITE_URL") or "http://127.0.0.1:8000")
    headers = {"Host": site.netloc, "X-Forwarded-Proto": site.scheme}
    return 0 if answers("127.0.0.1", int(os.environ.get("PORT") or 8000), headers) else 1


def answers(host: str, port: int, headers: Mapping[str, str] | None = None) -> bool:
    with contextlib.closing(HTTPConnection(host, port, timeout=5)) as connection:
        try:
            connection.request("GET", "/healthz", headers=dict(headers or {}))
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False


if __name__ == "__main__":
    run_tool(main)
