"""The rollup of letters: sums that are ready, what changed since, and who wrote several times.

Nothing here is a source: it is all made from letters by the database (counters.py) and by
rollup.py, and made anew by `manage.py recount`. What is not there is 0, "" or NO_DAY, so that a
row's place is never unknown to a unique index.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign.models import Campaign

NO_DAY = date.min


class Place(models.Model):
    """What a letter is counted by. Plain numbers for keys: a check for each row would cost more
    than the row."""

    campaign = models.ForeignKey(
        Campaign, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    state = models.CharField(max_length=24)
    day = models.DateField()
    government = models.BigIntegerField(default=0)
    office = models.BigIntegerField(default=0)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=12, blank=True)

    class Meta:
        abstract = True


class CountCell(Place):
    """A sum of letters by the dimensions of one cube (cubes.py); the others are empty."""

    cube = models.SmallIntegerField()
    letters = models.IntegerField()
    words = models.IntegerField()

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        constraints = [
            models.UniqueConstraint(
                fields=(
                    "campaign", "cube", "state", "day", "government", "office", "country",
                    "language",
                ),
                name="count_once_per_place",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.cube}: {self.letters}"


class CountChange(Place):
    """A letter that came to a place (1) or left it (-1) and is in no cell yet.

    Only ever appended to, in the transaction that changed the letter: nobody waits for anybody.
    `taken`: one that is being folded into the cells.
    """

    signer = models.CharField(max_length=64)
    letters = models.SmallIntegerField()
    words = models.SmallIntegerField()
    taken = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("change of a count")
        verbose_name_plural = _("changes of counts")

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.letters:+}"


class CountRepeat(Place):
    """A letter of somebody who wrote several in the campaign: all that distinct writers need.

    `extra`: a counted letter that is not its writer's first.
    """

    signer = models.CharField(max_length=64)
    extra = models.BooleanField()

    class Meta:
        verbose_name = _("letter of a repeated writer")
        verbose_name_plural = _("letters of repeated writers")
        indexes = [
            models.Index(fields=("campaign", "signer"), name="repeat_by_signer"),
            models.Index(
                fields=("campaign", "signer"),
                condition=models.Q(extra=True),
                name="repeat_extra",
            ),
        ]

    def __str__(self) -> str:
        return self.signer[:12]
