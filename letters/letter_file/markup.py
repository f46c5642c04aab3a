"""Markup that a letter has no form for, found line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from letters import blocks
from letters.letter_file.problems import Findings
from letters.letter_file.source import SourceLine, chunks

MOST_IN_A_CHUNK = 10
# CommonMark takes the definition of a link out of the text without a trace.
_DEFINITION = re.compile(r"\[[^\]]+\]:\s*(?:<|#|/|https?:|www\.|mailto:)", re.IGNORECASE)


def check(lines: Iterable[SourceLine], findings: Findings) -> None:
    """Report headings, tables, links and so on, each with its line."""
    before = ""
    for chunk in chunks(lines):
        found = _in_chunk(chunk)
        for number, name in found:
            if name != before:  # the items of one numbered list are one problem
                findings.wrong(number, _message(name))
            before = name if name == "a numbered list" else ""
        if not found:
            before = ""


def _message(name: str) -> str:
    message = _(
        "%(found)s has no place in a letter. Use paragraphs, lists with “- ”, and **bold**."
    )
    return message % {"found": name[0].upper() + name[1:]}


def _in_chunk(chunk: list[SourceLine]) -> list[tuple[int, str]]:
    found = [(line.number, "a link") for line in chunk if _DEFINITION.match(line.text)]
    chunk = [line for line in chunk if not _DEFINITION.match(line.text)]
    while len(found) < MOST_IN_A_CHUNK:
        error = _error(*chunk)
        if error is None:
            break
        index, alone = _culprit(chunk, error)
        found.append((chunk[index].number, error.found))
        if not alone or error.found == "a code block":  # which goes on after its first line
            break
        chunk[index] = replace(chunk[index], text="x")  # and look for the next one
    return found


def _error(*lines: SourceLine) -> blocks.NotUnderstood | None:
    try:
        blocks.parse("\n".join(line.markdown for line in lines))
    except blocks.NotUnderstood as error:
        return error
    return None


def _culprit(chunk: list[SourceLine], error: blocks.NotUnderstood) -> tuple[int, bool]:
    """Return which line it is, and whether that line alone is to blame.

    The parser knows where a paragraph begins, not in which of its lines a link stands.
    """
    begins = min(error.line, len(chunk)) - 1
    for index in range(begins, len(chunk)):
        alone = _error(chunk[index])
        if alone is not None and alone.found == error.found:
            return index, True
    return begins, False
