"""A batch of records of one kind, and what each form of record must be able to tell about them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from .kinds import Kind

T = TypeVar("T")
Raw = Mapping[str, Any]
Getter = Callable[["Rows"], list[Any]]
"""Gives one value for each record of a batch: as recorded, None where the record has none."""


class Rows:
    """Records of one kind, whose fields are taken column by column."""

    __slots__ = ("_columns", "_data", "_known", "_own_names", "_top_names", "form", "kind", "raws")

    def __init__(self, kind: Kind, raws: Sequence[Raw], form: Form) -> None:
        self.kind = kind
        self.raws = raws
        self.form = form
        self._data: Sequence[Mapping[str, Any]] | None = None
        self._columns: dict[str, list[Any]] = {}
        self._known: dict[str, Any] = {}
        self._own_names: set[str] | None = None
        self._top_names: set[str] | None = None

    @property
    def data(self) -> Sequence[Mapping[str, Any]]:
        """For each record the mapping with the event's own fields, looked up once for all columns."""
        if self._data is None:
            self._data = self.form.data(self.raws)
        return self._data

    @property
    def top_names(self) -> set[str]:
        """Every top-level key of any record: most fields that rules ask for are not among them."""
        if self._top_names is None:
            self._top_names = set().union(*self.raws)
        return self._top_names

    @property
    def own_names(self) -> set[str]:
        """Every key of the events' own fields (`data`)."""
        if self._own_names is None:
            data = self.data
            self._own_names = self.top_names if data is self.raws else set().union(*data)
        return self._own_names

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, worked out once for these records."""
        found: T
        if name in self._known:
            found = self._known[name]
        else:
            found = self._known[name] = make()
        return found

    def column(self, field: str) -> list[Any]:
        """The values of a field under the name that Sigma rules use for it, one for each record.

        Values are as recorded (text, number, boolean, list, mapping); None where there is none. A list
        holds several values of one field. The column is remembered, so it must not be changed.
        """
        found = self._columns.get(field)
        if found is None:
            found = self._columns[field] = self.form.getter(self.kind, field)(self)
        return found


class Form(ABC):
    """How records of one shape lay out their fields. Forms have no state of their own records."""

    shape: ClassVar[str]
    """Name of the event shape."""

    @abstractmethod
    def key(self, raw: Raw) -> Hashable:
        """What decides the kind of a record, cheap; None where the record is not of this form.

        It may raise LookupError, TypeError or AttributeError, which mean the same as None.
        """

    @abstractmethod
    def kind(self, raw: Raw) -> Kind | Branch:
        """The kind of all records with the same key, or the field that decides between several."""

    @abstractmethod
    def data(self, raws: Sequence[Raw]) -> Sequence[Mapping[str, Any]]:
        """See `Rows.data`; never raises."""

    @lru_cache(maxsize=65_536)  # noqa: B019 - forms live as long as the program
    def getter(self, kind: Kind, field: str) -> Getter:
        """How the column of a field is taken from records of this kind; remembered."""
        return self.find_getter(kind, field)

    @abstractmethod
    def find_getter(self, kind: Kind, field: str) -> Getter:
        """See `getter`."""

    @abstractmethod
    def times(self, rows: Rows) -> list[float | None]:
        """When each happened, in seconds since 1970 UTC."""

    @abstractmethod
    def hosts(self, rows: Rows) -> list[str]:
        """Computer of each, "" where not recorded."""

    @abstractmethod
    def users(self, rows: Rows) -> list[str]:
        """Acting account of each, "" where not recorded."""

    def messages(self, rows: Rows) -> list[str] | None:
        """The free text of each, for template mining; None for kinds that are all fields."""
        del rows
        return None


class Branch:
    """Decides by one field which of several kinds a record is of."""

    __slots__ = ("by_value", "default", "field", "form")

    def __init__(self, form: Form, field: str, by_value: Mapping[Any, Kind], default: Kind) -> None:
        self.form = form
        self.field = field
        self.by_value = by_value
        self.default = default

    def kind_of(self, raw: Raw) -> Kind:
        """The kind of one record."""
        value = Rows(self.default, (raw,), self.form).column(self.field)[0]
        return self.by_value.get(value, self.default) if isinstance(value, str) else self.default
