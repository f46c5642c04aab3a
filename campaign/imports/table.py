"""A CSV file as rows that know their line. Looks at form only, never at meaning.

UTF-8 with or without a byte order mark; comma-separated; the first line names the columns, in
any order. Cells are trimmed and brought to Unicode's composed form. Empty lines are skipped.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

# Beside control characters: line and paragraph separators, stray byte order marks, and the
# marks that make text run backwards, which have no place in a name or an address.
_INVISIBLE = {
    *"\u2028\u2029\ufeff",
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
}


class BadFile(Exception):
    """The file as a whole cannot be read; the message is one sentence for its owner."""


@dataclass(frozen=True)
class Row:
    line: int
    cells: dict[str, str]
    problems: tuple[str, ...] = ()


def read_table(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """Return the rows of `path`. Raises BadFile; what is wrong with one row stands in the row."""
    records = _records(_text(path))
    _line, header = next(records, (0, []))
    if not header:
        raise BadFile(_("The file is empty."))
    _check_header(header, columns, optional)
    rows = [_row(line, header, cells) for line, cells in records]
    if not rows:
        raise BadFile(_("The file has a header but no rows."))
    return rows


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadFile(
            _("%(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror}
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile(
            _("Line %(line)d is not UTF-8. Save the file as UTF-8.") % {"line": line}
        ) from error
    if not text.strip():
        raise BadFile(_("The file is empty."))
    return text


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line it begins on: a quoted cell may run over several."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadFile(
            _("Line %(line)d is not CSV: %(why)s.") % {"line": line, "why": error}
        ) from error


def _check_header(header: list[str], columns: Sequence[str], optional: Sequence[str]) -> None:
    names = [name.strip() for name in header]
    known = [*columns, *optional]
    if len(names) == 1 and ";" in names[0]:
        raise BadFile(_("The cells are separated by semicolons. Save the file with commas."))
    missing = [name for name in columns if name not in names]
    unknown = [name for name in names if name not in known]
    if 2 * len(missing) > len(columns):
        raise BadFile(_("This looks like another file; missing columns: %s.") % ", ".join(missing))
    problems = [_("Column “%s” is missing.") % name for name in missing]
    problems += [_("Column “%s” is unknown.") % name for name in unknown]
    problems += [
        _("Column “%s” stands there twice.") % name
        for name, count in Counter(names).items()
        if count > 1
    ]
    if problems:
        known_columns = _("The columns are: %s.") % ", ".join(known)
        raise BadFile(" ".join([*problems, known_columns]))


def _row(line: int, header: list[str], cells: list[str]) -> Row:
    names = [name.strip() for name in header]
    tidy = [unicodedata.normalize("NFC", cell.strip()) for cell in cells]
    problems = []
    if len(tidy) != len(names):
        problems.append(
            _("the row has %(cells)d cells, the header %(columns)d")
            % {"cells": len(tidy), "columns": len(names)}
        )
    for name, cell in zip(names, tidy, strict=False):
        problems += [f"{name}: {why}" for why in _unwanted(cell)]
    padded = [*tidy, *[""] * len(names)]
    return Row(line, dict(zip(names, padded, strict=False)), tuple(problems))


def _unwanted(cell: str) -> list[str]:
    found = sorted({one for one in cell if unicodedata.category(one) == "Cc" or one in _INVISIBLE})
    return [_("control character U+%04X") % ord(one) for one in found]
