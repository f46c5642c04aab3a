"""The demonstration itself, started as a newcomer starts it, and people at their browsers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.people import Supporter

ROOT = Path(__file__).resolve().parent.parent.parent
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(autouse=True)
def no_network() -> None:
    """These tests talk to a server on this machine; the browser's own requests are checked."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ, "VAR_DIR": str(tmp_path_factory.mktemp("var")), "PORT": str(port), "HOST": "127.0.0.1",
    }  # fmt: skip
    command = [sys.executable, "-m", "tools.demo"]
    demo = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    for line in demo.stdout:
        if "Stop with Ctrl-C" in line:
            break
    else:
        raise RuntimeError("make demo did not come up.")
    yield f"http://127.0.0.1:{port}"
    demo.send_signal(signal.SIGTERM)
    demo.wait(timeout=30)
    demo.stdout.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )


@pytest.fixture
def opened(browser: Browser) -> Iterator[list[BrowserContext]]:
    contexts: list[BrowserContext] = []
    yield contexts
    for context in contexts:
        context.close()


@pytest.fixture
def supporter(
    site: str, browser: Browser, opened: list[BrowserContext]
) -> Callable[..., Supporter]:
    """Make a supporter: `supporter(size="phone", script=False, scheme="dark")`."""

    def make(size: str = "desk", script: bool = True, scheme: str = "light") -> Supporter:
        context = browser.new_context(
            viewport=SIZES.get(size, {"width": 320, "height": 700}),  # type: ignore[arg-type]
            java_script_enabled=script,
            color_scheme=scheme,  # type: ignore[arg-type]
            base_url=site,
        )
        context.set_default_timeout(15_000)
        opened.append(context)
        return Supporter(context.new_page())

    return make


@pytest.fixture
def page(supporter: Callable[..., Supporter]) -> Page:
    return supporter().page


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        content: bytes = answer.read()
    return content
