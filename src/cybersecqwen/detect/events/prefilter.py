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
from .view import COMMAND_FIELDS, View

if TYPE_CHECKING:
    from .signal import Signal

_IN_TEXT = ("equals", "contains", "startswith", "endswith", "contains|all")
_LONG, _SHORTEST = 6, 4
_MANY = 400  # values beyond which a list is no key
_COMPUTED = ("Command.how", "Ancestors.", "Parent.", "User.", "event.host", "event.user", "event.category")
_COMMON = ("place", "writable", "kind", "ext", "context")  # few values, so that nearly every event has one


class Prefilter:
    """Signals of one category, narrowed down per event."""

    def __init__(self, signals: Sequence[Signal]) -> None:
        self.signals = tuple(signals)
        """In the order of their files."""
        self._always: dict[Signal, None] = {}
        self._literals: dict[str, dict[Signal, None]] = {}
        self._values: dict[str, dict[str, dict[Signal, None]]] = {}
        self._patterns: dict[str, tuple[FieldPatterns, dict[int, dict[Signal, None]]]] = {}
        for signal in signals:
            keys = [_key(alternative) for alternative in signal.alternatives]
            for key in keys:
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

    @cached_property
    def _automaton(self) -> Any:
        import ahocorasick

        automaton = ahocorasick.Automaton()
        for literal, signals in self._literals.items():
            automaton.add_word(literal, tuple(signals))
        automaton.make_automaton()
        return automaton

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
        """Signals that may fire on this event, in the order of their files; a superset of those that do."""
        found: dict[Signal, None] = dict(self._always)
        if self._literals:
            for _end, signals in self._automaton.iter(self._text(view)):
                found.update(dict.fromkeys(signals))
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
        recorded = [fields[name] for name in self._sources if name in fields]
        if self._reads_commands:
            recorded += view.values("Command.text")
        return "\n".join((event.provider, event.channel, event.code, *recorded)).lower()


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
