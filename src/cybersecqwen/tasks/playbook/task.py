"""The task: facts in, a playbook out; complete without any language model."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

from cybersecqwen import __version__
from cybersecqwen.detect.sigma.model import Rule
from cybersecqwen.errors import InputError, NothingAnalysedError, UsageError
from cybersecqwen.records import (
    Citation,
    Problem,
    Provenance,
    Report,
    Sentence,
    Severity,
    Technique,
    Verdict,
)
from cybersecqwen.records.playbook import Basis, Effect, Kind, Playbook
from cybersecqwen.tasks.interface import Ask, Request, Task, Tools
from cybersecqwen.tasks.saved.files import Envelope, read
from cybersecqwen.tasks.triage.prompt import split

from .action import HUNT, PLATFORMS
from .envelopes import facts_of_report
from .environment import Environment, read_environment
from .facts import Facts, distinct
from .hunting import Language
from .library import Library
from .options import PlaybookOptions
from .owned import without_ours
from .planning import plan
from .wording import MOST_SENTENCES, REWORDED, ask_about, worded_by
from .words import facts_of_words

if TYPE_CHECKING:
    from cybersecqwen.models.interface import LanguageModel

_BOUNDS = ((90, Severity.CRITICAL), (70, Severity.HIGH), (40, Severity.MEDIUM), (20, Severity.LOW))


class PlaybookTask(Task):
    """An incident, a technique or a report → steps, in an order that can be followed."""

    name: ClassVar[str] = "playbook"
    help: ClassVar[str] = "Turn an incident, a technique or a report into steps that can be followed."

    def assess(self, request: Request, tools: Tools) -> Report:
        """The playbook; see `Task.assess`.

        Raises UsageError for words that name nothing known or ask for an attack, InputError for what is no
        report or no environment, RuleError for actions of the user that cannot be used.
        """
        begun = time.perf_counter()
        options = request.parameters if isinstance(request.parameters, PlaybookOptions) else PlaybookOptions()
        environment = read_environment(options.environment) if options.environment else Environment()
        library = Library.shipped(options.actions)
        facts = _on_platforms(_facts(request, tools, environment, options), options.platforms)
        facts = without_ours(facts, environment)
        read_ms = (time.perf_counter() - begun) * 1000
        rules = _rules(library, facts, tools)
        playbook = plan(facts, environment, library, tools.store, rules, _language(environment, options))
        if not playbook.steps:
            raise NothingAnalysedError(
                "The library has no action for this.", hint="--platform names where it happened."
            )
        return Report(
            task=self.name,
            verdict=Verdict.NEEDS_REVIEW,
            severity=next(
                (level for bound, level in _BOUNDS if facts.severity >= bound), Severity.INFORMATIONAL
            ),
            confidence=1.0,
            title=f"Playbook: {playbook.name}",
            sources=request.paths,
            counts={
                "steps": len(playbook.steps),
                "decisions": sum(bool(one.approval) for one in playbook.steps),
            },
            techniques=tuple(_techniques(facts, tools)),
            narrative=tuple(Sentence(text=one, writer="csq") for one in _story(playbook)),
            citations=tuple(_citations(playbook, tools)),
            problems=facts.problems,
            timings_ms={
                "read": round(read_ms, 2),
                "assess": round((time.perf_counter() - begun) * 1000 - read_ms, 2),
            },
            provenance=Provenance(version=__version__, knowledge=tools.store.version),
            extra={REWORDED: True} if options.reword else {},
            playbook=playbook,
        )

    def ask(self, report: Report, tools: Tools) -> Ask | None:
        """What to ask about the situation; a model may also be consulted alone. See `wording`."""
        del tools
        return ask_about(report)

    def consult(self, report: Report, tools: Tools, model: LanguageModel, timeout_s: float) -> Report:
        """The report with a model's criteria and messages where they are wanted; see `wording`."""
        del tools
        return worded_by(report, model, timeout_s)

    def split(self, text: str) -> Sequence[str]:
        """Sentences."""
        return split(text)

    def merge(self, report: Report, kept: Sequence[Sentence]) -> tuple[Sentence, ...]:
        """Ours, then the first of the model's: the head of a page has room for few."""
        return (*report.narrative, *kept[:MOST_SENTENCES])


def _facts(request: Request, tools: Tools, environment: Environment, options: PlaybookOptions) -> Facts:
    if not request.paths:
        hosts = [one.name for one in environment.assets.values()]
        return facts_of_words(request.question, tools.store, hosts)
    if request.question:
        raise UsageError(
            f"{request.question[:60]!r} is no file.", hint="Give either words or reports of csq, not both."
        )
    found: list[Facts] = []
    for one in read(request, tools.limits):
        if not isinstance(one, Envelope):
            raise InputError(f"{one.path}: {one.reason}", hint="Write a report with --format json.")
        found.append(facts_of_report(one.data, tools.store, options.only))
    if not found:
        raise NothingAnalysedError("There is no report to make a playbook from.")
    return _merged(found)


def _merged(all: list[Facts]) -> Facts:
    """Several reports about one thing: the gravest names it."""
    first = max(all, key=lambda one: one.severity)
    rest = [first, *(one for one in all if one is not first)]
    entities, left = distinct(entity for one in rest for entity in one.entities)
    problems = [problem for one in rest for problem in one.problems]
    if left:
        problems.append(Problem(stage="read", message=f"{left} more things are named than steps take."))
    evidence: dict[str, list[Basis]] = {}
    for one in rest:
        for id, bases in one.evidence.items():
            evidence.setdefault(id, []).extend(bases)
    return replace(
        first,
        techniques=_union(one.techniques for one in rest),
        incidents=_union(one.incidents for one in rest)[:4],
        platforms=_union(one.platforms for one in rest),
        entities=entities,
        evidence={id: tuple(bases) for id, bases in evidence.items()},
        findings=tuple(dict.fromkeys(basis for one in rest for basis in one.findings)),
        marking=max((one.marking for one in rest), key=_STRICTNESS.index, default=""),
        created=max(one.created for one in rest),
        problems=tuple(problems),
    )


_STRICTNESS = ("", "TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")


def _union(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for part in parts for one in part))


def _on_platforms(facts: Facts, platforms: tuple[str, ...]) -> Facts:
    for one in platforms:
        if one not in PLATFORMS:
            near = get_close_matches(one, PLATFORMS, n=2)
            hint = f"{'Did you mean' if near else 'Known are'}: {', '.join(near or PLATFORMS)}."
            raise UsageError(f"There is no platform {one[:40]!r}.", hint=hint)
    return replace(facts, platforms=platforms) if platforms else facts


def _language(environment: Environment, options: PlaybookOptions) -> Language:
    siem = environment.tools.get("siem")
    name = options.language or (siem.language if siem is not None else "") or "sigma"
    schema = siem.schema if siem is not None and not options.language else ""
    return Language(name=name, schema=schema, schemas=options.schemas)


def _rules(library: Library, facts: Facts, tools: Tools) -> tuple[Rule, ...]:
    """Sigma rules that look for the techniques; none are read where no step would use them."""
    if HUNT not in library.by_id or not facts.techniques:
        return ()
    return tools.load_sigma((), False).rules


def _techniques(facts: Facts, tools: Tools) -> Iterator[Technique]:
    for id in facts.techniques:
        entity = tools.store.get(id)
        if entity is not None:
            findings = tuple(dict.fromkeys(one.id for one in facts.evidence.get(id, ())))
            yield Technique(id=id, name=entity.name, tactics=tools.store.tactics(id), findings=findings)


def _citations(playbook: Playbook, tools: Tools) -> Iterator[Citation]:
    ids = dict.fromkeys(one.id for step in playbook.steps for one in step.basis if one.kind in _CITED)
    for id in ids:
        found = tools.store.citation(id)
        if found is not None:
            yield found


_CITED = frozenset(("technique", "mitigation", "countermeasure", "control"))


def _story(playbook: Playbook) -> Iterator[str]:
    """What this is, in three sentences."""
    yield playbook.about
    counts = [(len([e for e in playbook.entities if e.kind is kind]), word) for kind, word in _COUNTED]
    named = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts if n]
    if named:
        yield f"It is about {_and(named)}."
    decisions = sum(bool(one.approval) for one in playbook.steps)
    lasting = sum(one.effect is Effect.DESTROY for one in playbook.steps)
    yield (
        f"{len(playbook.steps)} steps in {len(playbook.phases)} phases, {_duration(playbook.minutes)} of"
        " work one"
        f" after the other; {decisions} wait for a person's decision, {lasting} cannot be taken back."
    )


_COUNTED = (
    (Kind.HOST, "computer"),
    (Kind.USER, "account"),
    (Kind.IP, "address"),
    (Kind.DOMAIN, "domain"),
    (Kind.HASH, "hash"),
    (Kind.FILE, "file"),
    (Kind.CODE, "place"),
    (Kind.PACKAGE, "package"),
)


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _duration(minutes: int) -> str:
    return f"{minutes} minutes" if minutes < 120 else f"about {round(minutes / 60)} hours"
