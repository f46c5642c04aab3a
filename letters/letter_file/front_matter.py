"""An optional block between `---` lines: which governments a letter is for."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from campaign.models import Standing
from letters.letter_file.problems import Findings
from letters.letter_file.source import SourceLine

KEYS = ("letter", "positions", "order")
LONGEST_NAME = 80
HIGHEST_ORDER = 32_767


@dataclass
class FrontMatter:
    """The letter's name among those of its campaign, and its rule. None: not said."""

    name: str = ""
    standings: list[str] | None = None
    rank: int | None = None


def split(lines: list[SourceLine], findings: Findings) -> tuple[FrontMatter, list[SourceLine]]:
    """Take the block off the beginning of the file, if there is one."""
    start = next((index for index, line in enumerate(lines) if line.text), len(lines))
    fences = [index for index, line in enumerate(lines) if line.text == "---" and index >= start]
    if len(fences) < 2 or fences[0] != start or not _are_pairs(lines[start + 1 : fences[1]]):
        return FrontMatter(), lines
    front = FrontMatter()
    for line in lines[start + 1 : fences[1]]:
        if line.text:
            key, _colon, value = line.text.partition(":")
            _read(front, line.number, key.strip().lower(), value.strip().strip("\"'"), findings)
    return front, lines[fences[1] + 1 :]


def _are_pairs(lines: list[SourceLine]) -> bool:
    return all(":" in line.text for line in lines if line.text) and any(line.text for line in lines)


def _read(front: FrontMatter, line: int, key: str, value: str, findings: Findings) -> None:
    if key == "letter" and 0 < len(value) <= LONGEST_NAME:
        front.name = value
    elif key == "positions":
        front.standings = _standings(value, line, findings)
    elif key == "order" and value.isdecimal() and int(value) <= HIGHEST_ORDER:
        front.rank = int(value)
    elif key in KEYS:
        findings.wrong(line, _("“%(value)s” can't be the %(key)s.") % {"value": value, "key": key})
    else:
        message = _("“%(key)s” is not known between the --- lines. Known: %(known)s.")
        findings.wrong(line, message % {"key": key, "known": ", ".join(KEYS)})


def _standings(value: str, line: int, findings: Findings) -> list[str]:
    named = [part.strip() for part in value.strip("[]").split(",") if part.strip()]
    for name in named:
        if name not in Standing.values:
            message = _("“%(name)s” is no position. Known: %(known)s.")
            findings.wrong(line, message % {"name": name, "known": ", ".join(Standing.values)})
    return named
