"""The standard letter of each text, and the list of those who signed it, in pieces of many pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from campaign.countries import country_name
from letters import bundled
from letters.models import BundleEntry, Letter
from letters.printing.folder import Facts, Folder
from letters.printing.hold import Hold
from letters.rendering import bundle_pages
from letters.rendering.bundle import page_count
from letters.rendering.bundle_pages import Around
from letters.rendering.bundle_words import short_date
from letters.rendering.document import LetterDocument

PAGES = 400  # of a piece; even, so that the next begins on a front
READ = 1_000
Row = tuple[str, ...]


class Group(NamedTuple):
    """A text's signatories in the bundle: `places` of them, some perhaps left out."""

    number: int
    places: int


def groups(hold: Hold) -> list[Group]:
    rows = hold.bundle.entries.filter(kind=BundleEntry.Kind.SIGNED).order_by()
    last: dict[int, int] = {}
    for number, place in rows.values_list("text_place", "place").iterator(READ):
        last[number] = max(last.get(number, 0), place + 1)
    return [Group(*one) for one in sorted(last.items())]


def set_lists(hold: Hold, folder: Folder, around: Around) -> Iterator[None]:
    """Set all lists; stops after each piece. Raises Lost, PdfFailed."""
    before = 0
    for group in groups(hold):
        start = number = 0
        while start < group.places:
            name = _name(group, number)
            facts = folder.facts(name)
            if facts is None:
                facts = _piece(hold, folder, around, name, group, start, before)
                hold.piece(done_count=before + facts["next"])
                yield
            start, number = facts["next"], number + 1
        before += group.places


def _name(group: Group, number: int) -> str:
    return f"list-{group.number}-{number:05}"


def _piece(
    hold: Hold, folder: Folder, around: Around, name: str, group: Group, start: int, before: int
) -> Facts:
    # WeasyPrint comes in with the first list: without Pango its import fails.
    from letters.rendering.run import table

    rows = _Rows(hold, group, around, start)
    written = table.write(
        table.Table(**bundle_pages.columns(around)), rows, pages=PAGES,
        tick=lambda done: hold.tick(before + start + done),
    )  # fmt: skip
    facts = {"pages": written.pages, "next": rows.place_after(written.rows)}
    return folder.keep(name, written.pdf, facts)


class _Rows:
    """The rows of a list from a place on, read as they are needed."""

    def __init__(self, hold: Hold, group: Group, around: Around, start: int) -> None:
        self.hold, self.group, self.start = hold, group, start
        self.language, self.at = around.language, around.office.government.iso2
        self.places: list[int] = []

    def __iter__(self) -> Iterator[Row]:
        entries = self.hold.bundle.entries.filter(
            kind=BundleEntry.Kind.SIGNED, text_place=self.group.number, left_out=""
        ).order_by("place")
        place = self.start
        while place < self.group.places:
            batch = entries.filter(place__range=(place, place + READ - 1)).values_list(
                "pk", "place", "letter__state", "letter__number", "letter__submission__name",
                "letter__submission__town", "letter__country", "letter__confirmed_on",
            )  # fmt: skip
            for key, at, state, number, name, town, country, day in batch:
                if state not in bundled.BUNDLED or not name:
                    _leave_out(key)
                    continue
                self.places.append(at)
                yield self._row(number, name, town, country, day)
            place += READ

    def _row(self, number: str, name: str, town: str, country: str, day: Any) -> Row:
        named = country_name(country, self.language) or country
        on = short_date(day, self.language, self.at) if day else ""
        return name, town, named, on, number

    def place_after(self, rows: int) -> int:
        """Return where the next piece begins once so many rows are set."""
        return self.places[rows] if rows < len(self.places) else self.group.places


def _leave_out(key: int) -> None:
    BundleEntry.objects.filter(pk=key).update(left_out=_("It was taken back."))


def standard(hold: Hold, folder: Folder, around: Around, group: Group) -> Facts:
    """Set a group's letter once, as the one who signed last has it."""

    def make() -> tuple[bytes, Facts]:
        pdf = bundle_pages.standard_pdf(around, newest(hold, group.number), listed(hold, group))
        return pdf, {"pages": page_count(pdf)}

    return folder.once(f"standard-{group.number}", make)


def listed(hold: Hold, group: Group) -> int:
    rows = hold.bundle.entries.filter(kind=BundleEntry.Kind.SIGNED, text_place=group.number)
    return rows.filter(left_out="").count()


def newest(hold: Hold, group: int | None = None) -> LetterDocument:
    """Return the letter confirmed last, of a group or of all in the bundle."""
    rows = hold.bundle.entries.filter(left_out="")
    if group is not None:
        rows = rows.filter(kind=BundleEntry.Kind.SIGNED, text_place=group)
    found = Letter.objects.filter(pk__in=rows.values("letter"), content__isnull=False)
    content = found.order_by("-confirmed_at", "-pk").values_list("content", flat=True)[0]
    return LetterDocument.from_json(content or {})


def made_lists(folder: Folder, group: Group) -> Iterator[tuple[str, Facts]]:
    """Yield each piece's name and facts, in order."""
    start = number = 0
    while start < group.places:
        facts = folder.facts(_name(group, number))
        assert facts is not None, "a piece is missing"
        yield _name(group, number), facts
        start, number = facts["next"], number + 1
