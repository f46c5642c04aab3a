"""Campaign page and sign POST against an empty view, in one gunicorn, over loopback."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from bench.figures import Figure, in_turn

SLUG = "keep-the-ban"
KEY = re.compile(r'name="form_key" value="([^"]+)"')


@contextmanager
def server() -> Iterator[int]:
    """Run gunicorn with two workers on a free port, on the bench's own data."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "campaign.wsgi:application", "--workers", "2",
        "--bind", f"127.0.0.1:{port}", "--log-level", "error",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, env={**os.environ, "DJANGO_SETTINGS_MODULE": "bench.settings"}
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            ask(port, "GET", "/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The server did not start.")


def ask(port: int, method: str, path: str, body: str = "") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, path, body or None, headers)
    response = connection.getresponse()
    content = response.read().decode()
    connection.close()
    return response.status, content


def measure(seconds: float) -> list[Figure]:
    with server() as port:
        return [_page(port, seconds), _post(port, seconds)]


def _page(port: int, seconds: float) -> Figure:
    ratio, page, empty = in_turn(
        lambda: ask(port, "GET", f"/en/{SLUG}/"), lambda: ask(port, "GET", "/empty/"), seconds
    )
    return Figure("campaign page", ratio, 0.25, f"{page:.0f} pages/s", f"empty view, {empty:.0f}/s")


def _post(port: int, seconds: float) -> Figure:
    signing = _Signer(port)
    ratio, posts, empty = in_turn(signing, lambda: ask(port, "GET", "/empty/"), seconds)
    return Figure(
        "sign POST (validated, committed, bell rung)", ratio, 0.15, f"{posts:.0f} POSTs/s",
        f"empty view, {empty:.0f}/s",
    )  # fmt: skip


class _Signer:
    """Signs one letter a call, each with an address and a key of its own."""

    def __init__(self, port: int) -> None:
        from campaign.models import Campaign

        self.port, self.count = port, 0
        self.campaign = Campaign.objects.get(slug=SLUG)

    def __call__(self) -> None:
        from letters.form_key import new_key

        self.count += 1
        body = urlencode(
            {
                "government": "EE", "name": "Mari Tamm", "country": "EE", "town": "Tartu",
                "email": f"mari{self.count}@post.example", "consent": "on", "action": "sign",
                "words": "My grandfather cleared fields.", "form_key": new_key(self.campaign),
            }
        )  # fmt: skip
        status, _ = ask(self.port, "POST", f"/en/{SLUG}/", body)
        if status != 302:
            raise RuntimeError(f"A sign POST was answered with {status}.")
