"""`letters_audit`: a line for each check, the exit code, JSON."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.factories.letters import LetterFactory
from tests.journey import World

pytestmark = pytest.mark.django_db


def run(*words: str) -> list[str]:
    out = io.StringIO()
    call_command("letters_audit", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue().splitlines()


def test_the_command_prints_a_line_for_each_check(world: World) -> None:
    printed = run("--all-files")
    assert {line[:5] for line in printed[:-1]} == {"OK   "}
    assert printed[0] == "OK   I1 no loss: 1 confirmed letters = 1 sent."
    assert f"{len(printed) - 1} checks, 0 breaches, " in printed[-1]


def test_the_command_fails_on_a_breach(world: World) -> None:
    stopped = LetterFactory(state="rendered", submission__campaign=world.campaign)
    out = io.StringIO()
    with pytest.raises(CommandError, match=r"checks, [0-9]+ breaches"):
        call_command("letters_audit", stdout=out)
    said = "BAD  I1 no loss: not so: no letter stopped where none may rest: 1"
    assert f"{said} ({stopped.number})." in out.getvalue()


def test_the_command_speaks_json(world: World) -> None:
    first = json.loads(run("--json")[0])
    assert first == {
        "rule": "I1 no loss", "says": "1 confirmed letters = 1 sent", "wrong": 0, "first": [],
    }  # fmt: skip
