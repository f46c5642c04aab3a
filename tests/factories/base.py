"""The factory base with types: mypy sees that `OfficeFactory()` is an Office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from factory.django import DjangoModelFactory

T = TypeVar("T")

if TYPE_CHECKING:

    class Factory(Generic[T]):
        # factory_boy makes the model's instance in its metaclass, which mypy does not follow.
        def __new__(cls, **values: Any) -> T: ...  # type: ignore[misc]

        @classmethod
        def build(cls, **values: Any) -> T: ...

        @classmethod
        def create(cls, **values: Any) -> T: ...

        @classmethod
        def create_batch(cls, size: int, **values: Any) -> list[T]: ...

else:
    Factory = DjangoModelFactory
