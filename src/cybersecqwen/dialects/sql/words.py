"""What one test is in SQL: the words that SQLite and DuckDB have for it.

Every condition here is true where the test holds and false or NULL where it does not; what negates it says
IS NOT TRUE. Text is compared by characters, numbers and truth values as their text.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.errors import UnsayableError

from . import quoting
from .networks import pattern_of

_SIGNS = {Op.LESS: "<", Op.AT_MOST: "<=", Op.GREATER: ">", Op.AT_LEAST: ">="}


class Words(ABC):
    """The words of one SQL."""

    @abstractmethod
    def text(self, column: str) -> str:
        """A column as text."""

    @abstractmethod
    def folded(self, column: str, beside: str = "") -> str:
        """A column as text without regard to case, as far as the text that it is compared with needs."""

    @abstractmethod
    def number(self, column: str) -> str:
        """A column as a number; NULL where it holds none."""

    def finite(self, _column: str) -> str:
        """What follows a measure, so that it is taken over finite numbers alone."""
        return ""

    @abstractmethod
    def pattern(self, column: str, wanted: str, *, cased: bool) -> str:
        """A test for text with wildcards."""

    @abstractmethod
    def same(self, column: str, other: str, op: Op) -> str:
        """A comparison of two texts."""

    def equals(self, column: str, values: Sequence[str], *, cased: bool) -> str:
        """A test for one of several texts."""
        left = self.text(column) if cased else self.folded(column, "".join(values))
        texts = [quoting.text(value) for value in values]
        return f"{left} = {texts[0]}" if len(texts) == 1 else f"{left} IN ({', '.join(texts)})"

    def compared(self, column: str, op: Op, value: str) -> str:
        """A comparison of numbers."""
        return f"{self.number(column)} {_SIGNS[op]} {quoting.number(value)}"

    def matching(self, _column: str, _pattern: str) -> str:
        """A search for a regular expression."""
        raise UnsayableError(
            "SQLite has regular expressions only where a program adds them.", what="regular expressions"
        )

    def within(self, _column: str, _network: str) -> str:
        """A test for an address of a network."""
        raise UnsayableError("SQLite has no words for networks.", what="networks")

    @abstractmethod
    def since(self, column: str, seconds: float) -> list[str]:
        """Whether a time is so many seconds before now, or later, and not after now."""

    @abstractmethod
    def moment(self, column: str, sign: str, seconds: float) -> str:
        """A comparison of a time with seconds since 1970 UTC."""

    @abstractmethod
    def bucket(self, column: str, seconds: float) -> str:
        """The beginning of the stretch of time that a time lies in."""


class DuckWords(Words):
    """DuckDB. `lower` and ILIKE fold all of Unicode, but `İ` (to `i`) and `Σ` (never to `ς`)."""

    def text(self, column: str) -> str:
        """Numbers, truth values and times as DuckDB writes them."""
        return f"CAST({quoting.name(column)} AS TEXT)"

    def folded(self, column: str, beside: str = "") -> str:
        """In small letters."""
        return f"lower({self.text(column)})"

    def number(self, column: str) -> str:
        """By way of text, because a truth value would be 1 or 0."""
        return f"TRY_CAST({self.text(column)} AS DOUBLE)"

    def finite(self, column: str) -> str:
        """Neither "inf" nor "nan" is a number."""
        return f" FILTER (WHERE isfinite({self.number(column)}))"

    def compared(self, column: str, op: Op, value: str) -> str:
        """Neither "inf" nor "nan" is a number, and DuckDB takes NaN for the greatest."""
        found = super().compared(column, op, value)
        return f"({found} AND isfinite({self.number(column)}))"

    def pattern(self, column: str, wanted: str, *, cased: bool) -> str:
        """By LIKE and ILIKE."""
        return f"{self.text(column)} {'LIKE' if cased else 'ILIKE'} {quoting.like(wanted)}"

    def same(self, column: str, other: str, op: Op) -> str:
        """By functions for parts of text."""
        names = {Op.CONTAINS: "contains", Op.STARTS: "starts_with", Op.ENDS: "suffix"}
        return f"{names[op]}({column}, {other})" if op in names else f"{column} = {other}"

    def matching(self, column: str, pattern: str) -> str:
        """RE2 there as here (https://duckdb.org/docs/stable/sql/functions/regular_expressions)."""
        return f"regexp_matches({self.text(column)}, {quoting.text(pattern)})"

    def within(self, column: str, network: str) -> str:
        """The type for addresses comes with an extension that is not built in."""
        return self.matching(column, pattern_of(network))

    def since(self, column: str, seconds: float) -> list[str]:
        """The column is a TIMESTAMP in UTC."""
        moment = quoting.name(column)
        length = quoting.text(_plain(seconds))
        return [f"{moment} >= now() - INTERVAL {length} SECONDS", f"{moment} <= now()"]

    def moment(self, column: str, sign: str, seconds: float) -> str:
        """The column is a TIMESTAMP in UTC."""
        return f"{quoting.name(column)} {sign} TIMESTAMP {quoting.text(_written(seconds))}"

    def bucket(self, column: str, seconds: float) -> str:
        """Counted from 1970."""
        length = f"INTERVAL {quoting.text(_plain(seconds))} SECONDS"
        return f"time_bucket({length}, {quoting.name(column)}, TIMESTAMP '1970-01-01 00:00:00')"


class LiteWords(Words):
    """SQLite. `lower` and LIKE fold ASCII alone: what else a text holds is folded by hand."""

    _MOST = 12
    """Letters beyond ASCII that one text may hold."""

    def text(self, column: str) -> str:
        """Numbers as SQLite writes them."""
        return f"CAST({quoting.name(column)} AS TEXT)"

    def folded(self, column: str, beside: str = "") -> str:
        """In small letters; of letters beyond ASCII those that the other text holds."""
        return self._by_hand(f"lower({quoting.name(column)})", beside)

    def _by_hand(self, found: str, beside: str) -> str:
        letters = [c for c in dict.fromkeys(beside) if not c.isascii()]
        great = [(other, c) for c in letters for other in _others(c)]
        if len(great) > self._MOST:
            raise UnsayableError(
                "SQLite folds ASCII alone, and the text has too many other letters.", what="text beyond ASCII"
            )
        for other, c in great:
            found = f"replace({found}, {quoting.text(other)}, {quoting.text(c)})"
        return found

    def number(self, column: str) -> str:
        """What compares with a number as one: text that is none is greater than every number in SQLite."""
        named = quoting.name(column)
        return (
            f"CASE WHEN {named} > CAST(-9e999 AS REAL) AND {named} < CAST(9e999 AS REAL) "
            f"THEN CAST({named} AS REAL) END"
        )

    def compared(self, column: str, op: Op, value: str) -> str:
        """Against a number with affinity, which makes numbers of text (https://sqlite.org/datatype3.html)."""
        named, bound = quoting.name(column), f"CAST({quoting.number(value)} AS NUMERIC)"
        if op in (Op.LESS, Op.AT_MOST):
            return f"({named} {_SIGNS[op]} {bound} AND {named} > CAST(-9e999 AS REAL))"
        return f"({named} {_SIGNS[op]} {bound} AND {named} < CAST(9e999 AS REAL))"

    def pattern(self, column: str, wanted: str, *, cased: bool) -> str:
        """By GLOB, which keeps case, or LIKE, which does not."""
        if cased:
            return f"{quoting.name(column)} GLOB {quoting.glob(wanted)}"
        return f"{self._by_hand(quoting.name(column), wanted)} LIKE {quoting.like(wanted)}"

    def same(self, column: str, other: str, op: Op) -> str:
        """By place and length."""
        if op is Op.CONTAINS:
            return f"instr({column}, {other}) > 0"
        if op is Op.STARTS:
            return f"substr({column}, 1, length({other})) = {other}"
        if op is Op.ENDS:
            return f"({other} = '' OR substr({column}, -length({other})) = {other})"
        return f"{column} = {other}"

    def since(self, column: str, seconds: float) -> list[str]:
        """Text of ISO 8601 and seconds since 1970 alike, to the second."""
        moment = f"unixepoch({quoting.name(column)}, 'auto')"
        return [f"{moment} >= unixepoch('now') - {_whole(seconds)}", f"{moment} <= unixepoch('now')"]

    def moment(self, column: str, sign: str, seconds: float) -> str:
        """Text of ISO 8601 and seconds since 1970 alike, to the second."""
        return f"unixepoch({quoting.name(column)}, 'auto') {sign} {_whole(seconds)}"

    def bucket(self, column: str, seconds: float) -> str:
        """Counted from 1970."""
        length = _whole(seconds)
        return f"unixepoch({quoting.name(column)}, 'auto') / {length} * {length}"


def _others(letter: str) -> list[str]:
    """Letters that fold to a small one."""
    great = letter.upper()
    return [great] if len(great) == 1 and great != letter and great.lower() == letter else []


def _plain(seconds: float) -> str:
    return str(int(seconds)) if float(seconds).is_integer() else repr(float(seconds))


def _whole(seconds: float) -> int:
    if not float(seconds).is_integer():
        raise UnsayableError("SQLite compares times to the second.", what="parts of a second")
    return int(seconds)


def _written(seconds: float) -> str:
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.%f").removesuffix(".000000")
    except (OverflowError, OSError, ValueError):
        raise UnsayableError("The moment lies beyond the calendar.", what="such a moment") from None


WORDS: dict[str, Words] = {"duckdb": DuckWords(), "sqlite": LiteWords()}
"""By flavour."""
