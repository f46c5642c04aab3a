"""What the doctor found: fit, doubtful or unfit, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    OK = "OK"
    WARN = "WARN"
    BAD = "BAD"


@dataclass(frozen=True)
class Finding:
    level: Level
    subject: str
    says: str
    do: str = ""

    def __str__(self) -> str:
        return f"{self.level.value:<4} {self.subject}: {self.says}" + (
            f" {self.do}" if self.do else ""
        )


def ok(subject: str, says: str) -> Finding:
    return Finding(Level.OK, subject, says)


def warn(subject: str, says: str, do: str = "") -> Finding:
    return Finding(Level.WARN, subject, says, do)


def bad(subject: str, says: str, do: str) -> Finding:
    return Finding(Level.BAD, subject, says, do)
