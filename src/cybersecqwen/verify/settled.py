"""A finished report with every identifier settled against the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cybersecqwen.records import Citation, Claim, Finding, Incident, Problem, Report, Sentence, Technique

from .allowed import input_text
from .controls import settled_audit
from .identifiers import find, recorded_cves, settle, strike
from .intelligence import settled
from .interface import Facts

_NAME_CHARS = 64  # longer than that, a name that holds an identifier is a sentence


class _Settler:
    """Settles identifiers and collects what had to be changed, each problem once with its count."""

    def __init__(self, facts: Facts, cves: frozenset[str]) -> None:
        self._facts = facts
        self._cves = cves
        self._problems: dict[str, Problem] = {}

    def note(self, problem: Problem) -> None:
        """Count a problem."""
        known = self._problems.get(problem.message)
        self._problems[problem.message] = replace(known, count=known.count + 1) if known else problem

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was changed, in the order in which it was met."""
        return tuple(self._problems.values())

    def text(self, text: str) -> str:
        """A text of ours, settled."""
        shown, problems = strike(text, self._facts, self._cves)
        for problem in problems:
            self.note(problem)
        return shown

    def texts(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Several texts."""
        return tuple(self.text(text) for text in texts)

    def ids(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Identifiers alone: unknown ones are left out, each of the others stands once."""
        shown: dict[str, None] = {}
        for id in ids:
            mentions = [mention.id for mention in find(id)]
            if len(mentions) != 1:
                message = f"{id[:40]!r} is not an identifier and was struck out."
                self.note(Problem(stage="verify", message=message, subject=id[:40]))
                continue
            settled, problem = settle(mentions[0], self._facts, self._cves)
            if problem:
                self.note(problem)
            if settled:
                shown[settled] = None
        return tuple(shown)

    def finding(self, finding: Finding) -> Finding:
        """Its own words and techniques; its evidence stays as recorded."""
        return replace(
            finding,
            title=self.text(finding.title),
            why=self.text(finding.why),
            ordinary=self.text(finding.ordinary),
            techniques=self.ids(finding.techniques),
        )

    def techniques(self, techniques: Iterable[Technique]) -> tuple[Technique, ...]:
        """Techniques with the store's names."""
        shown: dict[str, Technique] = {}
        for technique in techniques:
            for id in self.ids([technique.id]):
                entity = self._facts.resolve(id).entity
                name = entity.name if entity else technique.name
                if id == technique.id and name != technique.name:
                    message = f"{id} was called {technique.name!r}; it is called {name!r}."
                    self.note(Problem(stage="verify", message=message, subject=id))
                same = shown.get(id)
                signals = dict.fromkeys((*(same.findings if same else ()), *technique.findings))
                shown[id] = replace(technique, id=id, name=name, findings=tuple(signals))
        return tuple(shown.values())

    def claim(self, claim: Claim) -> Claim:
        """The techniques that another product attached; its words are evidence and stay."""
        return replace(claim, techniques=self.ids(claim.techniques))

    def incident(self, incident: Incident) -> Incident:
        """All of an incident but its events and evidence."""
        return replace(
            incident,
            title=self.own(incident.title, incident),
            findings=tuple(self.finding(finding) for finding in incident.findings),
            techniques=self.techniques(incident.techniques),
            claims=tuple(self.claim(claim) for claim in incident.claims),
            reasons=self.texts(incident.reasons),
            next_steps=tuple(self.own(step, incident) for step in incident.next_steps),
        )

    def own(self, text: str, incident: Incident) -> str:
        """A text that may name hosts and accounts: one called "S0012" is no identifier."""
        names = {name for name in (*incident.hosts, *incident.users) if name in text}
        held = sorted((n for n in names if len(n) <= _NAME_CHARS and any(find(n))), key=len)
        for number, name in enumerate(reversed(held)):
            text = text.replace(name, f"\x00{number}\x00")
        text = self.text(text)
        for number, name in enumerate(reversed(held)):
            text = text.replace(f"\x00{number}\x00", name)
        return text

    def citation(self, citation: Citation) -> Iterable[Citation]:
        """A citation under its settled identifier, or none."""
        for id in self.ids([citation.id]):
            yield replace(citation, id=id)


def check_report(report: Report, facts: Facts) -> Report:
    """See `verify.check_report`."""
    settler = _Settler(facts, recorded_cves(input_text(report)))
    incidents = tuple(settler.incident(incident) for incident in report.incidents)
    intel = report.intel
    if intel is not None:
        intel, struck = settled(intel, facts)
        for id in struck:
            message = f"{id} is not known to the store and was struck out."
            settler.note(Problem(stage="verify", message=message, subject=id))
        intel = replace(
            intel,
            statements=tuple(replace(one, text=settler.text(one.text)) for one in intel.statements),
            judgements=tuple(
                replace(one, text=settler.text(one.text), basis=settler.texts(one.basis))
                for one in intel.judgements
            ),
        )
    audit = report.audit
    if audit is not None:
        audit, changed = settled_audit(audit, facts)
        for problem in changed:
            settler.note(problem)
    shown = replace(
        report,
        intel=intel,
        audit=audit,
        title=settler.own(report.title, report.incidents[0]) if report.incidents else report.title,
        incidents=incidents,
        findings=tuple(settler.finding(finding) for finding in report.findings),
        techniques=settler.techniques(report.techniques),
        narrative=tuple(_sentence(settler, s, report) for s in report.narrative),
        citations=tuple(shown for citation in report.citations for shown in settler.citation(citation)),
    )
    return replace(shown, problems=(*report.problems, *settler.problems))


def _sentence(settler: _Settler, sentence: Sentence, report: Report) -> Sentence:
    if report.incidents:
        return replace(sentence, text=settler.own(sentence.text, report.incidents[0]))
    return replace(sentence, text=settler.text(sentence.text))
