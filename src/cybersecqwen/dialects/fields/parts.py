"""Tests on the columns of a home as tests on Sigma's fields, also where a field stands in two columns.

What a field in parts became is recognised by guessing the test that was meant and mapping it again: only
where that gives the same is the guess taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects.globs import ANY, test_of, wildcards_of
from cybersecqwen.dialects.normal import normal

from .expressions import ALWAYS, NEVER, Unfit, either, renamed
from .file_names import whole_path
from .loose import allows
from .taxonomy import Home, Place
from .transforms import TRANSFORMS
from .wordings import BACK

_SPELT = {"registry": "hive", "registry_kernel": "hive_kernel"}
_MARKS = {"request": "?"}
_TIMES = ("_time", "@timestamp", "Timestamp", "TimeGenerated")
"""Columns that hold the time of a record in the built-in schemas, which queries of one product mix."""


class Backwards:
    """The way back from one home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.missing: dict[str, None] = {}
        """Columns that are no field of Sigma's."""
        self.notes: dict[str, None] = {}
        self._single: dict[str, list[tuple[str, Place]]] = {}
        self._several: list[tuple[str, Place]] = []
        self._mark = "\\" if home.logsources[0].product in ("windows", "") else "/"
        for name, place in home.fields.items():
            if len(place.columns) == 1 or place.by == "hashes":
                for column in place.columns:
                    self._single.setdefault(column, []).append((name, place))
            elif place.columns:
                self._several.append((name, place))

    def field(self, column: str) -> str:
        """Sigma's name of a column that a step names."""
        for name, place in self._single.get(column, ()):
            if place.by != "hashes" and not name.endswith(".*"):
                return name
        for name, place in self._several:
            if column in place.columns:
                return name
        reading = self.home.reads.get(column)
        if reading is not None and reading.field:
            if reading.name_alone or reading.part:
                self.notes[f"{column} is a part of {reading.field}: the query shows the whole."] = None
            return reading.field
        if column == self.home.time or column in _TIMES:
            return "timestamp"
        rest = self._rest(column)
        if rest is None:
            self.missing[column] = None
        return rest or column

    def expression(self, expression: Expression) -> Expression:
        """The expression in Sigma's names; what has none is noted in `missing`."""
        if isinstance(expression, Not):
            return Not(self.expression(expression.inner))
        if isinstance(expression, Test):
            return self._test(expression)
        return self._group(expression)

    def _group(self, node: And | Or) -> Expression:
        """Parts that together are one field in parts, then the others one by one."""
        left = list(node.parts)
        made: list[Expression] = []
        for name, place in self._several:
            own = [part for part in left if _columns(part) <= set(place.columns)]
            if not own or not any(_columns(part) for part in own):
                continue
            found = self._whole(name, place, type(node)(tuple(own)))
            if found is not None:
                made.append(found)
                left = [part for part in left if part not in own]
        made += [self.expression(part) for part in left]
        if len(made) == 1:
            return made[0]
        return either(made) if isinstance(node, Or) else And(tuple(made))

    def _whole(self, name: str, place: Place, node: And | Or) -> Expression | None:
        """The test on the field in parts that the node is what became of; None for none."""
        forward = TRANSFORMS[place.by].forward
        wanted = normal(_filled(node, place.columns[-1]) if place.by.startswith("registry") else node)
        for tests in _guesses(name, place, node):
            try:
                made = [forward(test, place) for test in tests if isinstance(test, Test)]
            except Unfit:
                continue
            if normal(either(made)) == wanted:
                return either(tests)
        return None

    def _test(self, test: Test) -> Expression:
        if not test.field:
            return test
        if test.op is Op.SAME_AS:
            for column in (test.field, test.values[0]):
                reading = self.home.reads.get(column)
                if reading is not None and (reading.name_alone or reading.part):
                    self.missing[column] = None
            other = self.field(test.values[0])
            return Test(self.field(test.field), test.op, (other, test.values[1]), test.cased)
        for name, place in self._single.get(test.field, ()):
            if name.endswith(".*"):
                continue
            found = TRANSFORMS[place.by].back(test, place, name)
            if found is not None:
                return found
        for name, place in self._several:
            if test.field in place.columns:
                return self._part(test, name, place)
        if test.field in self.home.reads:
            return self._read(test)
        if test.field == self.home.time or test.field in _TIMES:
            return renamed(test, "timestamp")
        if test.field == self.home.keywords:
            return renamed(test, "")
        rest = self._rest(test.field)
        if rest is None:
            self.missing[test.field] = None
            return test
        return renamed(test, rest)

    def _read(self, test: Test) -> Expression:
        """A test on a column that is only read."""
        reading = self.home.reads[test.field]
        if reading.constant:
            return ALWAYS if allows(test, reading.constant) else NEVER
        if not reading.name_alone and not reading.part:
            return renamed(test, reading.field)
        found = None if reading.part else whole_path(test, reading.field, self._mark)
        if found is None:
            self.missing[test.field] = None
        return test if found is None else found

    def _rest(self, column: str) -> str | None:
        """The name of a field that stands where all others stand."""
        patterns = [
            (key[:-1], place.columns[0]) for key, place in self.home.fields.items() if key[-2:] == ".*"
        ]
        if self.home.rest:
            patterns.append(("", self.home.rest))
        for before, pattern in patterns:
            start = pattern[: pattern.index("*")]
            if column.startswith(start) and len(column) > len(start):
                return before + column[len(start) :]
        return None

    def _part(self, test: Test, name: str, place: Place) -> Expression:
        """A test on one of the parts: the whole then begins, ends or has it inside."""
        if place.by in ("either", "either_details"):
            return renamed(test, name)
        if test.op in (Op.PRESENT, Op.NULL):
            return renamed(test, name)
        texts = wildcards_of(test)
        if not texts:
            self.missing[test.field] = None
            return test
        mark = _MARKS.get(place.by, "\\")
        last = test.field == place.columns[-1]
        if not (last and test.op in (Op.EQUALS, Op.ENDS)):
            self.notes[f"{test.field} is a part of {name}: as a test on the whole it may match more."] = None
        spelt = BACK.get(_SPELT.get(place.by, ""), str)
        made = []
        for text in texts:
            if last:
                whole = text if text.startswith(ANY) else f"{ANY}{mark}{text}"
            else:
                whole = text if text.endswith(ANY) else f"{text}{mark}{ANY}"
            made.append(test_of(name, spelt(whole), cased=test.cased))
        return either(made)


def _columns(expression: Expression) -> set[str]:
    if isinstance(expression, Test):
        return {expression.field}
    if isinstance(expression, Not):
        return _columns(expression.inner)
    return set().union(*map(_columns, expression.parts))


def _guesses(name: str, place: Place, node: And | Or) -> Iterator[list[Expression]]:
    """Tests on the whole field that may have been meant."""
    parts = node.parts
    if place.by in ("either", "either_details"):
        firsts = [part for part in parts if isinstance(part, Test) and part.field == place.columns[0]]
        yield [renamed(part, name) for part in firsts]
        return
    pairs = [one for part in parts for one in _pairs(part, place)]
    if isinstance(node, And):
        pairs = list(_pairs(node, place))
    whole = [
        (text, part.cased)
        for part in parts
        if isinstance(part, Test) and part.field == place.columns[0]
        for text in wildcards_of(part)
    ]
    ends = [
        (text, part.cased)
        for part in parts
        if isinstance(part, Test) and part.field == place.columns[1]
        for text in wildcards_of(part)
    ]
    spelt = BACK.get(_SPELT.get(place.by, ""), str)
    mark = _MARKS.get(place.by, "\\")
    # What ends with the mark also became a test that the first part ends there.
    longer = {text.strip(ANY) for text, _ in whole}
    whole = [one for one in whole if one[0].endswith(ANY) or one[0].strip(ANY) + mark not in longer]
    inner = [pair for pair in pairs if not any(_explains(text, pair[0]) for text, _ in whole)]
    outer = [one for one in ends if not any(_explains(text, one[0]) for text, _ in [*whole, *pairs])]
    for texts in ([*whole, *inner, *outer], [*whole, *inner], whole, pairs, ends):
        if texts:
            unique = dict.fromkeys((spelt(text), cased) for text, cased in texts)
            yield [test_of(name, text, cased=cased) for text, cased in unique]


def _explains(text: str, other: str) -> bool:
    """Whether a text with wildcards at its ends has the other inside."""
    return text.strip(ANY) == other.strip(ANY)


def _pairs(part: Expression, place: Place) -> Sequence[tuple[str, bool]]:
    """The whole that a test on the first part and one on the second make together."""
    if not (isinstance(part, And) and len(part.parts) == 2):
        return ()
    first, second = part.parts
    if not (isinstance(first, Test) and isinstance(second, Test)):
        return ()
    if first.field != place.columns[0]:
        first, second = second, first
    mark = _MARKS.get(place.by, "\\")
    return [
        (f"{before}{mark}{'(default)' if behind == '' else behind}", first.cased)
        for before in wildcards_of(first)
        for behind in (wildcards_of(second) or (("",) if second.op is Op.NULL else ()))
    ]


def _filled(expression: Expression, last: str) -> Expression:
    """With an empty value for one that is missing: a registry value without a name is either."""
    if isinstance(expression, Test):
        missing = expression.field == last and expression.op is Op.NULL
        return Test(last, Op.EQUALS, ("",)) if missing else expression
    if isinstance(expression, Not):
        return expression
    return type(expression)(tuple(_filled(part, last) for part in expression.parts))
