"""A file and its rules → findings."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cybersecqwen.records.review import CodeFinding, Confidence, FlowStep

from .fixing import fix_of
from .matching import Hit, Matcher
from .places import Places
from .rule import CodeRule
from .taint.flows import ways

if TYPE_CHECKING:
    from cybersecqwen.inputs.source.files import SourceFile

MOST = 200
"""Findings of one rule in one file; the rest would say the same."""
MOST_FIXES = 20
"""Fixes of one file that are tried: each is read and looked at anew."""


class Look:
    """One file, looked at by rules."""

    def __init__(self, source: SourceFile, *, mends: bool = True) -> None:
        self.source = source
        self.matcher = Matcher(source)
        """Finds where rules hold."""
        self.places = Places(source)
        """Says where that is."""
        self._mends = mends

    @property
    def problem(self) -> str:
        """Why a part of the rules could not be tried on the file, a sentence; "" where all were."""
        return self.matcher.problem

    def findings(self, rules: Sequence[CodeRule]) -> list[CodeFinding]:
        """What rules find, in the order of the file; where several say the same of a place, the surest."""
        best: dict[tuple[int, int, str], tuple[Hit, CodeRule]] = {}
        for rule in self.matcher.active(rules):
            for hit in self.matcher.hits(rule)[:MOST]:
                key = (hit.start, hit.end, rule.cwe[0])
                if key not in best or _weight(rule) > _weight(best[key][1]):
                    best[key] = (hit, rule)
        found = sorted(best.values(), key=lambda one: (one[0].start, one[0].end, one[1].id))
        findings = marked([self.finding(hit, rule) for hit, rule in found])
        return self._mended(findings, found, rules) if self._mends else findings

    def _mended(
        self, findings: list[CodeFinding], found: Sequence[tuple[Hit, CodeRule]], rules: Sequence[CodeRule]
    ) -> list[CodeFinding]:
        """The findings with their fixes; each was tried, so there is a bound on how many."""
        made, left = [], MOST_FIXES
        for one, (hit, rule) in zip(findings, found, strict=True):
            if rule.fixes and hit.node is not None and left:
                left -= 1
                fix = fix_of(
                    rule,
                    hit.node,
                    hit.call,
                    self.matcher.facts,
                    self.source.path,
                    findings,
                    self._again(rules),
                )
                one = replace(one, fix=fix)
            made.append(one)
        return made

    def _again(self, rules: Sequence[CodeRule]) -> Callable[[str], Sequence[CodeFinding]]:
        return lambda text: Look(replace(self.source, text=text), mends=False).findings(rules)

    def finding(self, hit: Hit, rule: CodeRule) -> CodeFinding:
        """What a hit of a rule is, without a mark."""
        place = self.places.of(hit.start, hit.end)
        flow = [FlowStep(place=self.places.at(step.node), what=step.what) for step in ways(hit.way)]
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


def _weight(rule: CodeRule) -> tuple[int, int, str]:
    return (rule.confidence.rank, rule.severity, rule.id)


def marked(findings: Sequence[CodeFinding]) -> list[CodeFinding]:
    """With fingerprints: of the rule, the file and the code, counted where the same stands twice."""
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
