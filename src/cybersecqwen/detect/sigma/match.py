"""All tests of one field against one value, in one pass.

    exact text   a dictionary
    literals     one Aho-Corasick automaton for contains, starts and ends, and for the longest literal that
                 a pattern cannot do without; what it finds is then confirmed
    the rest     numbers, networks, times, patterns without a literal: one after the other

Values repeat, so the answer for a value is remembered as a small number, its class: values on which
the same tests hold have the same class, and a column of values becomes a column of classes.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from typing import Any

import ahocorasick

from .literal import required_literal
from .model import Op, Test
from .plain import holds, pattern
from .values import address_of, texts_of

_REMEMBERED = 100_000
"""Values remembered for a field …"""
_REMEMBERED_CHARS = 12 << 20
"""… and the characters that they may have together, before everything is forgotten."""
_MOST_CLASSES = 100_000
"""Classes kept between batches: values made to satisfy ever new choices of tests could make any number."""
_LONG = 600
"""Characters from which on a text is looked at line by line."""
_MOST_LINES = 100_000
_MOST_LINE_CHARS = 8 << 20
_LITERALS = {Op.CONTAINS, Op.STARTS, Op.ENDS}

_Found = tuple[str, list[int], list[int], list[int], list[int]]
"""What hangs on a literal: itself; tests where it may stand anywhere, begin, end; patterns to confirm."""


class FieldMatcher:
    """The tests of one field. Values are as records have them; see `values.texts_of`."""

    def __init__(self, tests: Sequence[tuple[int, Test]]) -> None:
        self._exact: dict[str, list[int]] = {}
        self._literals: dict[str, _Found] = {}
        self._patterns: dict[int, Callable[[str, str], bool]] = {}
        self._others: list[tuple[int, Test]] = []
        self._networks: list[tuple[int, int, int, int]] = []
        self._always: list[int] = []
        null: list[int] = []
        for number, test in tests:
            if test.op is Op.NULL:
                null.append(number)
            elif test.op is Op.PRESENT:
                self._always.append(number)
            else:
                self._add(number, test)
        self._found = list(self._literals.values())
        self._in_lines = not any("\n" in literal for literal in self._literals)
        self._lines: dict[str, frozenset[int]] = {}
        self._line_chars = 0
        self._automaton: Any = None
        if self._literals:
            self._automaton = ahocorasick.Automaton()
            for at, literal in enumerate(self._literals):
                self._automaton.add_word(literal, at)
            self._automaton.make_automaton()
        self._chars = 0
        self.table: list[tuple[int, ...]] = []
        """Class to the numbers of the tests that hold, in order."""
        self._class_of: dict[tuple[int, ...], int] = {}
        self._nulls = tuple(null)
        self._null = self._intern(null)
        self.known: dict[Any, int] = {}
        """Value to class, for the values seen lately. Ask it first, then `classify`."""
        self._forget()

    def begin(self) -> None:
        """To be called before a batch: classes told before may mean something else afterwards."""
        if len(self.table) > _MOST_CLASSES:
            self.table.clear()
            self._class_of.clear()
            self._null = self._intern(self._nulls)
            self._forget()

    def _forget(self) -> None:
        self.known.clear()
        self.known[None] = self._null
        self._chars = 0

    def _intern(self, numbers: Sequence[int]) -> int:
        key = tuple(numbers)
        found = self._class_of.get(key)
        if found is None:
            found = self._class_of[key] = len(self.table)
            self.table.append(key)
        return found

    def _add(self, number: int, test: Test) -> None:
        if test.part:
            self._others.append((number, test))
        elif test.op is Op.CIDR:
            for text in test.values:
                net = ipaddress.ip_network(text)
                self._networks.append((net.version, int(net.network_address), int(net.netmask), number))
        elif test.op in (Op.GLOB, Op.REGEX):
            self._add_pattern(number, test)
        elif test.op is Op.EQUALS and not test.cased:
            for text in test.values:
                self._exact.setdefault(text, []).append(number)
        elif test.cased or test.op not in _LITERALS or "" in test.values:
            self._others.append((number, test))
        else:
            at = (Op.CONTAINS, Op.STARTS, Op.ENDS).index(test.op) + 1
            for text in test.values:
                self._of(text)[at].append(number)  # type: ignore[union-attr]

    def _of(self, literal: str) -> _Found:
        return self._literals.setdefault(literal, (literal, [], [], [], []))

    def _add_pattern(self, number: int, test: Test) -> None:
        """Each value is confirmed by itself, where its literal has been found or where it has none."""
        for text in test.values:
            compiled = pattern(text)
            confirm = _searching(compiled) if test.op is Op.REGEX else _matching(compiled, test.cased)
            literal = required_literal(text)
            if literal:
                key = len(self._patterns)
                self._patterns[key] = confirm
                self._of(literal)[4].append((key << 32) | number)
            else:
                single = Test(test.field, test.op, (text,), test.cased)
                self._others.append((number, single))

    def classify(self, value: Any, *, remember: bool = True) -> int:
        """The class of a value that `known` does not have; it is remembered where it can be a key.

        Whole texts are seldom met twice, so they are not worth being remembered.
        """
        size = 0
        numbers: set[int] = set()
        for text in texts_of(value):
            size += len(text)
            self._match(text, numbers)
        if value is not None:
            numbers.update(self._always)
        found = self._intern(sorted(numbers)) if value is not None else self._null
        if remember and value.__class__ in (str, int):
            if len(self.known) >= _REMEMBERED or self._chars > _REMEMBERED_CHARS:
                self._forget()
            self._chars += size
            self.known[value] = found
        return found

    def _match(self, text: str, numbers: set[int]) -> None:
        folded = text.lower()
        exact = self._exact.get(folded)
        if exact is not None:
            numbers.update(exact)
        if self._automaton is not None:
            self._search(text, folded, numbers)
        if self._networks:
            address = address_of(text)
            if address is not None:
                number, version = int(address), address.version
                for net_version, network, mask, net_test in self._networks:
                    if net_version == version and number & mask == network:
                        numbers.add(net_test)
        for test_number, test in self._others:
            if test_number not in numbers and holds(test, text, _nothing):
                numbers.add(test_number)

    def _search(self, text: str, folded: str, numbers: set[int]) -> None:
        for at in self._standing_in(folded):
            literal, anywhere, starts, ends, patterns = self._found[at]
            if anywhere:
                numbers.update(anywhere)
            if starts and folded.startswith(literal):
                numbers.update(starts)
            if ends and folded.endswith(literal):
                numbers.update(ends)
            for packed in patterns:
                number = packed & 0xFFFFFFFF
                if number not in numbers and self._patterns[packed >> 32](text, folded):
                    numbers.add(number)

    def _standing_in(self, folded: str) -> set[int]:
        """The literals of a text, by number.

        Long texts are mostly lines that were met before (PowerShell writes the whole host into every
        event), so what stands in a line is remembered; no literal reaches over a line end.
        """
        search = self._automaton.iter
        if len(folded) < _LONG or not self._in_lines or "\n" not in folded:
            return {at for _, at in search(folded)}
        found: set[int] = set()
        known = self._lines
        for line in folded.split("\n"):
            inside = known.get(line)
            if inside is None:
                if len(known) >= _MOST_LINES or self._line_chars > _MOST_LINE_CHARS:
                    known.clear()
                    self._line_chars = 0
                self._line_chars += len(line)
                inside = known[line] = frozenset({at for _, at in search(line)})
            if inside:
                found |= inside
        return found


def _searching(compiled: Any) -> Callable[[str, str], bool]:
    return lambda text, _folded: compiled.search(text) is not None


def _matching(compiled: Any, cased: bool) -> Callable[[str, str], bool]:
    return lambda text, folded: compiled.fullmatch(text if cased else folded) is not None


def _nothing(_field: str) -> None:
    """References to other fields are compared row by row in `batch.py`, never here."""
    return
