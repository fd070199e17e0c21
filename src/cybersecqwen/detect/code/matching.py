"""Where rules find something in a file: calls, shapes of syntax, lines, keys."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cybersecqwen.errors import InputError

from .calls import Call, Facts
from .documents import parts_of
from .parts import Part, document_of
from .rule import CallMatch, CodeRule, Condition, LineMatch, NodeMatch
from .shapes import Shape
from .taint.flows import Flows, Step
from .taint.model import KINDS, model_of
from .taint.plain import Plain
from .tree import Node, Tree

if TYPE_CHECKING:
    from cybersecqwen.inputs.source.files import SourceFile

WHOLE = frozenset(("kubernetes", "github"))
"""Languages that are read as a whole or not at all."""
TREELESS = frozenset(("dockerfile", "text"))
"""Languages without a grammar."""
_WRITTEN = frozenset(("code", "regex"))
"""Harm that what is written in the file does by itself: a setting that lets code run, a slow expression."""
_MOST_CANDIDATES = 30
"""Nodes that are looked at one by one."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a rule found something; offsets in characters."""

    start: int
    end: int
    way: tuple[Step, ...] = ()
    """How a value of strangers gets there, where that is known."""
    node: Node | None = None
    """None for text and documents."""
    call: Call | None = None


class Matcher:
    """One file, and what rules find in it."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.problem = ""
        """Why a part of the rules could not be tried on the file, a sentence; "" where all were."""
        self.tree = Tree(source.text, source.language) if source.language not in TREELESS else None
        self._candidates: list[Node] | None = None
        self._entries: dict[tuple[Step, ...], tuple[str, str]] = {}
        """Way → (function, place of the parameter) where it comes in."""
        self._ways: dict[tuple[int, int, str], tuple[Step, ...]] = {}

    @cached_property
    def _documents(self) -> list[Part]:
        try:
            return document_of(self.source.text, self.source.language)
        except InputError as error:
            self.problem = error.message
            return []

    @cached_property
    def facts(self) -> Facts:
        """What is known of the file beyond its tree."""
        assert self.tree is not None
        return Facts(self.tree)

    @cached_property
    def flows(self) -> Flows | None:
        """The ways of values; None where they are not followed in the language."""
        model = model_of(self.source.language) if self.tree is not None else None
        return Flows(self.facts, model) if model is not None and model.sources else None

    @cached_property
    def _plain(self) -> Plain | None:
        """What can do no harm where values are not followed; None where nothing is known of the language."""
        model = model_of(self.source.language) if self.tree is not None else None
        return Plain(self.facts, model) if model is not None and not model.sources else None

    def active(self, rules: Sequence[CodeRule]) -> list[CodeRule]:
        """The rules that may find something; what their patterns may match is looked for at once."""
        if self.source.language in WHOLE:
            _ = self._documents  # read even where no rule asks, to say where that cannot be
        made = [rule for rule in rules if self.may_hold(rule)]
        self._search(made)
        return made

    def may_hold(self, rule: CodeRule) -> bool:
        """Whether the words and expressions that a rule wants of a file are there."""
        text = self.source.text
        if rule.words and not any(word in text for word in rule.words):
            return False
        if rule.requires is not None and not rule.requires.search(text):
            return False
        return rule.absent is None or not rule.absent.search(text)

    def hits(self, rule: CodeRule) -> list[Hit]:
        """Where one rule finds something, each place once."""
        found: dict[int, Hit] = {}
        for hit in self._hits(rule):
            # Of those that begin at one place the longest says it all: a chain of calls, say.
            if hit.start not in found or found[hit.start].end < hit.end:
                found[hit.start] = hit
        return list(found.values())

    def _hits(self, rule: CodeRule) -> Iterator[Hit]:
        kind = KINDS.get(rule.cwe[0], "")
        for call_match in rule.calls:
            yield from self._calls(call_match, kind)
        for node_match in rule.nodes:
            yield from self._nodes(node_match, kind)
        for line_match in rule.lines:
            yield from self._lines(line_match)
        if rule.documents:
            for part in parts_of(self._documents, rule.documents, _is_text):
                # Of a long part its first line is shown: that is where a reader begins.
                line_end = self.source.text.find("\n", part.start)
                end = part.end if part.text is not None or line_end < 0 else min(part.end, line_end)
                yield Hit(part.start, max(end, part.start + 1))

    def _calls(self, match: CallMatch, kind: str) -> Iterator[Hit]:
        keywords = self.facts.tree.profile.keywords
        for name in match.names:
            for call in self.facts.calls.get(name.rsplit(".", 1)[-1].removeprefix("new "), ()):
                if not _is_called(call.name, name) or len(call.arguments(keywords)) >= match.fewer:
                    continue
                if not self._all(call, match.where, kind):
                    continue
                if any(self._all(call, one, kind) for one in match.unless):
                    continue
                values = [call.argument(one, keywords) for one in match.where]
                if not self._harmless(values, match.where, kind):
                    yield _hit(call.node, self._way(values, kind), call)

    def _all(self, call: Call, where: Mapping[str, Condition], kind: str) -> bool:
        keywords = self.facts.tree.profile.keywords
        for name, condition in where.items():
            value = call.argument(name, keywords)
            if value is None:
                if condition.missing is False or call.spreads(keywords):
                    return False
            elif condition.missing is True or not self._holds(value, condition, kind):
                return False
        return True

    def _holds(self, node: Node, condition: Condition, kind: str) -> bool:
        if condition.asks_for_text and not _is_text(_unquoted(node.text()), condition):
            return False
        if len(condition.shapes) < 3 and self.facts.shapes.of(node) not in condition.shapes:
            return False
        if condition.tainted and not self._way([node], kind):
            return False
        if condition.origin is None and condition.not_origin is None:
            return True
        origins = list(self.facts.shapes.origins(node))
        if condition.origin is not None and not any(map(condition.origin.search, origins)):
            return False
        return condition.not_origin is None or not any(map(condition.not_origin.search, origins))

    def _way(self, nodes: Sequence[Node | None], kind: str) -> tuple[Step, ...]:
        """The way by which a value of strangers reaches one of some expressions, () for none known."""
        if self.flows is None or not kind:
            return ()
        for node in nodes:
            if node is None:
                continue
            reach = node.range()
            key = (reach.start.index, reach.end.index, kind)
            if key not in self._ways:
                self._ways[key] = way = self.flows.to(node, kind)
                if self.flows.entered is not None and way:
                    self._entries[way] = self.flows.entered
            if self._ways[key]:
                return self._ways[key]
        return ()

    def _harmless(self, nodes: Sequence[Node | None], where: Mapping[str, Condition], kind: str) -> bool:
        """Whether what may not be a constant is one all the same, or can do no harm of this kind."""
        known = self.flows or self._plain
        if known is None or not kind:
            return False
        asked = [
            node
            for node, condition in zip(nodes, where.values(), strict=True)
            if node is not None and condition.shapes and Shape.CONSTANT not in condition.shapes
        ]
        return bool(asked) and all(known.is_harmless(one, kind) for one in asked)

    def _nodes(self, match: NodeMatch, kind: str) -> Iterator[Hit]:
        for node in self._matching(match):
            if self._captured(node, match.where, kind):
                values = [node.get_match(name) for name in match.where]
                alone = not match.where and self.flows is not None and kind and kind not in _WRITTEN
                if alone and self.flows is not None and self.flows.is_harmless(node, kind):
                    continue
                if not self._harmless(values, match.where, kind):
                    yield _hit(node, self._way(values, kind))

    def _matching(self, match: NodeMatch) -> Iterator[Node]:
        """The nodes that a pattern matches, with what its variables stand for."""
        assert self.tree is not None
        # Each look at a node reads the pattern anew: with many nodes a pass for each pattern takes less.
        if self._candidates is None or len(self._candidates) > _MOST_CANDIDATES or len(match.config) > 1:
            yield from self.tree.root.find_all(dict(match.config))
            return
        rule = match.config["rule"]
        for node in self._candidates:
            if not node.matches(**rule):
                continue
            if not match.where:
                yield node
            else:
                reach = node.range()
                for found in node.find_all(dict(match.config)):
                    other = found.range()
                    if (other.start.index, other.end.index) == (reach.start.index, reach.end.index):
                        yield found
                        break

    def _search(self, rules: Sequence[CodeRule]) -> None:
        """Find what any of the patterns of rules may match: one pass over the file instead of one each."""
        # Without its constraints a pattern may match nearly everything: such are searched by themselves.
        given = [one.config["rule"] for rule in rules for one in rule.nodes if len(one.config) == 1]
        if len(given) < 2 or self.tree is None:
            return
        nodes: dict[tuple[int, int, str], Node] = {}
        for node in self.tree.root.find_all({"rule": {"any": given}}):
            reach = node.range()
            nodes.setdefault((reach.start.index, reach.end.index, node.kind()), node)
        self._candidates = list(nodes.values())

    def _captured(self, node: Node, where: Mapping[str, Condition], kind: str) -> bool:
        for name, condition in where.items():
            value = node.get_match(name)
            if value is None:
                if condition.missing is False:
                    return False
            elif condition.missing is True or not self._holds(value, condition, kind):
                return False
        return True

    def _lines(self, match: LineMatch) -> Iterator[Hit]:
        for found in match.pattern.finditer(self.source.text):
            if match.in_comments or not self._in_comment(found.start()):
                yield Hit(found.start(), found.end())

    @cached_property
    def _comments(self) -> tuple[list[int], list[int]]:
        if self.tree is None:
            reaches = [one.span() for one in _HASH_LINES.finditer(self.source.text)]
        else:
            nodes = self.tree.find(self.tree.profile.comments)
            reaches = [(one.range().start.index, one.range().end.index) for one in nodes]
        reaches.sort()
        return [start for start, _ in reaches], [end for _, end in reaches]

    def _in_comment(self, offset: int) -> bool:
        starts, ends = self._comments
        at = bisect_right(starts, offset) - 1
        return at >= 0 and offset < ends[at]

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Within it parameters count as given by strangers; `entered` says which."""
        assert self.flows is not None
        self.flows.opened, known, self._ways = True, self._ways, {}
        try:
            yield
        finally:
            self.flows.opened, self._ways = False, known

    def calls(self, rule: CodeRule) -> Iterator[Hit]:
        """Calls alone that a rule finds."""
        for match in rule.calls:
            yield from self._calls(match, KINDS.get(rule.cwe[0], ""))

    def entered(self, hit: Hit) -> tuple[str, str] | None:
        """(function, place of the parameter) by which the value of a hit came in, where it came in so."""
        return self._entries.get(hit.way)


def _is_text(text: str, condition: Condition) -> bool:
    if condition.texts and text not in condition.texts:
        return False
    if text in condition.not_texts:
        return False
    if condition.pattern is not None and not condition.pattern.search(text):
        return False
    return condition.not_pattern is None or not condition.not_pattern.search(text)


_HASH_LINES = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)


def _hit(node: Node, way: tuple[Step, ...] = (), call: Call | None = None) -> Hit:
    reach = node.range()
    return Hit(reach.start.index, reach.end.index, way, node, call)


def _is_called(name: str, wanted: str) -> bool:
    return name.endswith(wanted[1:]) if wanted.startswith("*") else name == wanted


def _unquoted(text: str) -> str:
    """A text without the quotes around it and the letters before them."""
    bare = text.lstrip("rbuRBUf@$") if text[-1:] in "'\"`" else text
    for quotes in ('"""', "'''", '"', "'", "`"):
        if len(bare) >= 2 * len(quotes) and bare.startswith(quotes) and bare.endswith(quotes):
            return bare[len(quotes) : -len(quotes)]
    return text
