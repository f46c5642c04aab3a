"""A letter as people write it, read into the parts that a LetterText keeps."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from letters import blocks, placeholders
from letters.letter_file import blanks, front_matter, layout, markup, paragraphs, words
from letters.letter_file.problems import Findings, LetterFileError
from letters.letter_file.source import SourceLine, decode, lines_of

LONGEST_SUBJECT = 160
DEFAULT_SIGNATURE = "{name}\n{organisation}"
ONE_PAGE = 350  # words, own words included


@dataclass(frozen=True)
class LetterFile:
    """What was understood. `subject` is empty where the file has none, `ask` where nothing asks."""

    subject: str
    salutation: str
    body: str
    ask: str
    closing: str
    signature: str
    name: str = ""
    standings: tuple[str, ...] | None = None
    rank: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def paragraphs(self) -> int:
        return sum(isinstance(block, blocks.Paragraph) for block in blocks.parse(self.body))

    @property
    def bullets(self) -> int:
        lists = [block for block in blocks.parse(self.body) if isinstance(block, blocks.Bullets)]
        return sum(len(block.items) for block in lists)

    @property
    def words(self) -> int:
        """How many words go on paper between salutation and closing, own words aside."""
        return len(re.findall(r"\w[\w'’.-]*", f"{self.body} {self.ask}"))

    @property
    def placeholders(self) -> tuple[str, ...]:
        text = "\n".join((self.subject, self.salutation, self.body, self.ask, self.signature))
        named = re.findall(r"\{(\w+)\}", text)
        return tuple(dict.fromkeys(name for name in named if name in placeholders.SAMPLE))


def read_letter(data: bytes) -> LetterFile:
    """Return the letter in a file's bytes. Raises LetterFileError with every problem."""
    return parse_letter(decode(data))


def parse_letter(text: str) -> LetterFile:
    """Return the letter in `text`. Raises LetterFileError with every problem."""
    findings = Findings()
    lines = lines_of(text)
    front, lines = front_matter.split(lines, findings)
    parts = layout.find(lines, findings)
    _check_markup(lines, parts, findings)
    body, ask = paragraphs.split(paragraphs.blocks_of(parts.inner, findings), findings)
    letter = LetterFile(
        subject=_line(parts.subject, _("The subject"), LONGEST_SUBJECT, findings),
        salutation=_greeting(parts.salutation, words.LONGEST_SALUTATION, findings),
        body=body,
        ask=ask,
        closing=_greeting(parts.closing, words.LONGEST_CLOSING, findings),
        signature=_signature(parts.signature, findings),
        name=front.name,
        standings=None if front.standings is None else tuple(front.standings),
        rank=front.rank,
    )
    _check_blocks(letter, parts, findings)
    if findings.problems:
        raise LetterFileError(findings.problems)
    return replace(letter, notes=(*findings.notes, *_notes(letter)))


def _check_markup(lines: list[SourceLine], parts: layout.Layout, findings: Findings) -> None:
    """Check the whole file; outside the text a rule only parts what is left out anyway."""
    inside = {line.number for line in parts.inner}
    kept = [
        replace(line, text="") if line.is_rule and line.number not in inside else line
        for line in lines
    ]
    markup.check(kept, findings)


def _check_blocks(letter: LetterFile, parts: layout.Layout, findings: Findings) -> None:
    """Make sure that what is stored reads as what was found, whatever the file was like."""
    for text in (letter.body, letter.ask):
        try:
            blocks.parse(text)
        except blocks.NotUnderstood as error:
            if not findings.problems:
                findings.wrong(parts.inner[0].number, str(error))


def _line(line: SourceLine | None, what: str, longest: int, findings: Findings) -> str:
    if line is None:
        return ""
    text = blanks.fill(line.plain, line.number, findings)
    if len(text) > longest:
        message = _("%(what)s has %(count)d characters; at most %(most)d fit.")
        findings.wrong(line.number, message % {"what": what, "count": len(text), "most": longest})
    return text


def _greeting(line: SourceLine | None, longest: int, findings: Findings) -> str:
    """Return a salutation or closing: fixed words, for an office has forms of its own."""
    text = _line(line, _("This line"), longest, findings)
    if line is not None and "{" in text:
        message = _(
            "A salutation or closing has no blanks. Write one that fits every office; an office's "
            "own form of address takes its place."
        )
        findings.wrong(line.number, message)
    return text


def _signature(lines: list[SourceLine], findings: Findings) -> str:
    found: list[str] = []
    for line in lines:
        if not line.is_rule:
            text = blanks.fill(line.plain, line.number, findings, signature=True)
            found += blanks.signature_lines(text)
    if not found:
        findings.note(_("No signature: the supporter's name and organisation stand there."))
        return DEFAULT_SIGNATURE
    if not any("{name}" in line for line in found):
        findings.note(_("The signature has no blank for a name: [Your Name] was put first."))
        found.insert(0, "{name}")
    return "\n".join(found)


def _notes(letter: LetterFile) -> list[str]:
    notes = []
    if not letter.ask:
        notes.append(
            _(
                "One paragraph only: own words come after it. Write what the letter asks as a "
                "paragraph of its own, and own words stand before it."
            )
        )
    if letter.words > ONE_PAGE:
        message = _(
            "%(count)d words: more than one page once own words are added (about %(most)d)."
        )
        notes.append(message % {"count": letter.words, "most": ONE_PAGE})
    return notes
