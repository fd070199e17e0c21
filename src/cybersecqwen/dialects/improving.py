"""Making a query cheaper by a dialect's rules, and proving that it finds the same.

Rules are applied until none changes anything. Then the query and what came of it are run on the same events.
Where the rows differ, the step that makes them differ is taken back. What cannot be run here, and what may
change the rows, is only suggested.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cybersecqwen.errors import EffectError, QueryError

from .improvement import Context, Rule
from .interface import Dialect
from .proving import NotRun, Proof, Prover, schema_for

Tree = TypeVar("Tree")

_ROUNDS = 6
"""Times that all rules are gone through."""
_AGAIN = 20
"""Times that one rule is applied in a row."""
_MOST_STEPS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A change that was made."""

    rule: str
    reason: str
    """Why that is cheaper, one sentence."""
    source: str
    """Address of the documentation that says so."""
    gain: float
    """Share of the cost so far that it saves by the estimate, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A change that a person must decide upon."""

    rule: str
    reason: str
    source: str
    """Address of the documentation that says so."""
    caveat: str
    """What may differ then, or why nothing was proven."""
    text: str
    """The query with the change, and with those before it in the list that could not be run either."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Improvement:
    """What became of a query."""

    before: str
    after: str
    """The same text where nothing was changed."""
    cost_before: float = 0.0
    cost_after: float = 0.0
    """In work of reading one event once, over a million events; 0 where the dialect has no cost model."""
    steps: tuple[Step, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    withdrawn: tuple[str, ...] = ()
    """Changes that failed their proof and were taken back, a sentence each."""
    proof: Proof | None = None
    """None where nothing was changed, or no proof was asked for."""
    problems: tuple[str, ...] = ()
    """What went wrong in the rules themselves, a sentence each."""

    @property
    def gain(self) -> float:
        """Share of the cost that is saved by the estimate, 0 to 1."""
        return _gain(self.cost_before, self.cost_after)


@dataclass(frozen=True, slots=True)
class _Change(Generic[Tree]):
    """One application of a rule."""

    rule: Rule[Tree]
    before: Tree
    after: Tree


def improve(
    dialect: Dialect[Any],
    text: str,
    *,
    context: Context | None = None,
    proof_events: int = 2_000,
    seed: int = 0,
) -> Improvement:
    """A cheaper query that finds the same, with every change and what was proven.

    `proof_events` are the events of each draw that the two are run on; with 0 nothing is proven. Raises
    EffectError for a query that would do more than read, QuerySyntaxError and LimitError as `parse` does.
    """
    tree = dialect.parse(text)
    _refuse_effects(dialect, tree)
    work = _Work(dialect=dialect, context=context or Context(), original=tree)
    work.extend()
    proof = _prove(work, proof_events, seed) if proof_events and work.chain else None
    after = work.last
    if work.chain and not _faithful(dialect, after):
        work.problems.append(
            "What the rules made cannot be written so that it reads the same; it is left out."
        )
        work.chain.clear()
        proof, after = None, tree
    return Improvement(
        before=text.strip(),
        after=dialect.render(after) if work.chain else text.strip(),
        cost_before=work.cost(tree),
        cost_after=work.cost(after),
        steps=tuple(_step(work, change) for change in work.chain),
        suggestions=(*work.unproven, *_suggested(work)),
        withdrawn=tuple(work.withdrawn),
        proof=proof,
        problems=tuple(work.problems),
    )


def _refuse_effects(dialect: Dialect[Any], tree: Any) -> None:
    effects = dialect.effects(tree)
    if effects:
        first = effects[0]
        raise EffectError(
            f"The query would do more than read: {first.command} (line {first.line}) {first.what}.",
            hint="Take that part out; the rest can then be made cheaper.",
        )


def _faithful(dialect: Dialect[Any], tree: Any) -> bool:
    """Whether a tree that rules made can be given out as text."""
    try:
        return bool(dialect.parse(dialect.render(tree)) == tree) and not dialect.effects(tree)
    except QueryError:
        return False


class _Work(Generic[Tree]):
    """The changes so far, and what was found out about rules."""

    def __init__(self, *, dialect: Dialect[Tree], context: Context, original: Tree) -> None:
        self.dialect = dialect
        self.context = context
        self.original = original
        self.chain: list[_Change[Tree]] = []
        self.dropped: set[str] = set()
        self.withdrawn: list[str] = []
        self.unproven: list[Suggestion] = []
        self.problems: list[str] = []

    @property
    def last(self) -> Tree:
        """What the changes have led to."""
        return self.chain[-1].after if self.chain else self.original

    def cost(self, tree: Tree) -> float:
        """The estimated cost; 0 without a cost model, or where it has no words for the query."""
        try:
            return self.dialect.cost(tree, self.context)
        except (NotImplementedError, QueryError):
            return 0.0

    def applied(self, rule: Rule[Tree], tree: Tree) -> Tree | None:
        """What a rule makes of a tree; None where it changes nothing, or has no words for it."""
        try:
            made = rule.apply(tree, self.context)
        except QueryError:
            return None
        return None if made is None or made == tree else made

    def extend(self) -> None:
        """Apply the rules to what is there until nothing changes. A rule that goes in circles is stopped."""
        seen = [self.original, *(change.after for change in self.chain)]
        for _ in range(_ROUNDS):
            length = len(self.chain)
            for rule in self.dialect.rules:
                self._exhaust(rule, seen)
            if len(self.chain) == length or len(self.chain) >= _MOST_STEPS:
                return

    def _exhaust(self, rule: Rule[Tree], seen: list[Tree]) -> None:
        for _ in range(_AGAIN):
            if not rule.safe or rule.name in self.dropped or len(self.chain) >= _MOST_STEPS:
                return
            before = self.last
            made = self.applied(rule, before)
            if made is None:
                return
            if any(made == other for other in seen):
                self._drop(rule, "it goes in circles")
            elif self.cost(made) > self.cost(before):
                self._drop(rule, "what it makes is estimated to cost more")
            else:
                seen.append(made)
                self.chain.append(_Change(rule, before, made))
        self._drop(rule, f"it was still changing something after {_AGAIN} times")

    def _drop(self, rule: Rule[Tree], why: str) -> None:
        self.dropped.add(rule.name)
        self.problems.append(f"The rule {rule.name} was stopped: {why}.")

    def without(self, at: int) -> None:
        """Take a step back, with all that came after it, and go on without its rule."""
        self.dropped.add(self.chain[at].rule.name)
        del self.chain[at:]
        self.extend()


def _prove(work: _Work[Any], count: int, seed: int) -> Proof | None:
    """The proof for what is left when every step that fails it is taken back; None where nothing is left."""
    while work.chain:
        trees = [work.original, *(change.after for change in work.chain)]
        prover = Prover(
            dialect=work.dialect,
            schema=schema_for(work.dialect, work.context.schema),
            trees=trees,
            count=count,
            seed=seed,
        )
        try:
            prover.rows(work.original, seed)
        except NotRun as error:
            _only_suggest(work, str(error))
            return Proof(not_run=str(error))
        try:
            proof = prover.proof(work.original, work.last)
            if proof is not None:
                return proof
        except NotRun:
            pass
        _take_back(work, prover)
    return None


def _take_back(work: _Work[Any], prover: Prover[Any]) -> None:
    """Take back the first step after which other rows come, or that cannot be run.

    One of them is: the last was found to be, and every tree is run once only on a draw.
    """
    for at, change in enumerate(work.chain):
        try:
            if not prover.differ(work.original, change.after):
                continue
            work.withdrawn.append(
                f"{change.rule.name} was taken back: the query then gives other rows on made events."
            )
        except NotRun as error:
            work.unproven.append(_suggestion(work, change, f"Not proven here: {error}"))
        work.without(at)
        return


def _only_suggest(work: _Work[Any], why: str) -> None:
    """What cannot be run here changes nothing: its steps are suggestions."""
    for change in work.chain:
        work.unproven.append(_suggestion(work, change, f"Not proven here: {why}"))
    work.dropped |= {change.rule.name for change in work.chain}
    work.chain.clear()


def _suggested(work: _Work[Any]) -> list[Suggestion]:
    """What the rules would change that do not keep the rows."""
    found = []
    for rule in work.dialect.rules:
        made = None if rule.safe else work.applied(rule, work.last)
        if made is not None and _faithful(work.dialect, made):
            found.append(_suggestion(work, _Change(rule, work.last, made), rule.caveat))
    return found


def _suggestion(work: _Work[Any], change: _Change[Any], caveat: str) -> Suggestion:
    return Suggestion(
        rule=change.rule.name,
        reason=change.rule.reason,
        source=change.rule.source,
        caveat=caveat,
        text=work.dialect.render(change.after),
    )


def _step(work: _Work[Any], change: _Change[Any]) -> Step:
    return Step(
        rule=change.rule.name,
        reason=change.rule.reason,
        source=change.rule.source,
        gain=_gain(work.cost(change.before), work.cost(change.after)),
    )


def _gain(before: float, after: float) -> float:
    return max(0.0, 1 - after / before) if before > 0 else 0.0
