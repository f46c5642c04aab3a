"""Letter files: a letter as people write it, Markdown or plain text (docs/letter-files.md)."""

from letters.letter_file.letter import LetterFile, parse_letter, read_letter
from letters.letter_file.problems import LetterFileError, Problem

__all__ = ["LetterFile", "LetterFileError", "Problem", "parse_letter", "read_letter"]
