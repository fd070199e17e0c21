"""Which of many signals an event could fire at all, in one pass over its text.

Most alternatives demand that some field holds one of a few literals. All those literals go into one
Aho-Corasick automaton (A. Aho, M. Corasick, CACM 18(6), 1975); one walk over the values of an event gives the
alternatives worth testing. Alternatives whose tests name no literal of four characters or more are
always tested.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cybersecqwen.records import Event

from .matching import Alternative, Test

if TYPE_CHECKING:
    from .signal import Signal

_LITERAL = ("equals", "contains", "startswith", "endswith", "contains|all")
_SHORTEST = 4
_DERIVED = ("Command.", "Ancestors.", "Parent.", "User.", "event.host", "event.user", "event.cat", "TaskName")


class Prefilter:
    """Signals of one category, narrowed down per event."""

    def __init__(self, signals: Sequence[Signal]) -> None:
        self.signals = tuple(signals)
        """In the order of their files."""
        self._always: list[Signal] = []
        self._by_literal: dict[str, list[Signal]] = {}
        for signal in signals:
            literals = [_literals(alternative) for alternative in signal.alternatives]
            if all(literals):
                for literal in {text for group in literals for text in group}:
                    self._by_literal.setdefault(literal, []).append(signal)
            else:
                self._always.append(signal)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Names that the tests of these signals ask for."""
        tests = (t for s in self.signals for a in (*s.alternatives, *s.exceptions) for t in a.tests)
        return tuple(dict.fromkeys(test.name for test in tests))

    @cached_property
    def _automaton(self) -> Any:
        import ahocorasick

        automaton = ahocorasick.Automaton()
        for literal, signals in self._by_literal.items():
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
                    base = test.name
                    if base.rpartition(".")[2] in ("name", "ext") and "." in base:
                        names[base.rpartition(".")[0]] = None
                    names[base] = None
        return tuple(names)

    def candidates(self, event: Event) -> Iterator[Signal]:
        """Signals that may fire on this event; a superset of those that do."""
        yield from self._always
        if not self._by_literal:
            return
        fields = event.fields
        recorded = [fields[name] for name in self._sources if name in fields]
        text = "\n".join((event.provider, event.channel, event.code, *recorded)).lower()
        seen: set[int] = set()
        for _end, signals in self._automaton.iter(text):
            for signal in signals:
                if id(signal) not in seen:
                    seen.add(id(signal))
                    yield signal


def _literals(alternative: Alternative) -> tuple[str, ...]:
    """Literals of which one must stand in a recorded field wherever the alternative holds."""
    best: tuple[str, ...] = ()
    for test in alternative.tests:
        if _usable(test) and (not best or min(map(len, test.values)) > min(map(len, best))):
            best = test.values[:1] if test.modifier == "contains|all" else test.values
    return best


def _usable(test: Test) -> bool:
    if test.modifier not in _LITERAL or len(test.values) > 400:
        return False
    derived = test.name.startswith(_DERIVED) or test.name.rpartition(".")[2] in ("place", "writable")
    return not derived and min(map(len, test.values)) >= _SHORTEST
