"""What a dialect is: one grammar that reads and writes, what it means, and what it is run by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.errors import UnsayableError

from .describing import needed
from .improvement import Context, Rule
from .query import Query

Tree = TypeVar("Tree")
"""What a dialect parses to: frozen dataclasses with everything in them that the text says."""

Record = Mapping[str, Any]
"""An event or a row: names to JSON values (text, numbers, truth values, None, lists, mappings). Times are
seconds since 1970 UTC as numbers, or ISO 8601 text that ends in Z."""

Data = Mapping[str, Sequence[Record]]
"""Records by the table that they are in; those under "" stand in every table that is not named."""

LONGEST = 1_000_000
"""Characters of a query that is read."""
DEEPEST = 200
"""Levels of brackets in a query that is read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A name that a query takes from the schema."""

    text: str
    """As the schema has it, without quotes."""
    line: int
    """From 1."""
    column: int
    """From 1."""
    table: str = ""
    """Of a field: the table that it is looked for in; "" where the query does not say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """All names of a query; those that it makes itself (`as`, `eval`, `extend`) are not among them."""

    tables: tuple[Name, ...] = ()
    fields: tuple[Name, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """Something that a query would do besides reading: it is never run, nor given out."""

    command: str
    """As written: "outputlookup", ".drop table", "DELETE"."""
    what: str
    """What it does, a few words that follow "it": "writes to a lookup file"."""
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Atom:
    """One comparison somewhere in a query: what events are made from, so that its parts hold and fail."""

    field: str
    op: Op
    values: tuple[str, ...] = ()
    table: str = ""
    """Table whose records it is about; "" for any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """What running a query gave."""

    rows: tuple[Record, ...]
    ordered: bool = False
    """Whether their order is part of the answer."""
    columns: tuple[str, ...] = ()
    """In the order in which the query gives them; () where it keeps whole records."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """What a query is run with."""

    now: float = 1_700_000_000.0
    """Seconds since 1970 UTC that "now" means."""
    time_field: str = ""
    """Field that holds a record's time; "" for the dialect's own."""
    types: Mapping[str, str] = field(default_factory=dict)
    """Type of a field where the schema knows it: text, number, time, bool, dynamic."""
    most_rows: int = 1_000_000
    """Rows that any step may make; beyond that LimitError."""


class Dialect(ABC, Generic[Tree]):
    """A query language. Every method is pure; `parse` bounds what it reads, and how deep it recurses."""

    name: ClassVar[str]
    """Short name: "spl"."""
    title: ClassVar[str]
    """Its name in words: "Splunk SPL"."""
    schema: ClassVar[str]
    """Name of the schema that is meant where the user names none."""
    engine: ClassVar[str] = "this program"
    """What runs it here, for people."""
    other_engine: ClassVar[str] = ""
    """An engine of other makers that runs it here as well, where it can; "" for none."""
    time_field: ClassVar[str] = ""
    """Field that holds the time of a record where the schema does not say; "" for none."""
    rules: ClassVar[tuple[Rule[Any], ...]] = ()
    """What `csq query optimise` may change, in the order in which it is tried."""

    @abstractmethod
    def parse(self, text: str) -> Tree:
        """The tree. Raises QuerySyntaxError with line and column, LimitError for what is too long or deep."""

    @abstractmethod
    def render(self, tree: Tree) -> str:
        """The text of a tree, laid out for reading. `parse(render(tree))` equals `tree`."""

    @abstractmethod
    def read(self, tree: Tree) -> Query:
        """What the tree means. Raises UnsayableError where the middle has no words for a part of it."""

    @abstractmethod
    def write(self, query: Query) -> Tree:
        """A tree that means the query. Raises UnsayableError where the dialect has no words for a part."""

    def prepared(self, query: Query) -> Query:
        """The same meaning in the form that the language likes, for a query in the names of the schema."""
        return query

    @abstractmethod
    def names(self, tree: Tree) -> Names:
        """The tables and fields that it takes from the schema."""

    @abstractmethod
    def effects(self, tree: Tree) -> tuple[Effect, ...]:
        """What it would write, delete, send or start; () for a query that only reads."""

    @abstractmethod
    def run(self, tree: Tree, data: Data, running: Running) -> Rows:
        """The rows that it gives. Raises UnsayableError for what cannot be run here, else LimitError."""

    def run_elsewhere(self, text: str, data: Data, running: Running) -> Rows:
        """The rows that `other_engine` gives. Raises UnsayableError for what it does not know."""
        raise UnsayableError("No other engine runs it here.", what="another engine")

    @abstractmethod
    def atoms(self, tree: Tree) -> tuple[Atom, ...]:
        """Every comparison of a field with a value, wherever it stands."""

    def describe(self, tree: Tree) -> tuple[str, ...]:
        """What it does in plain sentences, one for each step, for trees that `read` has no words for.

        At most 40 sentences of at most 400 characters; () where the dialect has no words of its own.
        """
        return ()

    def leading(self, tree: Tree) -> Tree | None:
        """Its leading filter alone: a query of what stands before the first step that is no filter.

        None where it begins with something else, or where the dialect cannot tell.
        """
        return None

    def sources(self, tree: Tree) -> tuple[str, ...]:
        """The data that it needs, a sentence for each kind: tables, and whatever else must be there."""
        return needed("table", tuple(dict.fromkeys(name.text for name in self.names(tree).tables)))

    def timed(self, tree: Tree, time_field: str) -> Tree:
        """The tree with the time of records under this name, where a language knows several; else as is."""
        del time_field
        return tree

    def typed(self, tree: Tree, types: Mapping[str, str]) -> Tree:
        """A written tree with each comparison as the type of its field asks for, where a language minds.

        `types` has fields whose type the schema knows: text, number, time, bool, dynamic, ip. Raises
        UnsayableError where the language has no such comparison for the type.
        """
        del types
        return tree

    def presumes(self, tree: Tree) -> tuple[str, ...]:
        """What must be so of the system and its data for the query to find what it should, in sentences."""
        del tree
        return ()

    def cost(self, tree: Tree, context: Context) -> float:
        """What running it costs, in work of reading one event once, over a million events.

        Raises NotImplementedError where the dialect has no cost model.
        """
        raise NotImplementedError
