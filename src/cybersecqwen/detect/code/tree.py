"""A file as a syntax tree, by ast-grep, and what one pass over it finds: nodes by kind, functions around.

ast-grep parses with tree-sitter, which reads any text: what it cannot read becomes ERROR nodes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from cybersecqwen.errors import CsqError

from . import php
from .profile import Profile, profiles
from .runs import runs_joined

Node = Any
"""An SgNode; the package has no types that can be checked."""


def parse(text: str, grammar: str) -> Node:
    """The root. Raises CsqError where the extra is not installed.

    A grammar that ast-grep does not know ends in a panic, so only those of `profiles.toml` may be asked for.
    """
    try:
        from ast_grep_py import SgRoot
    except ImportError as error:  # pragma: no cover - the extra is not installed
        raise CsqError(
            "Reading code needs the package ast-grep-py, which is not installed.",
            hint="Install cybersecqwen[code].",
        ) from error
    return SgRoot(text, grammar).root()


class Tree:
    """A parsed file. Offsets are in characters."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.language = language
        self.profile: Profile = profiles()[language]

    @cached_property
    def root(self) -> Node:
        """The whole file."""
        text = php.code_alone(self.text) if self.language == "php" else self.text
        return parse(runs_joined(text, self.language), self.profile.grammar)

    def find(self, kinds: Sequence[str] | frozenset[str]) -> list[Node]:
        """All nodes of these kinds, in the order of the text."""
        wanted = sorted(kinds)
        if not wanted:
            return []
        rule = {"kind": wanted[0]} if len(wanted) == 1 else {"any": [{"kind": kind} for kind in wanted]}
        found: list[Node] = self.root.find_all({"rule": rule})
        return found

    @cached_property
    def broken(self) -> bool:
        """Whether a part of the file could not be read."""
        return bool(self.find(["ERROR"]))

    @cached_property
    def functions(self) -> list[tuple[int, int, Node]]:
        """(start, end, node) of every function, outer ones before those inside."""
        made = []
        for node in self.find(self.profile.functions):
            reach = node.range()
            made.append((reach.start.index, reach.end.index, node))
        return sorted(made, key=lambda one: (one[0], -one[1]))

    @cached_property
    def _segments(self) -> tuple[list[int], list[int], list[int]]:
        """(starts, the function from there on or -1): the text cut where the innermost function changes.

        Third, for each function the one that it stands in.
        """
        starts, owners, around = [0], [-1], []
        open_: list[int] = []
        for number, (start, _, _) in enumerate(self.functions):
            _close(self.functions, open_, start, starts, owners)
            around.append(open_[-1] if open_ else -1)
            open_.append(number)
            starts.append(start)
            owners.append(number)
        _close(self.functions, open_, len(self.text) + 1, starts, owners)
        return starts, owners, around

    def function_at(self, offset: int) -> int:
        """Number of the innermost function around an offset, -1 outside of all."""
        starts, owners, _ = self._segments
        return owners[bisect_right(starts, offset) - 1]

    def function_around(self, number: int) -> int:
        """The function that a function stands in, -1 for none."""
        return self._segments[2][number]


def _close(
    functions: list[tuple[int, int, Node]], open_: list[int], until: int, starts: list[int], owners: list[int]
) -> None:
    while open_ and functions[open_[-1]][1] <= until:
        ended = functions[open_.pop()][1]
        starts.append(ended)
        owners.append(open_[-1] if open_ else -1)
