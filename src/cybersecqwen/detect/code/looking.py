"""A file and its rules → findings."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from cybersecqwen.errors import InputError
from cybersecqwen.records.review import CodeFinding, Confidence, FlowStep, Place

from .calls import Call, Facts
from .documents import parts_of
from .fixing import fix_of
from .parts import Part, document_of
from .rule import CallMatch, CodeRule, Condition, LineMatch, NodeMatch
from .shapes import Shape
from .taint.crossing import Crossing, Gift, Sink
from .taint.flows import Flows, Step, ways
from .taint.model import KINDS, model_of
from .tree import Node, Tree

if TYPE_CHECKING:
    from cybersecqwen.inputs.source.files import SourceFile

MOST = 200
"""Findings of one rule in one file; the rest would say the same."""
WHOLE = frozenset(("kubernetes", "github"))
"""Languages that are read as a whole or not at all."""
TREELESS = frozenset(("dockerfile", "text"))
"""Languages without a grammar."""
MOST_FIXES = 20
"""Fixes of one file that are tried: each is read and looked at anew."""
_LINES, _CHARACTERS = 10, 2_000
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


class Look:
    """One file, looked at by rules."""

    def __init__(self, source: SourceFile, *, mends: bool = True) -> None:
        self.source = source
        self._mends = mends
        self._candidates: list[Node] | None = None
        self._entries: dict[tuple[Step, ...], tuple[str, str]] = {}
        """Way → (function, place of the parameter) where it comes in."""
        self._ways: dict[tuple[int, int, str], tuple[Step, ...]] = {}
        self.problem = ""
        """Why a part of the rules could not be tried on the file, a sentence; "" where all were."""
        self.tree = Tree(source.text, source.language) if source.language not in TREELESS else None

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

    def findings(self, rules: Sequence[CodeRule]) -> list[CodeFinding]:
        """What rules find, in the order of the file; where several say the same of a place, the surest."""
        best: dict[tuple[int, int, str], tuple[Hit, CodeRule]] = {}
        if self.source.language in WHOLE:
            _ = self._documents  # read even where no rule asks, to say where that cannot be
        active = [rule for rule in rules if self._may_hold(rule)]
        self._search(active)
        for rule in active:
            for hit in self.hits(rule)[:MOST]:
                key = (hit.start, hit.end, rule.cwe[0])
                if key not in best or _weight(rule) > _weight(best[key][1]):
                    best[key] = (hit, rule)
        found = sorted(best.values(), key=lambda one: (one[0].start, one[0].end, one[1].id))
        findings = _marked([self._finding(hit, rule) for hit, rule in found])
        return self._mended(findings, found, rules) if self._mends else findings

    def crossing(self, rules: Sequence[CodeRule]) -> Crossing | None:
        """What the file has to do with others of its project; None where flows are not followed in it."""
        flows = self._flows if self.source.language not in TREELESS else None
        if flows is None:
            return None
        gifts = tuple(self._gifts(flows))
        flows.opened, known, self._ways = True, self._ways, {}
        try:
            sinks = tuple(self._sinks(flows, rules))
        finally:
            flows.opened, self._ways = False, known
        return Crossing(path=self.source.path, language=self.source.language, sinks=sinks, gifts=gifts)

    def _sinks(self, flows: Flows, rules: Sequence[CodeRule]) -> Iterator[Sink]:
        for rule in rules:
            kind = KINDS.get(rule.cwe[0], "")
            if not kind or not rule.calls or not self._may_hold(rule):
                continue
            for match in rule.calls:
                for hit in self._calls(match, kind):
                    entered = self._entries.get(hit.way)
                    if entered is not None:
                        (finding,) = _marked([self._finding(hit, rule)])
                        yield Sink(function=entered[0], place=entered[1], kind=kind, finding=finding)

    def _gifts(self, flows: Flows) -> Iterator[Gift]:
        """Calls of imported functions with values of strangers."""
        aliases = self.facts.names.aliases
        imported = {one.partition(".")[0] for one in (*aliases, *aliases.values())}
        if not any(word in self.source.text for word in flows.model.words):
            return
        keywords = self.facts.tree.profile.keywords
        for calls in self.facts.calls.values():
            for call in calls:
                if "." not in call.name or not (
                    call.name.partition(".")[0] in imported or call.name.startswith(".")
                ):
                    continue
                for place, value in call.given(keywords):
                    steps = flows.to(value, "")
                    if steps:
                        kinds = frozenset(kind for kind in set(KINDS.values()) if flows.to(value, kind))
                        told = [FlowStep(place=self._at(one.node), what=one.what) for one in ways(steps)]
                        told.append(FlowStep(place=self._at(call.node), what=f"is given to {call.name}"))
                        yield Gift(to=call.name, place=place, kinds=kinds, steps=tuple(told))

    def _mended(
        self, findings: list[CodeFinding], found: Sequence[tuple[Hit, CodeRule]], rules: Sequence[CodeRule]
    ) -> list[CodeFinding]:
        """The findings with their fixes; each was tried, so there is a bound on how many."""
        made, left = [], MOST_FIXES
        for one, (hit, rule) in zip(findings, found, strict=True):
            if rule.fixes and hit.node is not None and left:
                left -= 1
                fix = fix_of(
                    rule, hit.node, hit.call, self.facts, self.source.path, findings, self._again(rules)
                )
                one = replace(one, fix=fix)
            made.append(one)
        return made

    def _again(self, rules: Sequence[CodeRule]) -> Callable[[str], Sequence[CodeFinding]]:
        return lambda text: Look(replace(self.source, text=text), mends=False).findings(rules)

    def _may_hold(self, rule: CodeRule) -> bool:
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
        if self._flows is None or not kind:
            return ()
        for node in nodes:
            if node is None:
                continue
            reach = node.range()
            key = (reach.start.index, reach.end.index, kind)
            if key not in self._ways:
                self._ways[key] = way = self._flows.to(node, kind)
                if self._flows.entered is not None and way:
                    self._entries[way] = self._flows.entered
            if self._ways[key]:
                return self._ways[key]
        return ()

    def _harmless(self, nodes: Sequence[Node | None], where: Mapping[str, Condition], kind: str) -> bool:
        """Whether what may not be a constant is one all the same, or can do no harm of this kind."""
        if self._flows is None or not kind:
            return False
        asked = [
            node
            for node, condition in zip(nodes, where.values(), strict=True)
            if node is not None and condition.shapes and Shape.CONSTANT not in condition.shapes
        ]
        return bool(asked) and all(self._flows.is_harmless(one, kind) for one in asked)

    @cached_property
    def _flows(self) -> Flows | None:
        model = model_of(self.source.language)
        return Flows(self.facts, model) if model is not None else None

    def _nodes(self, match: NodeMatch, kind: str) -> Iterator[Hit]:
        for node in self._matching(match):
            if self._captured(node, match.where, kind):
                values = [node.get_match(name) for name in match.where]
                alone = not match.where and self._flows is not None and kind and kind not in _WRITTEN
                if alone and self._flows is not None and self._flows.is_harmless(node, kind):
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

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(one.end() for one in re.finditer("\n", self.source.text))]

    def place(self, start: int, end: int) -> Place:
        """A stretch of the file as a place."""
        starts, text = self._line_starts, self.source.text
        first = bisect_right(starts, start)
        last = max(first, bisect_right(starts, max(start, end - 1)))
        shown = (
            text[starts[first - 1] : starts[min(last, first + _LINES - 1)]]
            if last < len(starts)
            else ("\n".join(text[starts[first - 1] :].split("\n", _LINES)[:_LINES]))
        )
        return Place(
            path=self.source.path,
            line=first,
            column=start - starts[first - 1] + 1,
            end_line=last,
            end_column=end - starts[last - 1] + 1,
            text=shown.rstrip("\r\n")[:_CHARACTERS],
        )

    def _finding(self, hit: Hit, rule: CodeRule) -> CodeFinding:
        place = self.place(hit.start, hit.end)
        flow = [FlowStep(place=self._at(step.node), what=step.what) for step in ways(hit.way)]
        if flow:
            flow.append(FlowStep(place=place, what="does its harm"))
        return CodeFinding(
            rule=rule.id,
            title=rule.title,
            cwe=rule.cwe,
            severity=rule.severity,
            confidence=Confidence.HIGH if flow else rule.confidence,
            why=rule.why,
            instead=rule.instead,
            place=place,
            flow=tuple(flow),
            proven=bool(flow),
        )

    def _at(self, node: Node) -> Place:
        reach = node.range()
        return self.place(reach.start.index, reach.end.index)


def _is_text(text: str, condition: Condition) -> bool:
    if condition.texts and text not in condition.texts:
        return False
    if text in condition.not_texts:
        return False
    if condition.pattern is not None and not condition.pattern.search(text):
        return False
    return condition.not_pattern is None or not condition.not_pattern.search(text)


def _weight(rule: CodeRule) -> tuple[int, int, str]:
    return (rule.confidence.rank, rule.severity, rule.id)


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


def _marked(findings: Sequence[CodeFinding]) -> list[CodeFinding]:
    """With fingerprints: of the rule, the file and the code itself, counted where the same stands twice."""
    seen: Counter[str] = Counter()
    made = []
    for one in findings:
        code = " ".join(one.place.text.split())
        mark = f"{one.rule}\0{one.place.path}\0{code}"
        number = seen[mark]
        seen[mark] += 1
        digest = hashlib.sha256(f"{mark}\0{number}".encode("utf-8", "surrogatepass")).hexdigest()
        made.append(replace(one, fingerprint=digest[:32]))
    return made
