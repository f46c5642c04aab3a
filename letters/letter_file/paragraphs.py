"""The lines between salutation and closing as paragraphs and lists, and where the ask begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from letters import blocks
from letters.letter_file import blanks, words
from letters.letter_file.problems import Findings
from letters.letter_file.source import SourceLine

# Nobody wraps at more than this: with such lines and no empty ones, each line is a paragraph.
LONGEST_WRAPPED = 120
NESTED = 2  # columns


@dataclass
class TextBlock:
    """A paragraph (one item), a list (an item per bullet), or the place of the own words (none)."""

    line: int
    items: list[str]
    bullets: bool = False
    indent: int = 0

    @property
    def source(self) -> str:
        if self.bullets:
            return "\n".join(f"- {item}" for item in self.items)
        return "\n".join(self.items)

    @property
    def marks_own_words(self) -> bool:
        return not self.items


def blocks_of(lines: list[SourceLine], findings: Findings) -> list[TextBlock]:
    """Return the blocks, wrapped lines joined, blanks as placeholders."""
    reader = _Reader(lines, findings)
    for line in lines:
        reader.take(line)
    for block in reader.found:
        _check_bold(block, findings)
    return reader.found


class _Reader:
    """Puts line after line to the block that it belongs to."""

    def __init__(self, lines: list[SourceLine], findings: Findings) -> None:
        self.found: list[TextBlock] = []
        self.findings = findings
        self.after_empty = True
        self.unwrapped = any(len(line.text) > LONGEST_WRAPPED for line in lines)
        self.each_line = self.unwrapped and all(line.text for line in lines)

    def take(self, line: SourceLine) -> None:
        if line.text and blanks.is_own_words(line.text):
            self.found.append(TextBlock(line.number, []))
            self.after_empty = True
            return
        if line.text:
            text = blanks.fill(line.text, line.number, self.findings)
            if line.bullet:
                self._bullet(line, text)
            else:
                self._text(line, text)
        self.after_empty = not line.text

    def _bullet(self, line: SourceLine, text: str) -> None:
        last = self.found[-1] if self.found else None
        if last is None or not last.bullets:
            self.found.append(TextBlock(line.number, [text], bullets=True, indent=line.indent))
            return
        if line.indent >= last.indent + NESTED:
            self.findings.wrong(line.number, _("A list inside a list has no place in a letter."))
        last.items.append(text)

    def _text(self, line: SourceLine, text: str) -> None:
        last = self.found[-1] if self.found else None
        if last is None or last.marks_own_words or self._begins_paragraph(line, last):
            self.found.append(TextBlock(line.number, [text]))
        else:
            last.items[-1] += f" {text}"

    def _begins_paragraph(self, line: SourceLine, last: TextBlock) -> bool:
        if last.bullets and line.indent >= last.indent + NESTED:
            return False  # goes on below its bullet
        if last.bullets and self.unwrapped:
            return True
        return self.after_empty or self.each_line


def _check_bold(block: TextBlock, findings: Findings) -> None:
    """Report a `**` without its partner, which would be printed as it is."""
    for item in block.items:
        try:
            parsed = blocks.parse(item)
        except blocks.NotUnderstood:
            continue  # reported with its line by markup.check
        if any("**" in run.text for part in parsed for run in _runs(part)):
            findings.wrong(
                block.line, _("Two asterisks, **, have no partner in this paragraph or list.")
            )
            return


def _runs(part: blocks.Block) -> Iterable[blocks.Run]:
    if isinstance(part, blocks.Paragraph):
        return part.runs
    return [run for item in part.items for run in item]


def split(found: list[TextBlock], findings: Findings) -> tuple[str, str]:
    """Return body and ask: the supporter's own words go between them."""
    marks = [index for index, block in enumerate(found) if block.marks_own_words]
    at = _marked(found, marks, findings) if marks else _where_it_asks(found)
    body = [block.source for block in found[:at] if block.items]
    ask = [block.source for block in found[at:] if block.items]
    return "\n\n".join(body), "\n\n".join(ask)


def _marked(found: list[TextBlock], marks: list[int], findings: Findings) -> int:
    for index in marks[1:]:
        message = _("The place for own words is marked a second time.")
        findings.wrong(found[index].line, message)
    at = marks[0]
    if at in (0, len(found) - 1):
        message = _(
            "The place for own words needs text before it and what the letter asks after it."
        )
        findings.wrong(found[at].line, message)
    return at


def _where_it_asks(found: list[TextBlock]) -> int:
    """Return where the closing request begins: the last paragraph that asks, near the end.

    Without words of asking it is the last paragraph that doesn't merely thank.
    """
    count = len(found)
    if count < 2:
        return count
    near_the_end = range(count - 1, max(1, min(count // 2, count - 4)) - 1, -1)
    paragraphs = [index for index in near_the_end if not found[index].bullets]
    asking = [index for index in paragraphs if words.asks(found[index].source)]
    other = [index for index in paragraphs if not words.thanks(found[index].source)]
    return next(iter([*asking, *other]), count - 1)
