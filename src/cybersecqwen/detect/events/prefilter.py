"""Which of many signals an event could fire at all, without testing each.

Of every alternative of a signal one test is chosen as its key, the rarest looking one. Literals of all
keys go into one Aho-Corasick automaton (A. Aho, M. Corasick, CACM 18(6), 1975) that reads the event's
text once; whole values and patterns are looked up by field. Only alternatives without any such test
are always tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .matching import Alternative, Test
from .patterns import FieldPatterns
from .view import COMMAND_FIELDS, View, command_field

if TYPE_CHECKING:
    from .signal import Signal

_IN_TEXT = ("equals", "contains", "startswith", "endswith", "contains|all")
_LONG, _SHORTEST = 6, 4
_MANY = 400  # values beyond which a list is no key
_COMPUTED = (
    "TaskName",
    "Command.how",
    "Ancestors.",
    "Parent.",
    "User.",
    "event.host",
    "event.user",
    "event.category",
)
_COMMON = ("place", "writable", "kind", "ext", "context")  # few values, so that nearly every event has one


class Prefilter:
    """Signals of one category, narrowed down per event."""

    def __init__(self, signals: Sequence[Signal]) -> None:
        self.signals = tuple(signals)
        """In the order of their files."""
        self._indexed = False
        self._always: dict[Signal, None] = {}
        self._literals: dict[str, dict[Signal, None]] = {}
        self._values: dict[str, dict[str, dict[Signal, None]]] = {}
        self._patterns: dict[str, tuple[FieldPatterns, dict[int, dict[Signal, None]]]] = {}

    def _build(self) -> None:
        """Index all signals: done when the first event of the category comes, if one does."""
        self._indexed = True
        for signal in self.signals:
            for alternative in signal.alternatives:
                key = _key(alternative)
                if key is None:
                    self._always[signal] = None
                else:
                    self._index(signal, key)

    def _index(self, signal: Signal, test: Test) -> None:
        if test.patterns is not None:
            _, ids = self._patterns.setdefault(test.name, (test.patterns, {}))
            for number in test.ids:
                ids.setdefault(number, {})[signal] = None
        elif _rank(test) in (0, 3):
            for literal in test.values[:1] if test.modifier == "contains|all" else test.values:
                self._literals.setdefault(literal, {})[signal] = None
        else:
            for value in test.values:
                self._values.setdefault(test.name, {}).setdefault(value, {})[signal] = None

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Recorded fields that any test of these signals reads: two events that agree in them are alike."""
        tests = (t for s in self.signals for a in (*s.alternatives, *s.exceptions) for t in a.tests)
        names = dict.fromkeys(test.name for test in tests)
        bases = (name.rpartition(".")[0] for name in names if not name.startswith("event."))
        commands = COMMAND_FIELDS if any(name.startswith("Command.") for name in names) else ()
        return tuple(n for n in dict.fromkeys((*names, *bases, *commands, "User")) if n)

    @property
    def reads_place(self) -> bool:
        """Whether any test asks for the host or the channel, which a record's own fields do not tell."""
        return "event.host" in self.fields or "event.channel" in self.fields

    @cached_property
    def _automaton(self) -> tuple[Any, tuple[tuple[Signal, ...], ...]]:
        """The automaton of all literals, and the signals of each by its number."""
        import ahocorasick

        automaton = ahocorasick.Automaton()
        for number, literal in enumerate(self._literals):
            automaton.add_word(literal, number)
        automaton.make_automaton()
        return automaton, tuple(map(tuple, self._literals.values()))

    @cached_property
    def _sources(self) -> tuple[str, ...]:
        """Recorded fields whose text the automaton reads."""
        names: dict[str, None] = {}
        for signal in self.signals:
            for alternative in signal.alternatives:
                for test in alternative.tests:
                    base, _, what = test.name.rpartition(".")
                    if base and what in ("name", "ext"):
                        names[base] = None
                    names[test.name] = None
        return tuple(names)

    @cached_property
    def _reads_commands(self) -> bool:
        return any(name.startswith("Command.") for name in self._sources)

    def candidates(self, view: View) -> list[Signal]:
        """Signals that may fire on this event: a superset of those that do, in no order."""
        if not self._indexed:
            self._build()
        found: dict[Signal, None] = dict(self._always)
        if self._literals:
            automaton, signals = self._automaton
            for number in {number for _end, number in automaton.iter(self._text(view))}:
                found.update(dict.fromkeys(signals[number]))
        for name, by_value in self._values.items():
            for value in view.values(name):
                found.update(by_value.get(value, ()))
        for name, (patterns, ids) in self._patterns.items():
            for number in view.pattern_hits(name, patterns):
                found.update(ids.get(number, ()))
        return list(found)

    def _text(self, view: View) -> str:
        event = view.event
        fields = event.fields
        read = command_field(event) if self._reads_commands else ""  # its text is the first form
        texts = [str(fields[name]) for name in self._sources if name in fields and name != read]
        text = "\n".join((event.provider, event.channel, event.code, *texts)).lower()
        return "\n".join((text, *view.values("Command.text"))) if self._reads_commands else text


def _key(alternative: Alternative) -> Test | None:
    """The test that narrows most: every event on which the alternative holds satisfies it."""
    usable = [test for test in alternative.tests if _rank(test) is not None]
    return min(usable, key=lambda test: (_rank(test), len(test.values)), default=None)


def _rank(test: Test) -> int | None:
    """How well a test narrows, 0 best; None where it cannot be looked up."""
    if len(test.values) > _MANY:
        return None
    if test.patterns is not None:
        return 2
    shortest = min(map(len, test.values), default=0)
    last = test.name.rpartition(".")[2]
    computed = test.name.startswith(_COMPUTED) or last in _COMMON
    in_text = test.modifier in _IN_TEXT and not computed
    if in_text and shortest >= _LONG:
        return 0
    if test.modifier == "equals" and not computed:
        return 1
    if in_text and shortest >= _SHORTEST:
        return 3
    return 4 if test.modifier == "equals" else None
