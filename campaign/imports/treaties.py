"""The two treaties that the files name, made when a file first speaks of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from campaign.imports.writes import Writes
from campaign.models import Treaty


@dataclass(frozen=True)
class NamedTreaty:
    """`column` is how the files call it."""

    column: str
    slug: str
    name: str
    opened_on: date
    in_force_on: date


MINE_BAN = NamedTreaty(
    "mine_ban",
    "mine-ban",
    "Anti-Personnel Mine Ban Convention",
    date(1997, 12, 3),
    date(1999, 3, 1),
)
CLUSTER = NamedTreaty(
    "cluster",
    "cluster-munitions",
    "Convention on Cluster Munitions",
    date(2008, 12, 3),
    date(2010, 8, 1),
)
NAMED_TREATIES = (MINE_BAN, CLUSTER)


def named_treaties(writes: Writes) -> dict[str, Treaty]:
    """Return the treaties by column. Those that are missing will be added with the rest."""
    known = Treaty.objects.in_bulk([named.slug for named in NAMED_TREATIES], field_name="slug")
    treaties = {}
    for named in NAMED_TREATIES:
        treaty = known.get(named.slug)
        if treaty is None:
            treaty = Treaty(
                slug=named.slug,
                name=named.name,
                opened_on=named.opened_on,
                in_force_on=named.in_force_on,
            )
            writes.add(treaty)
        treaties[named.column] = treaty
    return treaties
