"""One letter in twenty languages (letters.toml), as a document ready to be set."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from letters import blocks
from letters.rendering.compose import direction
from letters.rendering.document import LetterDocument, Line, Part, Piece, parts_from

CHECK = "https://sincerely.example/en/check/K7Q4-M2X/"


@cache
def texts() -> dict[str, dict[str, Any]]:
    path = Path(__file__).with_name("letters.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def sample(language: str, **changes: Any) -> LetterDocument:
    """Return the letter in `language`; `changes` take the place of its parts."""
    text = texts()[language]
    source = "\n\n".join([text["body"], "\n".join(f"- {item}" for item in text["items"])])
    place = ", ".join((text["town"], text["country"]))
    parts: dict[str, Any] = {
        "language": language,
        "direction": direction(language),
        "sender": (_line(text["name"], "name"), _line(place, "place")),
        "addressee": tuple(text["addressee"]),
        "date": text["date"],
        "subject": _line(text["subject"]),
        "salutation": text["salutation"],
        "body": _parts(source),
        "words": (text["words"],),
        "ask": _parts(text["ask"]),
        "closing": text["closing"],
        "signature": (_line(text["name"], "name"),),
        "campaign_address": "sincerely.example/en/keep-the-ban",
        "number": "K7Q4-M2X",
        "confirmed": text["date"],
        "place": _place(text),
        "window": text.get("window", ""),
        "check_url": CHECK,
    }
    return LetterDocument(**{**parts, **changes})


def _line(text: str, fill: str = "") -> Line:
    return (Piece(text, fill=fill),)


def _parts(source: str) -> tuple[Part, ...]:
    return parts_from(blocks.parse(source))


def _place(text: dict[str, Any]) -> Line:
    joint = text.get("joint", "")
    return (Piece(text["town"], fill="town"), Piece(joint)) if joint else ()
