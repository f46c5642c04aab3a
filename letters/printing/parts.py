"""Join the pieces into parts, write their manifest, and keep both where letters are kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, QuerySet

from letters import bundled
from letters.models import Bundle, BundleEntry, BundleFile
from letters.printing import lists
from letters.printing.folder import Facts, Folder, whole_file
from letters.printing.hold import Hold, Lost
from letters.printing.letters import count_of, made_letters
from letters.printing.plan import Item, Part, Plan, plan
from letters.rendering import bundle_pages
from letters.rendering.bundle import Stretch, page_count, write_part
from letters.rendering.bundle_pages import Around, Contents

MANIFEST = "SHA256SUMS"
BLOCK = 1 << 20


def contents_of(bundle: Bundle) -> Contents:
    """Count what is in a bundle, from the entries that were not left out."""
    rows = bundle.entries.filter(left_out="").order_by()
    kinds = dict(rows.values_list("kind").annotate(Count("pk")))
    return Contents(
        personal=kinds.get(BundleEntry.Kind.PERSONAL, 0),
        signed=kinds.get(BundleEntry.Kind.SIGNED, 0),
        by_country=_counted(rows, "letter__country"),
        by_day=_counted(rows.exclude(letter__confirmed_on=None), "letter__confirmed_on"),
        example=rows.order_by("kind", "place").values_list("letter__number", flat=True)[0],
    )


def _counted(rows: QuerySet[BundleEntry], by: str) -> dict[Any, int]:
    return dict(rows.values_list(by).annotate(Count("pk")))


def front(hold: Hold, folder: Folder, around: Around) -> Plan:
    """Set cover, summary and standard letters, and return the plan of all parts."""
    contents = contents_of(hold.bundle)
    hold.note(personal=contents.personal, signed=contents.signed)
    for name, pdf in (
        ("cover", bundle_pages.cover_pdf(around, contents)),
        ("summary", bundle_pages.summary_pdf(around, contents)),
    ):
        folder.keep(name, pdf, {"pages": page_count(pdf)})
    made = plan(_items(hold, folder, around), duplex=hold.bundle.duplex)
    _begin(hold, made)
    return made


def _items(hold: Hold, folder: Folder, around: Around) -> Iterator[Item]:
    words = around.words
    yield _whole(folder, "cover", words["cover"])
    yield _whole(folder, "summary", words["summary"])
    for name, facts in made_letters(folder, count_of(hold)):
        first = 0
        for number, pages in zip(facts["numbers"], facts["pages"], strict=True):
            yield Item(name, first, pages, number)
            first += pages
    for group in lists.groups(hold):
        if lists.listed(hold, group):
            yield from _group(hold, folder, around, group)


def _group(hold: Hold, folder: Folder, around: Around, group: lists.Group) -> Iterator[Item]:
    lists.standard(hold, folder, around, group)
    yield _whole(folder, f"standard-{group.number}", around.subject)
    mark = around.words["list"].format(subject=around.subject)
    for name, facts in lists.made_lists(folder, group):
        if facts["pages"]:
            yield Item(name, 0, facts["pages"], mark, divides=True)
        mark = ""


def _whole(folder: Folder, name: str, mark: str) -> Item:
    facts: Facts | None = folder.facts(name)
    assert facts is not None, "a piece is missing"
    return Item(name, 0, facts["pages"], mark)


def _begin(hold: Hold, made: Plan) -> None:
    """Note the plan; parts that were finished by another one are thrown away."""
    if hold.bundle.plan_sha256 != made.fingerprint():
        hold.bundle.files.all().delete()
    hold.note(plan_sha256=made.fingerprint(), pages=made.pages, sheets=made.sheets)


def join(hold: Hold, folder: Folder, around: Around, made: Plan) -> Iterator[None]:
    """Write all parts that are not there yet; stops after each. Then the manifest."""
    finished = set(hold.bundle.files.values_list("part", flat=True))
    for part in made.parts:
        if part.number not in finished:
            _write(hold, folder, around, made, part)
            hold.piece(done_count=part.number)
            yield
    _manifest(hold, folder)


def _write(hold: Hold, folder: Folder, around: Around, made: Plan, part: Part) -> None:
    # WeasyPrint comes in with the first line: without Pango its import fails.
    from letters.rendering.run import lines, table

    overlay = lines.overlay(
        made.stamps(part, around.words, around.key), language=around.language,
        size=table.SIZES[around.office.paper],
    )  # fmt: skip
    stretches = [
        Stretch(
            folder.pdf(one.item.piece), one.item.first, one.item.pages, one.item.mark, one.blank
        )
        for one in part.placed
    ]
    name = _name(hold.bundle, part.number, len(made.parts))
    path = folder.path / name
    title = f"{around.subject} ({part.number}/{len(made.parts)})"
    with whole_file(path) as file:
        write_part(stretches, overlay, file, title=title, language=around.language)
    _keep(hold, path, part.number, pages=part.pages, sheets=part.sheets)


def _name(bundle: Bundle, part: int, parts: int) -> str:
    return f"{bundle.campaign.slug}-{bundle.office.key}-{bundle.number}-part-{part}-of-{parts}.pdf"


def _manifest(hold: Hold, folder: Folder) -> None:
    """Write the list of all parts with their fingerprints, as `sha256sum --check` reads it."""
    rows = hold.bundle.files.exclude(part=0).values_list("sha256", "name")
    path = folder.path / MANIFEST
    with whole_file(path) as file:
        file.write("".join(f"{sha256}  {name}\n" for sha256, name in rows).encode())
    _keep(hold, path, 0, pages=0, sheets=0)


class _Moved(File):  # type: ignore[type-arg]  # django-stubs' class takes a parameter
    """A file that a storage on disk takes over by renaming it: it is whole already."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def _keep(hold: Hold, path: Path, part: int, *, pages: int, sheets: int) -> None:
    bundle = hold.bundle
    size, fingerprint = path.stat().st_size, _fingerprint(path)
    target = f"{bundled.folder_of(bundle)}/{path.name}"
    default_storage.delete(target)  # of a worker that died over it
    with path.open("rb") as opened:
        stored = default_storage.save(target, _Moved(opened, name=str(path)))
    try:
        with transaction.atomic():
            hold.note()
            BundleFile.objects.update_or_create(
                bundle=bundle, part=part,
                defaults={
                    "name": path.name, "file": stored, "sha256": fingerprint, "size": size,
                    "pages": pages, "sheets": sheets,
                },
            )  # fmt: skip
    except Lost:
        default_storage.delete(stored)  # cleared meanwhile: nothing of it may stay
        raise


def _fingerprint(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
        os.fsync(file.fileno())
    return found.hexdigest()
