from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from letters.delivery import mail
from tests import smtp_sink


@pytest.fixture
def sink(
    settings: Settings, loopback: set[int], monkeypatch: pytest.MonkeyPatch
) -> Iterator[smtp_sink.Sink]:
    """Deliver to a mail server of this test's own. Its names end in .example, so no
    production setting is touched but the way out."""
    with smtp_sink.running() as running:
        loopback.add(running.port)
        out = mail.SmtpTransport(f"smtp://127.0.0.1:{running.port}")
        monkeypatch.setattr("letters.delivery.engine.transport", lambda: out)
        yield running
        out.close()
