"""Treaty and Position: where a government stands on an agreement, as dated and sourced facts.

The rule (data/SOURCES.md): on a day d a government is withdrawn if its withdrawal took effect
by d; else withdrawing if it gave notice by d (still bound); else party if it consented to be
bound by d; else signatory if it signed by d; else not a party.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign.models.government import Government


class Standing(models.TextChoices):
    """The status of a government on a day, computed and never stored."""

    PARTY = "party", _("party")
    WITHDRAWING = "withdrawing", _("withdrawing")
    WITHDRAWN = "withdrawn", _("withdrawn")
    SIGNATORY = "signatory", _("signatory")
    NOT_PARTY = "not_party", _("not a party")


class Status(NamedTuple):
    """A standing and the day since which it holds (None: always)."""

    standing: Standing
    since: date | None

    @property
    def bound(self) -> bool:
        return self.standing in {Standing.PARTY, Standing.WITHDRAWING}


class Treaty(models.Model):
    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    opened_on = models.DateField(_("opened for signature"), null=True, blank=True)
    in_force_on = models.DateField(_("in force"), null=True, blank=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("treaty")
        verbose_name_plural = _("treaties")

    def __str__(self) -> str:
        return self.name


class PositionQuerySet(models.QuerySet["Position"]):
    def on(self, day: date) -> PositionQuerySet:
        """Only the facts that had happened by `day`."""
        return self.filter(day__lte=day)


class Position(models.Model):
    """One dated, sourced act of a government towards a treaty. Append-only."""

    class Kind(models.TextChoices):
        SIGNED = "signed", _("signed")
        JOINED = "joined", _("consented to be bound")
        WITHDRAWAL_ANNOUNCED = "withdrawal_announced", _("announced its withdrawal")
        WITHDRAWAL_NOTIFIED = "withdrawal_notified", _("notified its withdrawal")
        WITHDRAWAL_RECALLED = "withdrawal_recalled", _("recalled its notice of withdrawal")
        WITHDRAWN = "withdrawn", _("withdrawal took effect")

    government = models.ForeignKey(Government, models.PROTECT, related_name="positions")
    treaty = models.ForeignKey(Treaty, models.PROTECT, related_name="positions")
    kind = models.CharField(_("what happened"), max_length=24, choices=Kind.choices)
    day = models.DateField(_("day"), help_text=_("When it took effect, or the deposit's date."))
    how = models.CharField(
        _("how"), max_length=40, blank=True, help_text=_("For example: accession.")
    )
    source = models.CharField(_("source"), max_length=300)

    objects = PositionQuerySet.as_manager()

    class Meta:
        ordering = ("government", "treaty", "day", "id")
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints = [
            models.UniqueConstraint(
                fields=("government", "treaty", "kind", "day"), name="position_stated_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.government}: {self.get_kind_display()}, {self.day}"


# What each act makes of the standing. An announcement changes nothing in law.
_MAKES: dict[str, Standing] = {
    Position.Kind.SIGNED: Standing.SIGNATORY,
    Position.Kind.JOINED: Standing.PARTY,
    Position.Kind.WITHDRAWAL_NOTIFIED: Standing.WITHDRAWING,
    Position.Kind.WITHDRAWAL_RECALLED: Standing.PARTY,
    Position.Kind.WITHDRAWN: Standing.WITHDRAWN,
}


def status_from(positions: Iterable[Position], day: date) -> Status:
    """Return the status that `positions` of one government and treaty give on `day`.

    The latest act counts, so that a state which left can come back by acceding again.
    """
    acts = [act for act in positions if act.day <= day and act.kind in _MAKES]
    if not acts:
        return Status(Standing.NOT_PARTY, None)
    order = list(_MAKES)
    latest = max(acts, key=lambda act: (act.day, order.index(act.kind)))
    return Status(_MAKES[latest.kind], latest.day)
