"""The database is away: the visitor is asked to come back in a moment."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client


def test_visitor_is_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("letters.queries.remembered", away)
    answer = Client(raise_request_exception=False).get("/en/some-campaign/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b"Try again" in answer.content


def test_other_failures_are_said_to_be_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr("letters.queries.remembered", broken)
    answer = Client(raise_request_exception=False).get("/en/some-campaign/")
    assert answer.status_code == 500
