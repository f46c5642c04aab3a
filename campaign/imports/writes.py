"""What an import will write, gathered first so that a dry run and a wrong row write nothing."""

from __future__ import annotations

from typing import Any

from django.db.models import Model


class Writes:
    """Rows to remove, change and add, saved in this order with few queries.

    Rows are added by model in the order in which each model first came, so parents go first.
    """

    def __init__(self) -> None:
        self._gone: list[Model] = []
        self._changed: dict[tuple[type[Model], tuple[str, ...]], list[Model]] = {}
        self._new: dict[type[Model], list[Model]] = {}

    def add(self, one: Model) -> None:
        self._new.setdefault(type(one), []).append(one)

    def change(self, one: Model, **values: Any) -> None:
        for name, value in values.items():
            setattr(one, name, value)
        if values:
            self._changed.setdefault((type(one), tuple(values)), []).append(one)

    def remove(self, one: Model) -> None:
        self._gone.append(one)

    def save(self) -> None:
        for one in self._gone:
            one.delete()
        for (model, fields), rows in self._changed.items():
            model._default_manager.bulk_update(rows, fields)
        for model, rows in self._new.items():
            model._default_manager.bulk_create(rows)
