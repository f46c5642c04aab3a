"""The dated acts in governments.csv, and how they meet the facts that are known already.

Facts are append-only. The file has one column per act, so it states at most one date of each:
- a date that is known changes nothing (its source and manner are brought up to date);
- an act of which nothing is known is added;
- another date for a known act corrects it, in place, and the report says so; unless the state
  left the treaty (or took its notice back, or, for a withdrawal, joined again) between the two
  dates: then it acted twice, and the act is added;
- an empty cell leaves what is known, which may come from a later source, as it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from campaign.imports.base import WrongRow, check_fields, differences
from campaign.imports.table import Row
from campaign.imports.treaties import CLUSTER, MINE_BAN, NamedTreaty
from campaign.imports.values import day_in
from campaign.imports.writes import Writes
from campaign.models import Government, Position, Standing, Treaty
from campaign.models.position import status_from

Kind = Position.Kind

# The columns of each treaty, in the file's order; the manner (how) belongs to the act before it.
FACTS: dict[NamedTreaty, tuple[str, ...]] = {
    MINE_BAN: (
        "mine_ban_signed",
        "mine_ban_joined",
        "mine_ban_joined_how",
        "mine_ban_withdrawal_announced",
        "mine_ban_withdrawal_notified",
        "mine_ban_withdrawal_effective",
    ),
    CLUSTER: (
        "cluster_signed",
        "cluster_joined",
        "cluster_joined_how",
        "cluster_withdrawal_notified",
        "cluster_withdrawal_effective",
    ),
}
_KINDS = {
    "signed": Kind.SIGNED,
    "joined": Kind.JOINED,
    "withdrawal_announced": Kind.WITHDRAWAL_ANNOUNCED,
    "withdrawal_notified": Kind.WITHDRAWAL_NOTIFIED,
    "withdrawal_effective": Kind.WITHDRAWN,
}
# What must lie between two acts of one kind for both to be true.
_BETWEEN = {Kind.WITHDRAWN: {Kind.JOINED}}
_BETWEEN_OTHERS = {Kind.WITHDRAWN, Kind.WITHDRAWAL_RECALLED}


def facts_in(
    row: Row, named: NamedTreaty, government: Government, treaty: Treaty
) -> dict[str, Position]:
    """Return the acts that a row states, by column, not saved."""
    facts = {}
    for column in FACTS[named]:
        kind = _KINDS.get(column.removeprefix(f"{named.column}_"))
        day = day_in(row, column) if kind else None
        if kind is None or day is None:
            continue
        if day < named.opened_on:
            raise WrongRow(
                f"{column}: " + _("%s is before the treaty was opened for signature") % day
            )
        how = row.cells[f"{column}_how"] if kind == Kind.JOINED else ""
        fact = Position(kind=kind, day=day, how=how, source=row.cells["source"])
        check_fields(fact, {"how": f"{column}_how"}, exclude=("government", "treaty"))
        fact.government, fact.treaty = government, treaty
        facts[column] = fact
    return facts


def check_status(row: Row, named: NamedTreaty, facts: Iterable[Position]) -> None:
    """Refuse a row whose stated status is not what its own dates give on its day."""
    column = f"{named.column}_status"
    stated, day = row.cells[column], day_in(row, "as_of")
    if stated and stated not in Standing.values:
        raise WrongRow(
            f"{column}: "
            + _("“%(status)s” is no status; known: %(known)s")
            % {"status": stated, "known": ", ".join(Standing.values)}
        )
    if not stated or day is None:
        return
    computed = status_from(facts, day).standing
    if computed != stated:
        raise WrongRow(
            f"{column}: "
            + _("the row says “%(stated)s”, but its dates give “%(computed)s” on %(day)s")
            % {"stated": stated, "computed": computed.value, "day": day}
        )


def plan_facts(facts: dict[str, Position], known: list[Position], writes: Writes) -> list[str]:
    """Note what to write so that `facts` are known. Returns what to report."""
    history = [*known, *facts.values()]
    details = []
    for column, fact in facts.items():
        same = [other for other in known if other.kind == fact.kind]
        stated = next((other for other in same if other.day == fact.day), None)
        latest = max(same, key=lambda other: other.day, default=None)
        if stated is not None:
            details += _update(column, stated, fact, writes)
        elif latest is None or _acted_again(latest, fact, history):
            writes.add(fact)
            details.append(f"{column}: " + _("%s added") % fact.day)
        else:
            details.append(_correct(column, latest, fact, writes))
    return details


def _update(column: str, stated: Position, fact: Position, writes: Writes) -> list[str]:
    values = {"how": fact.how, "source": fact.source}
    changes = differences(stated, values, {})
    writes.change(stated, **{name: values[name] for name in changes})
    return [f"{column}: {change}" for change in changes.values()]


def _correct(column: str, wrong: Position, fact: Position, writes: Writes) -> str:
    said = _("corrected from %(old)s to %(new)s") % {"old": wrong.day, "new": fact.day}
    writes.change(wrong, day=fact.day, how=fact.how, source=fact.source)
    return f"{column}: {said}"


def _acted_again(before: Position, fact: Position, history: list[Position]) -> bool:
    first, last = sorted((before.day, fact.day))
    between = _BETWEEN.get(Kind(fact.kind), _BETWEEN_OTHERS)
    return any(first < other.day < last for other in history if other.kind in between)
