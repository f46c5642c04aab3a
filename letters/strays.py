"""Files that no row names: a worker died between writing a file and committing its row.

Only files in our own shapes, of letters and digests that this database knows, are ever named:
with another database, or an older one, the files of the letters that it lacks stay.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice

from django.core.files.storage import default_storage
from django.utils import timezone

from letters.models import AnswerFile, Digest, Letter

KEPT = timedelta(days=1)  # far longer than a worker takes from a file to its row
CHUNK = 500
_MADE_TWICE = r"(?:_\w{7})?"  # Django's, for a name that is taken
_LETTER = re.compile(rf"([0-9A-Z-]{{4,8}})-[0-9a-f]{{12}}{_MADE_TWICE}\.pdf")
_ANSWER = re.compile(rf"([0-9A-Z-]{{4,8}})-[0-9a-f]{{16}}{_MADE_TWICE}")
_DIGEST = re.compile(rf"\d{{4}}-\d\d-\d\d-(\d+)-\d+-[0-9a-f]{{12}}{_MADE_TWICE}\.pdf")
Lookup = Callable[[set[str]], dict[str, set[str]]]


def strays(age: timedelta = KEPT) -> Iterator[str]:
    """Yield the paths of files older than `age` that no row names.

    Reads each folder once, an entry at a time, and asks the database once for 500 files: a
    million letters take some seconds, and no memory.
    """
    for folder in _folders(""):
        yield from _in(folder, _LETTER, _of_letters, age)
        yield from _in(f"{folder}/answers", _ANSWER, _of_answers, age)
        yield from _in(f"{folder}/digests", _DIGEST, _of_digests, age)


def delete_strays() -> int:
    """Delete them. Returns how many."""
    found = list(strays())
    for path in found:
        default_storage.delete(path)
    return len(found)


def _in(folder: str, shape: re.Pattern[str], names_of: Lookup, age: timedelta) -> Iterator[str]:
    newest = (timezone.now() - age).timestamp()
    files = _files(folder, shape)
    while chunk := list(islice(files, CHUNK)):
        known = names_of({key for key, _entry in chunk})
        for key, entry in chunk:
            path = f"{folder}/{entry.name}"
            if key in known and path not in known[key] and entry.stat().st_mtime < newest:
                yield path


def _files(folder: str, shape: re.Pattern[str]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    for entry in _entries(folder):
        found = shape.fullmatch(entry.name)
        if found and entry.is_file():
            yield found[1], entry


def _folders(folder: str) -> list[str]:
    return [entry.name for entry in _entries(folder) if entry.is_dir()]


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(default_storage.path(folder)) as entries:
            yield from entries
    except FileNotFoundError:
        return


# --- which files the rows name, by what their paths begin with ----------------------------------


def _of_letters(numbers: set[str]) -> dict[str, set[str]]:
    rows = Letter.objects.filter(number__in=numbers).order_by()
    return _grouped(rows.values_list("number", "pdf"))


def _of_answers(numbers: set[str]) -> dict[str, set[str]]:
    letters = Letter.objects.filter(number__in=numbers).order_by()
    known: dict[str, set[str]] = {
        number: set() for number in letters.values_list("number", flat=True)
    }
    rows = AnswerFile.objects.filter(answer__letter__number__in=numbers).order_by()
    return known | _grouped(rows.values_list("answer__letter__number", "file"))


def _of_digests(offices: set[str]) -> dict[str, set[str]]:
    rows = Digest.objects.filter(office__in=map(int, offices)).order_by()
    return _grouped((str(office), pdf) for office, pdf in rows.values_list("office", "pdf"))


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, path in pairs:
        found.setdefault(key, set()).add(path)
    return found
