"""From facts and an environment to a playbook. The same input gives the same playbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cybersecqwen.detect.sigma.model import Rule
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.playbook import (
    CONTAIN,
    LANES,
    LEAD,
    SEARCH,
    Basis,
    Effect,
    Entity,
    Kind,
    Phase,
    Playbook,
    Role,
    Step,
    StepQuery,
)

from .action import ANY, DECLARE, HARDEN, HUNT, Action
from .choosing import Chosen, choose, fits
from .environment import Environment
from .facts import Facts
from .filling import commands_of, fill
from .hunting import Language, search, search_of_rule
from .incidents import incident_type
from .library import Library
from .messages import messages_of
from .ordering import ordered

_RULES_OF_A_HUNT = 3
_MITIGATIONS = 6


def plan(
    facts: Facts,
    environment: Environment,
    library: Library,
    store: Store,
    rules: Sequence[Rule] = (),
    language: Language | None = None,
) -> Playbook:
    """The playbook for these facts; `rules` are Sigma rules from which searches for techniques are taken."""
    chosen, left = choose(library, facts, environment, store)
    writer = _Writer(facts, environment, store, rules, language or Language())
    steps = [
        writer.step(f"s{number}", one, phase, tuple(f"s{at + 1}" for at in after))
        for number, (one, phase, after) in enumerate(ordered(chosen), 1)
    ]
    steps = _parted(steps, library)
    return Playbook(
        name=facts.name,
        about=facts.about,
        trigger=facts.trigger,
        severity=facts.severity,
        techniques=facts.techniques,
        incidents=facts.incidents,
        entities=tuple(writer.known(one) for one in facts.entities),
        platforms=facts.platforms,
        steps=tuple(steps),
        messages=messages_of(facts, environment),
        duties=environment.duties,
        roles={role.value: environment.who(role) for role in _roles(steps)},
        organisation=environment.organisation,
        marking=facts.marking,
        general=tuple(_general(facts, environment, steps)),
        left_out=left,
        created=facts.created or f"{store.version[:10]}T00:00:00Z",
    )


def _parted(steps: list[Step], library: Library) -> list[Step]:
    """Until the incident is contained, who leads, who looks and who acts work at the same time."""
    lanes = [_lane(step, library) for step in steps]
    if sum(lanes.count(lane) >= _LEAST_OF_A_LANE for lane in LANES) < _LEAST_OF_A_LANE:
        return steps
    kept = {lane for lane in LANES if lanes.count(lane) >= _LEAST_OF_A_LANE}
    return [
        replace(step, lane=lane if lane in kept else CONTAIN if lane else "")
        for step, lane in zip(steps, lanes, strict=True)
    ]


_LEAST_OF_A_LANE = 2


def _lane(step: Step, library: Library) -> str:
    """Evidence and changes are of one lane, so that their order holds."""
    if step.phase.rank > Phase.CONTAINMENT.rank or step.action == DECLARE:
        return ""
    if step.effect is Effect.COLLECT or step.after:
        return CONTAIN
    if library.by_id[step.action].platforms == ("people",):
        return LEAD
    return CONTAIN if step.effect.rank >= Effect.CHANGE.rank else SEARCH


class _Writer:
    """Makes steps of actions."""

    def __init__(
        self, facts: Facts, environment: Environment, store: Store, rules: Sequence[Rule], language: Language
    ) -> None:
        self._facts = facts
        self._environment = environment
        self._store = store
        self._rules = rules
        self._language = language

    def known(self, entity: Entity) -> Entity:
        """A thing with what the environment says of it."""
        asset = self._environment.asset(entity.value) if entity.kind is Kind.HOST else None
        if asset is None:
            return entity
        return replace(entity, platform=asset.platform or entity.platform, criticality=asset.criticality)

    def step(self, id: str, chosen: Chosen, phase: Phase, after: tuple[str, ...]) -> Step:
        """The step of an action."""
        action = chosen.action
        things = {kind: tuple(map(self.known, self._facts.of(kind))) for kind in action.acts_on}
        on = tuple(one for one in things[action.acts_on[0]] if fits(action, one)) if action.acts_on else ()
        things |= {action.acts_on[0]: on} if action.acts_on else {}
        tool = self._environment.tools.get(action.needs)
        approval = self._approval(action, on)
        return Step(
            id=id,
            action=action.id,
            title=fill(action.title, things, title=True),
            phase=phase,
            do=fill(action.do, things),
            acts_on=on,
            role=action.role,
            person=self._environment.who(action.role),
            tool=tool.name if tool is not None else "",
            needs=action.needs,
            commands=commands_of(action.commands, things, self._facts.platforms),
            queries=tuple(self._queries(action, things)),
            when=fill(action.when, things),
            effect=action.effect,
            collects=action.collects,
            destroys=action.destroys,
            reversible=action.reversible,
            undo=fill(action.undo, things),
            breaks=fill(action.breaks, things),
            minutes=action.minutes,
            verify=fill(action.verify, things),
            approval=approval,
            decides=tuple(fill(one, things) for one in action.decides) if approval else (),
            basis=tuple(self._basis(chosen, on)),
            after=after,
        )

    def _approval(self, action: Action, on: Sequence[Entity]) -> str:
        """Why a person must decide: what the library says, or that what it changes is of high criticality."""
        if action.approval or not action.reversible or action.effect is Effect.DESTROY:
            return action.approval or "It cannot be taken back."
        critical = [one for one in on if one.criticality in ("high", "critical")]
        if critical and action.effect is Effect.CHANGE and action.phase.rank >= Phase.CONTAINMENT.rank:
            return f"{critical[0].value} is of {critical[0].criticality} criticality, and this changes it."
        return ""

    def _queries(self, action: Action, things: Mapping[Kind, Sequence[Entity]]) -> Iterator[StepQuery]:
        if action.id == HUNT:
            for rule in self._looking_for(self._facts.techniques):
                yield search_of_rule(rule, self._language)
        if action.query:
            found = search(action.query, self._all(things), self._language)
            if found is not None:
                yield found

    def _all(self, things: Mapping[Kind, Sequence[Entity]]) -> Mapping[Kind, Sequence[Entity]]:
        """What a search may take values from: whatever the facts name."""
        return {**{kind: self._facts.of(kind) for kind in Kind}, **{k: v for k, v in things.items() if v}}

    def _looking_for(self, techniques: Iterable[str]) -> list[Rule]:
        """The gravest rules for the techniques, one for each before a second of any."""
        found: list[Rule] = []
        for id in techniques:
            fitting = [rule for rule in self._rules if id in rule.about.techniques and rule not in found]
            fitting.sort(key=lambda rule: (-rule.about.level, rule.about.title))
            found += fitting[:1]
            if len(found) >= _RULES_OF_A_HUNT:
                break
        return found

    def _basis(self, chosen: Chosen, on: Sequence[Entity]) -> Iterator[Basis]:
        action = chosen.action
        findings: dict[str, Basis] = {}
        for id in self._facts.techniques:
            if not _answers(chosen.matched, id):
                continue
            entity = self._store.get(id)
            yield Basis(kind="technique", id=id, text=entity.name if entity is not None else "")
            findings |= {one.id: one for one in self._facts.evidence.get(id, ())}
        if not findings and ANY not in chosen.matched:
            findings = {one.id: one for one in self._facts.findings[:2]}
        yield from list(findings.values())[:3]
        for id in self._facts.incidents:
            type = incident_type(id) if id in chosen.matched else None
            if type is not None:
                yield Basis(kind="incident", id=id, text=type.name)
        for thing in on[:3]:
            yield Basis(kind="entity", id=thing.value, text=thing.basis)
        yield from self._mitigations() if action.id == HARDEN else ()
        yield from self._sources(action)
        yield Basis(kind="library", id=action.id)

    def _mitigations(self) -> Iterator[Basis]:
        """What ATT&CK says prevents the techniques, that of most techniques first."""
        counts: dict[str, tuple[int, str]] = {}
        for id in self._facts.techniques:
            for one in self._store.neighbours(id, "mitigates", "in"):
                if one.type == "mitigation" and one.status == "active":
                    counts[one.id] = (counts.get(one.id, (0, ""))[0] + 1, one.name)
        first = sorted(counts.items(), key=lambda item: (-item[1][0], item[0]))[:_MITIGATIONS]
        for id, (_, name) in first:
            yield Basis(kind="mitigation", id=id, text=name)

    def _sources(self, action: Action) -> Iterator[Basis]:
        for id in action.sources:
            entity = self._store.get(id)
            if entity is None:
                yield Basis(kind="document", id=id)
            else:
                yield Basis(kind=entity.type, id=entity.id, text=entity.name)


def _answers(matched: Iterable[str], technique: str) -> bool:
    return any(one in (technique, technique.partition(".")[0]) for one in matched)


def _roles(steps: Iterable[Step]) -> Iterator[Role]:
    have = {step.role for step in steps} | {Role.LEAD}
    return (role for role in Role if role in have)


def _general(facts: Facts, environment: Environment, steps: Sequence[Step]) -> Iterator[str]:
    """What stays general, and what would make it definite."""
    if not environment.given:
        yield "No environment was given: steps name kinds of tools and roles. --environment FILE names yours."
    else:
        missing = sorted({step.needs for step in steps if step.needs and not step.tool})
        if missing:
            yield f"The environment names no tool of the kind {', '.join(missing)}: those steps stay general."
        nobody = [role.value for role in _roles(steps) if not environment.who(role)]
        if nobody:
            yield f"The environment names nobody for: {', '.join(nobody)}."
    if environment.hours or environment.out_of_hours:
        hours = f"People are at work {environment.hours}" if environment.hours else "Outside working hours"
        reached = f"{'; outside' if environment.hours else ''} reach: {environment.out_of_hours}"
        yield f"{hours}{reached if environment.out_of_hours else ''}."
    open_ = sum(1 for step in steps for command in step.commands if command.open)
    if open_:
        have = "1 command has" if open_ == 1 else f"{open_} commands have"
        yield f"{have} places to fill in, written <NAME>, each with the reason."
    if facts.trigger in ("technique", "incident") and not facts.entities:
        yield "No host, account or indicator is named. A report of csq triage or intel names them."
