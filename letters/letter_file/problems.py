"""What is wrong with a letter file, and what its reader should know: all of it, with lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _


@dataclass(frozen=True, order=True)
class Problem:
    """`line` counts from 1; 0 is the file as a whole."""

    line: int
    message: str

    def __str__(self) -> str:
        if not self.line:
            return self.message
        return _("Line %(line)d: %(message)s") % {"line": self.line, "message": self.message}


class LetterFileError(ValueError):
    """A file that can't become a letter. `problems` holds all of them, in the order of lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass
class Findings:
    """Collects while the file is read: what is wrong, and what was understood in a special way."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def wrong(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, message))

    def note(self, message: str) -> None:
        self.notes.append(message)
